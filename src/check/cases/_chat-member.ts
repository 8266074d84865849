/** Members of a chat room, as its cases bring them in. */
import { joined, type Login, loginOf, PROMPT, saidBy } from "../../wire/chat.ts";
import type { ServerTester, TestConnection } from "../tester.ts";
import { CheckFailure } from "../verdict.ts";

export interface Member {
  readonly c: TestConnection;
  readonly login: Login;
  say(text: string): void;
}

export const loginFor = (t: ServerTester): Login => ({ name: t.word(5), login: t.word(7) });

/** Past this text of the room, in whatever words it comes, or whether it does: that is a case of its own. */
export async function past(c: TestConnection, text: string): Promise<void> {
  try {
    await c.hears(text);
  } catch (cause) {
    if (!(cause instanceof CheckFailure) || c.closing !== undefined) throw cause;
    if (c.unread.length > 0) await c.message();
  }
}

export async function prompted(t: ServerTester): Promise<TestConnection> {
  const c = await t.connect();
  await past(c, PROMPT);
  return c;
}

/** A client that has come in, and has heard that it has. */
export async function member(t: ServerTester, login: Login = loginFor(t)): Promise<Member> {
  const c = await prompted(t);
  c.say(loginOf(login));
  await past(c, joined(login).trim());
  return { c, login, say: (text) => c.say(saidBy(login.name, text)) };
}
