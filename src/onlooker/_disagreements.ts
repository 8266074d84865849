/** Places where a server's words are others than our own machine's, by the rules. */
import { isUtf8 } from "node:buffer";
import type { Disagreement } from "../diagnoses/table.ts";
import type { Assumption } from "../machines/_assumed.ts";
import type { Role } from "../machines/_role.ts";
import { usualBuffers } from "../wire/usual-buffers.ts";
import type { Followed, OwnWords, SpokenRead } from "./_followed.ts";
import type { SeenConversation } from "./conversation.ts";

export interface Compared {
  /** In the order of the conversation; the first few. */
  readonly disagreements: readonly Disagreement[];
  /** The server had not said all that our machine had, when the client left: at all, or for longer than anybody waits. */
  readonly isOwing: boolean;
  /** True where its words are ours, byte for byte. */
  readonly isTheSame: boolean;
}

/** A server that has not answered after this long does not answer. */
const PATIENCE_US = 2_000_000;
/** An answer that takes longer is a slow one. */
const SLOW_US = 500_000;
const MAX_TOLD = 5;
const NUL = 0x00;
const ENDINGS = new Set([NUL, 0x0a, 0x0d]);
/** A text with so many bytes of it behind one is no line that was padded by hand. */
const SMALLEST_BUFFER = 32;
const NOTHING: Buffer = Buffer.alloc(0);

/** Words of a server up to a line's end or a NUL; `rest` goes on to the end of the read. */
interface Piece {
  readonly bytes: Buffer;
  readonly rest: Buffer;
  readonly at: number;
}

/** Compares what the server said with what our machine would have said in its place. */
export function compared(
  conversation: SeenConversation,
  followed: Followed,
  role: Role,
  isAlike?: Assumption["isAlike"],
): Compared {
  const form = formOf(role);
  const theirs = piecesOf(followed.spoken, form === "record");
  // Others speak through it whenever they like: only what is missing can be told.
  const isTalkedTo = role.hub !== undefined;
  const found: Disagreement[] = [];
  const unasked: Piece[] = [];
  const isTheSame = isSaidSo(followed);
  let next = 0;
  // A client that was shown the door leaves as it likes.
  let isOwing = followed.stopped === "dismissed";
  let isLate = false;
  const mayMiss = followed.stopped === undefined || followed.stopped === "left";
  const due = wordsDue(followed.words);
  for (const [index, { ours, words }] of due.entries()) {
    const follows = due[index + 1]?.ours;
    const isIt = (piece: Piece) =>
      isSame(piece, ours, form, follows) || isAlike?.(String(piece.bytes), String(ours)) === true;
    const isInPlace = (piece: Piece) => !isTalkedTo && piece.at >= words.at;
    joinAt(theirs, next, ours);
    const place = placeOf(theirs, next, isIt, isInPlace, isAlike !== undefined);
    const piece = theirs[place];
    if (piece) {
      unasked.push(...theirs.slice(next, place));
      next = place + 1;
      isLate ||= isSlow(conversation, piece.at);
      if (isIt(piece)) putBack(theirs, place, ours, form);
      else found.push({ at: piece.at, said: piece.bytes, ours, rule: words.rule });
    } else if (!isOwing) {
      isOwing = true;
      if (mayMiss && isMissing(conversation, words))
        found.push({ at: words.at, said: NOTHING, ours, rule: words.rule });
    }
  }
  unasked.push(...theirs.slice(next));
  if (found.length === 0 && mayMiss && isAllKnown(role))
    found.push(
      ...unasked.filter((piece) => !isStale(piece, followed)).map((piece) => disagreementOn(piece, followed)),
    );
  return { disagreements: found.slice(0, MAX_TOLD), isOwing: isOwing || isLate, isTheSame };
}

/** Our words in their parts, as a server's are taken apart. */
const wordsDue = (all: readonly OwnWords[]) =>
  all.flatMap((words) => {
    const parts = isText(words.bytes) ? unitsOf(words.bytes, 0).map(({ bytes }) => bytes) : [words.bytes];
    return parts.map((ours) => ({ ours, words }));
  });

/** All that a right server may say is known: no others speak through it, and of its datagrams the network may make two. */
const isAllKnown = ({ hub, phases, transport }: Role) =>
  hub === undefined && transport === "tcp" && Object.values(phases).every(({ reads }) => reads === "text");

/** Old bytes of a fixed buffer behind the NUL of its text: they never become a message [FRAME-4]. */
const isStale = ({ at, rest }: Piece, { spoken }: Followed) =>
  spoken.some((read) => {
    const start = read.bytes.length - rest.length;
    const isOfIt = read.at === at && start > 0 && read.bytes.subarray(start).equals(rest);
    return isOfIt && read.bytes.subarray(0, start).includes(NUL) && isWholeBuffer(read.bytes);
  });

/** A usual size, no NUL at its end, or many: a message has one. */
const isWholeBuffer = (bytes: Buffer) =>
  usualBuffers.has(bytes.length) ||
  bytes.at(-1) !== NUL ||
  (bytes.length >= SMALLEST_BUFFER && bytes.at(-2) === NUL);

/** Words that no question asked for. */
const disagreementOn = ({ at, bytes: said }: Piece, { leftAt }: Followed): Disagreement => ({
  at,
  said,
  ours: NOTHING,
  rule: undefined,
  ...(leftAt !== undefined && at >= leftAt ? { isAfterEnd: true } : {}),
});

/** The same bytes; the network may have put two writes into one read, but took none apart. */
function isSaidSo({ spoken, words }: Followed): boolean {
  const bytesOf = (said: readonly { readonly bytes: Buffer }[]) =>
    Buffer.concat(said.map(({ bytes }) => bytes));
  return spoken.length <= words.length && bytesOf(spoken).equals(bytesOf(words));
}

/** Piece that is the one, or else the first that stands in its place. `isFree`: of several, any may be the one. */
function placeOf(
  theirs: readonly Piece[],
  next: number,
  isIt: (piece: Piece) => boolean,
  isInPlace: (piece: Piece) => boolean,
  isFree: boolean,
): number {
  const first = theirs.findIndex(
    (piece, index) => index >= next && (isIt(piece) || (!isFree && isInPlace(piece))),
  );
  return first >= 0 || !isFree
    ? first
    : theirs.findIndex((piece, index) => index >= next && isInPlace(piece));
}

/** `record`: one message, compared byte by byte. `mixed`: words and numbers, which may be glued to each other. */
type Form = "text" | "record" | "mixed";

function formOf({ phases }: Role): Form {
  const kinds = Object.values(phases).map(({ reads }) => reads);
  if (kinds.every((kind) => kind === "record")) return "record";
  return kinds.includes("raw") ? "mixed" : "text";
}

/** `follows`: our next words, which may be glued to it. */
function isSame({ bytes, rest }: Piece, ours: Buffer, form: Form, follows: Buffer | undefined): boolean {
  // A C program sends its whole buffer: the record tells how much of it counts.
  if (form === "record" || !isText(ours)) return rest.subarray(0, ours.length).equals(ours);
  const due = ours.toString("utf8").trimEnd();
  const said = bytes.toString("utf8").trimEnd();
  if (said === due || form !== "mixed" || !said.startsWith(due)) return said === due;
  return mayBeGlued(rest.subarray(dueOf(ours).length), follows);
}

/** The next word, or a number; a full stop is neither. */
function mayBeGlued(glued: Buffer, follows: Buffer | undefined): boolean {
  if (follows && isText(follows)) return isBegun(dueOf(follows), glued) || isBegun(glued, dueOf(follows));
  return glued.length >= SIZE_BYTES || !isText(glued);
}

/** Words without the white space behind them. */
const dueOf = (words: Buffer) =>
  Buffer.from(words.toString("latin1").replace(/[ \t\r\n\v\f]+$/, ""), "latin1");

const isBegun = (due: Buffer, bytes: Buffer) => due.subarray(0, bytes.length).equals(bytes);

/** Pieces that make up the answer together are one. */
function joinAt(theirs: Piece[], next: number, ours: Buffer): void {
  const due = dueOf(ours);
  // Bytes, and not text: a read may end within a character.
  let bytes = Buffer.alloc(0);
  for (let place = next; place < theirs.length && isBegun(due, bytes); place += 1) {
    const { bytes: more, at } = theirs[place] as Piece;
    bytes = Buffer.concat([bytes, more]);
    if (place === next || !dueOf(bytes).equals(due)) continue;
    theirs.splice(next, place - next + 1, { bytes, rest: bytes, at });
    return;
  }
}

/** Bytes glued behind a word are the next. */
function putBack(theirs: Piece[], place: number, ours: Buffer, form: Form): void {
  const piece = theirs[place];
  if (form !== "mixed" || !piece) return;
  const size = isText(ours) ? dueOf(ours).length : ours.length;
  const glued = piece.rest.subarray(size);
  const isEnding = glued.every((byte) => ENDINGS.has(byte));
  if (isEnding && isText(ours) && glued.length < SIZE_BYTES) return;
  // The rest of this read was taken apart already: it is looked at anew.
  const others = theirs.findIndex(
    ({ at, rest }, index) => index > place && (at !== piece.at || rest.length > glued.length),
  );
  theirs.splice(place + 1, (others < 0 ? theirs.length : others) - place - 1);
  const units = isText(glued) ? unitsOf(glued, piece.at) : [{ bytes: glued, rest: glued, at: piece.at }];
  if (glued.length > 0) theirs.splice(place + 1, 0, ...units);
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

/** The client left in between, and had waited as long as an answer may take. */
function isSlow({ events }: SeenConversation, came: number): boolean {
  const left = events.find(({ from, kind }) => from === "client" && (kind === "fin" || kind === "reset"));
  const asked = events.findLast(({ from, kind, at }) => from === "client" && kind === "data" && at < came);
  return left !== undefined && left.at < came && came - (asked?.at ?? came) > SLOW_US;
}

/** The server had time to speak, or left without a word. */
function isMissing({ events, until, transport }: SeenConversation, { at }: OwnWords): boolean {
  // Of datagrams, one may be lost on the way: that the server is silent since is more.
  if (transport === "udp" && events.some((event) => event.from === "server" && event.at >= at)) return false;
  const rest = events.filter((event) => event.at >= at);
  const end = rest.find(({ kind }) => kind === "fin" || kind === "reset");
  if (end?.from === "server") return true;
  const lastAt = end?.at ?? Math.max(until ?? 0, events.at(-1)?.at ?? 0);
  return lastAt - at >= PATIENCE_US;
}
