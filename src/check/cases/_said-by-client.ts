/** Lines that a case is about, and a SCRIPT may not have: a client with a menu makes them itself, of what is typed for it. */
import type { ClientTester, TestServer } from "../tester.ts";

/** Skips for this reason where neither the SCRIPT nor the client, which is started, says such a line. */
export async function needsToSay(
  t: ClientTester,
  server: TestServer,
  isIt: (line: string) => boolean,
  why: string,
): Promise<void> {
  if (t.script.some(isIt)) return;
  await t.typed();
  if (!server.heard.some(isIt)) t.skip(why);
}
