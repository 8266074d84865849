/** Places where a server's words are others than our own machine's, by the rules. */
import { isUtf8 } from "node:buffer";
import type { Role } from "../machines/_role.ts";
import type { Followed, OwnWords, SpokenRead } from "./_followed.ts";
import type { SeenConversation } from "./conversation.ts";

export interface Disagreement {
  /** Microseconds since the conversation began. */
  readonly at: number;
  /** Words of the server; none: it said nothing. */
  readonly said: Buffer;
  /** Ours in their place. */
  readonly ours: Buffer;
  readonly rule: string | undefined;
}

/** A server that has not answered after this long does not answer. */
const PATIENCE_US = 2_000_000;
const MAX_TOLD = 5;
const ENDINGS = new Set([0x00, 0x0a, 0x0d]);
const NOTHING: Buffer = Buffer.alloc(0);

/** Words of a server up to a line's end or a NUL; `rest` goes on to the end of the read. */
interface Piece {
  readonly bytes: Buffer;
  readonly rest: Buffer;
  readonly at: number;
}

/** In the order of the conversation; the first few. */
export function disagreementsIn(
  conversation: SeenConversation,
  followed: Followed,
  role: Role,
): Disagreement[] {
  const form = formOf(role);
  const theirs = piecesOf(followed.spoken, form === "record");
  // Others speak through it whenever they like: only what is missing can be told.
  const isTalkedTo = role.hub !== undefined;
  const found: Disagreement[] = [];
  let next = 0;
  for (const words of followed.words) {
    for (const ours of isText(words.bytes) ? unitsOf(words.bytes, 0) : [{ bytes: words.bytes }]) {
      if (found.length >= MAX_TOLD) return found;
      const isIt = (piece: Piece) => isSame(piece, ours.bytes, form);
      const place = theirs.findIndex(
        (piece, index) => index >= next && (isIt(piece) || (!isTalkedTo && piece.at >= words.at)),
      );
      const piece = theirs[place];
      if (piece) {
        next = place + 1;
        if (isIt(piece)) putBack(theirs, place, ours.bytes, form);
        else found.push({ at: piece.at, said: piece.bytes, ours: ours.bytes, rule: words.rule });
      } else if (isMissing(conversation, words)) {
        return [...found, { at: words.at, said: NOTHING, ours: ours.bytes, rule: words.rule }];
      } else if (!isTalkedTo) return found;
    }
  }
  return found;
}

/** `record`: one message, compared byte by byte. `mixed`: words and numbers, which may be glued to each other. */
type Form = "text" | "record" | "mixed";

function formOf({ phases }: Role): Form {
  const kinds = Object.values(phases).map(({ reads }) => reads);
  if (kinds.every((kind) => kind === "record")) return "record";
  return kinds.includes("raw") ? "mixed" : "text";
}

function isSame({ bytes, rest }: Piece, ours: Buffer, form: Form): boolean {
  // A C program sends its whole buffer: the record tells how much of it counts.
  if (form === "record" || !isText(ours)) return rest.subarray(0, ours.length).equals(ours);
  const due = ours.toString("utf8").trimEnd();
  const said = bytes.toString("utf8").trimEnd();
  return said === due || (form === "mixed" && said.startsWith(due));
}

/** Bytes glued behind a word are the next. */
function putBack(theirs: Piece[], place: number, ours: Buffer, form: Form): void {
  const piece = theirs[place];
  if (form !== "mixed" || !piece) return;
  const size = isText(ours) ? ours.toString("utf8").trimEnd().length : ours.length;
  const glued = piece.rest.subarray(size);
  const isEnding = glued.every((byte) => ENDINGS.has(byte));
  if (isEnding && isText(ours) && glued.length < SIZE_BYTES) return;
  // The rest of this read was taken apart already: it is looked at anew.
  const others = theirs.findIndex(
    ({ at, rest }, index) => index > place && (at !== piece.at || rest.length > glued.length),
  );
  theirs.splice(place + 1, (others < 0 ? theirs.length : others) - place - 1);
  if (glued.length > 0) theirs.splice(place + 1, 0, { bytes: glued, rest: glued, at: piece.at });
}

const SIZE_BYTES = 4;

/** Reads of the server, taken apart at line ends and NULs; of a record, all of them are one. */
function piecesOf(spoken: readonly SpokenRead[], isRecord: boolean): Piece[] {
  const [first] = spoken;
  if (isRecord && first) {
    const bytes = Buffer.concat(spoken.map((read) => read.bytes));
    return [{ bytes, rest: bytes, at: first.at }];
  }
  return spoken.flatMap(({ bytes, at }) => unitsOf(bytes, at));
}

function unitsOf(whole: Buffer, when: number): Piece[] {
  const units: Piece[] = [];
  let from = 0;
  for (let at = 0; at <= whole.length; at += 1) {
    if (at < whole.length && !ENDINGS.has(whole[at] ?? 0)) continue;
    if (at > from) units.push({ bytes: whole.subarray(from, at), rest: whole.subarray(from), at: when });
    from = at + 1;
  }
  // A number of zeros is one, too.
  return units.length === 0 && whole.length >= SIZE_BYTES ? [{ bytes: whole, rest: whole, at: when }] : units;
}

const CONTROLS = /[\0-\x08\x0b\x0c\x0e-\x1f]/;
const isText = (bytes: Buffer) => isUtf8(bytes) && !CONTROLS.test(bytes.toString("utf8").replace(/\0+$/, ""));

/** The server had time to speak, or left without a word. */
function isMissing({ events, until }: SeenConversation, { at }: OwnWords): boolean {
  const rest = events.filter((event) => event.at >= at);
  const end = rest.find(({ kind }) => kind === "fin" || kind === "reset");
  if (end?.from === "server") return true;
  const lastAt = end?.at ?? Math.max(until ?? 0, events.at(-1)?.at ?? 0);
  return lastAt - at >= PATIENCE_US;
}
