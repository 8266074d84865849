/** A talking client with words of no role. */
import * as z from "zod";
import type { Role } from "../../src/machines/_role.ts";
import { talkClient } from "../../src/machines/_talk-client.ts";
import { type TalkWords, talkOptions } from "../../src/machines/_talk-words.ts";
import { cause } from "../../src/stories/causes.ts";
import { talkPlay } from "./talk-play.ts";

const usual: TalkWords<unknown> = {
  id: "talker",
  rule: "TEST-1",
  greets: false,
  opening: () => [],
  farewell: "bye",
};
const answers = (right: string) => (reply: string) =>
  reply === right ? "answer" : reply === "other" ? "other" : cause("wrong-token", {});

/** `due`: every word of the user's is answered by `re` and itself. */
export function talk(more: Partial<TalkWords<unknown>> = {}, given: Record<string, unknown> = {}) {
  const words = { ...usual, ...more };
  const role = { name: "talker", port: 7, options: z.object(talkOptions), ...talkClient(words) };
  return talkPlay(role as unknown as Role, given);
}
export const asking = { due: (sent: string) => answers(`re ${sent}`) };

export async function connected(more: Partial<TalkWords<unknown>> = {}, given: Record<string, unknown> = {}) {
  const play = talk(more, given);
  await play.connect();
  return play;
}
