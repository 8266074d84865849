/** Words of a conversation: its reads by speaker, and what a server says from a moment on. Pure. */
import type { Reply } from "../machines/_assumed.ts";
import type { SeenEvent, Speaker } from "./conversation.ts";

export type Data = Extract<SeenEvent, { kind: "data" }>;

export const isWord = (event: SeenEvent, from: Speaker): event is Data =>
  event.kind === "data" && event.from === from;

/** Bytes on the wire. */
export const sizeOf = ({ size, bytes }: Data) => size ?? bytes.length;

/** All of its bytes: zeros for those that were not kept. */
export const filledOf = (word: Data): Buffer =>
  Buffer.concat([word.bytes, Buffer.alloc(sizeOf(word) - word.bytes.length)]);

/** How many words of this speaker's come behind the event at `place`. */
export const laterWords = (events: readonly SeenEvent[], place: number, from: Speaker): number =>
  events.slice(place + 1).filter((event) => isWord(event, from)).length;

/** Words of the server behind the event at `place`; within a word of its own, that word is the first of them. */
export function replyIn(events: readonly SeenEvent[], place: number): Reply {
  const rest = events.slice(events[place]?.from === "server" ? place : place + 1);
  const next = rest.findIndex((event) => isWord(event, "client"));
  const own = (next < 0 ? rest : rest.slice(0, next)).filter((event) => isWord(event, "server"));
  return {
    reads: rest.flatMap((event) => (isWord(event, "server") ? [event.bytes] : [])),
    sizeBytes: own.reduce((sum, event) => sum + sizeOf(event), 0),
    bytes: Buffer.concat(own.map(({ bytes }) => bytes)),
  };
}

/** Bytes of the last word before a file, where that has still to come. */
export function owedOf(
  bytes: Buffer,
  last: Buffer | undefined,
  spoken: readonly { readonly bytes: Buffer }[],
): number {
  if (!last) return 0;
  const isSaid = spoken.slice(-2).some((read) => read.bytes.includes(last));
  return !isSaid && bytes.subarray(0, last.length).equals(last) ? last.length : 0;
}
