/**
 * Words with which a right server may end a conversation whatever our machine would do, for its limits and its operator are not known here:
 * it is full, the client was silent for too long, a message was too long [FRAME-7], or it is stopped. What would have come is not missed.
 */
import { errorTable } from "../errors.ts";
import type { Role } from "../machines/_role.ts";
import { type Data, isWord } from "./_words.ts";
import type { SeenEvent } from "./conversation.ts";

/** A client that was silent for less is not told so. */
const SILENCE_US = 1_000_000;

const textOf = (words: string | Uint8Array | null | undefined) =>
  words === null || words === undefined ? "" : Buffer.from(words).toString("latin1").trim();

/** Offset of the parting words in this read of the server's; undefined: it is an answer as any other. */
export function partingAt(
  events: readonly SeenEvent[],
  place: number,
  { role, options }: { readonly role: Role; readonly options: unknown },
): number | undefined {
  const event = events[place];
  if (role.side !== "server" || !event || !isWord(event, "server") || !endsThere(events, place))
    return undefined;
  const said = event.bytes.toString("latin1").replace(/[\0\s]+$/, "");
  const words = partingWords(events, place, role, options).find((one) => one !== "" && said.endsWith(one));
  return words === undefined ? undefined : said.length - words.length;
}

/** True where the server says no more, and leaves. */
function endsThere(events: readonly SeenEvent[], place: number): boolean {
  const rest = events.slice(place + 1).filter(({ from }) => from === "server");
  return rest[0]?.kind === "fin" || rest[0]?.kind === "reset";
}

function partingWords(events: readonly SeenEvent[], place: number, role: Role, options: unknown): string[] {
  const before = events.slice(0, place).filter((one): one is Data => one.kind === "data");
  const hasSpoken = before.some(({ from }) => from === "server");
  const asked = before.findLast(({ from }) => from === "client");
  const isAnswered = before.at(-1)?.from !== "client";
  const isSilent = (events[place]?.at ?? 0) - (asked?.at ?? 0) >= SILENCE_US;
  const refusal = role.refusal?.(options as never) ?? errorTable["too-many-clients"].peer;
  return [
    hasSpoken ? "" : textOf(refusal),
    asked ? textOf(errorTable["too-long"].peer) : "",
    isSilent ? textOf(errorTable["idle-too-long"].peer) : "",
    // An answer to what the client said last is judged as one.
    isAnswered ? textOf(role.farewell?.(options as never)) : "",
  ];
}
