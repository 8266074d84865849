/** Cases of the relay's client [RELAY]. */
import { CLOSE, hasReceiver, isClose, NAME_TAKEN } from "../../wire/relay.ts";
import { type ClientCase, defineCase } from "../case.ts";
import { endedLike } from "../ended-like.ts";
import type { ClientTester, TestServer } from "../tester.ts";
import { needsToSay } from "./_said-by-client.ts";

/** Two messages to itself, so that two come without a question between them. */
export const relayScript = (name: string, texts: readonly string[]) => [
  name,
  ...texts.map((text) => `${text}|${name}`),
  CLOSE,
];

/** Types until the client has said its name, and no more: a menu's choice may come first. */
async function saysItsName(t: ClientTester, server: TestServer): Promise<string> {
  await t.start({ until: () => server.heard.length > 0 });
  await t.typed();
  return server.hears("its username", () => true);
}

export const relayClientCases: readonly ClientCase[] = [
  defineCase({
    id: "RELAY-0.c.name-first",
    advice: "Send the username with a send() of its own before anything else.",
    side: "client",
    grade: "MUST",
    title: "sends its username first",
    async run(t) {
      const server = await t.serve();
      await t.start();
      const first = await server.hears("its username", () => true);
      if (hasReceiver(first) || isClose(first))
        t.fail("the first message should be the username", { got: first });
    },
  }),
  defineCase({
    id: "RELAY-2.c.sends-bar",
    advice: "Send the text, a bar and the receiver's name as one message: hello|bob.",
    side: "client",
    grade: "MUST",
    title: "sends text|user for a message to a user",
    async run(t) {
      const server = await t.serve();
      await t.start();
      await t.typed();
      // A client that asks for the text and for the receiver puts the bar between them itself.
      await needsToSay(t, server, hasReceiver, "its SCRIPT has no message to a user");
      await server.hears("text|user", hasReceiver);
    },
  }),
  defineCase({
    id: "RELAY-2.c.shows-what-comes",
    advice: "Print all that recv() gives.",
    side: "client",
    grade: "MUST",
    title: "shows what the relay says",
    async run(t) {
      await t.serve();
      await t.start();
      if (!(await t.showsAll())) t.fail("everything that the relay says should be on the screen");
    },
  }),
  defineCase({
    id: "RELAY-0.c.prints-incoming-while-idle",
    advice: "Read the server in a thread of its own, or wait for it and the keyboard with one select().",
    side: "client",
    grade: "SHOULD",
    title: "shows a message that comes while nothing is typed",
    async run(t) {
      const server = await t.serve();
      const name = await saysItsName(t, server);
      const text = t.word(9);
      const guest = await server.guest();
      guest.send(`${t.word(7)}\n`);
      guest.send(`${text}|${name.trim()}\n`);
      await t.prints(text);
    },
  }),
  defineCase({
    id: "RELAY-1.c.taken-shown",
    advice: "Print the answer to the username, and ask for another one.",
    side: "client",
    grade: "SHOULD",
    title: "shows that its name is taken",
    async run(t) {
      const server = await t.serve({
        deviation: { write: (bytes, nth) => [nth === 0 ? endedLike(bytes, NAME_TAKEN) : bytes] },
      });
      await saysItsName(t, server);
      await t.prints("taken");
    },
  }),
  defineCase({
    id: "RELAY-0.c.close",
    advice: "Send close, then close the socket and end.",
    side: "client",
    grade: "MUST",
    title: "says close, and ends",
    async run(t) {
      const server = await t.serve();
      await t.start();
      await needsToSay(t, server, isClose, "its SCRIPT does not say close");
      await server.hears(CLOSE, isClose, { withinMs: 6_000 });
      await t.exits({ withinMs: 5_000 });
    },
  }),
];
