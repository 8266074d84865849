/** A client and a server of two hand-ins, and what came of their conversation. Pure. */

/** Name of the server that is a role of ours. */
export const OURS = "netlabd";

export type PairSide = "client" | "server";

export interface Frame {
  readonly speaker: PairSide;
  /** Bytes as Latin-1. */
  readonly text: string;
}

/** Run of a pair, as the relay between them saw it. */
export interface PairRun {
  readonly client: string;
  /** `netlabd` is the role of ours, against which every other server is held. */
  readonly server: string;
  readonly isStarted: boolean;
  readonly frames: readonly Frame[];
  /** Undefined: the client was ended over the time. */
  readonly clientExit: number | undefined;
  /** A wait for the two ran out: one of them computes without end. */
  readonly isLate: boolean;
  readonly hasServerDied: boolean;
  readonly connections: number;
}

/** `not judged`: its box had a fault of ours. */
export type PairVerdict = "ok" | "wrong" | "hangs" | "dies" | "not started" | "not judged";

export interface Cell {
  readonly client: string;
  readonly server: string;
  readonly verdict: PairVerdict;
  /** First frame that is not as with the reference; null: none differs. */
  readonly differs: {
    readonly nth: number;
    readonly expected: Frame | null;
    readonly got: Frame | null;
  } | null;
}

/** `expected`: the same client with the server of ours. */
export function cellOf(run: PairRun, expected: PairRun | undefined): Cell {
  const { client, server } = run;
  // Of a server that did not start there is nothing to compare.
  const isCompared = run.isStarted && expected !== undefined && expected !== run;
  const differs = isCompared ? firstDifference(run.frames, expected.frames) : null;
  return { client, server, verdict: verdictOf(run, expected, differs), differs };
}

function verdictOf(run: PairRun, expected: PairRun | undefined, differs: Cell["differs"]): PairVerdict {
  if (!run.isStarted) return "not started";
  if (run.clientExit === undefined) return "hangs";
  // A client that ends so with the right server too does not die of this one, unless it ends before it says a word.
  const isSpeaking = run.frames.some(({ speaker }) => speaker === "client");
  const usualExit = expected === run || !isSpeaking ? 0 : expected?.clientExit;
  const hasClientDied = run.clientExit !== 0 && run.clientExit !== usualExit;
  if (run.hasServerDied || hasClientDied) return "dies";
  return differs === null ? "ok" : "wrong";
}

export function firstDifference(got: readonly Frame[], expected: readonly Frame[]): Cell["differs"] {
  for (let at = 0; at < Math.max(got.length, expected.length); at += 1) {
    const [one, other] = [got[at], expected[at]];
    const isSame = one && other && one.speaker === other.speaker && isLike(one.text, other.text);
    if (!isSame) return differenceAt(at, got, expected);
  }
  return null;
}

/**
 * Difference of two conversations from this frame on. A server that spoke to a client that had more to say, or said nothing where it should,
 * makes another frame of the client's of the same words: the difference is what the server did.
 */
function differenceAt(at: number, got: readonly Frame[], expected: readonly Frame[]): Cell["differs"] {
  const [one, other] = [got[at], expected[at]];
  const parted = (short: Frame | undefined, long: Frame | undefined, next: Frame | undefined) =>
    short?.speaker === "client" && next && long?.speaker === "client" && long.text.startsWith(short.text)
      ? { speaker: long.speaker, text: long.text.slice(short.text.length) }
      : undefined;
  const unsaid = parted(one, other, got[at + 1]);
  if (unsaid) return { nth: at + 2, expected: unsaid, got: got[at + 1] ?? null };
  const further = parted(other, one, expected[at + 1]);
  if (further) return { nth: at + 2, expected: expected[at + 1] ?? null, got: further };
  return { nth: at + 1, expected: other ?? null, got: one ?? null };
}

/** By value, as in the families of a check: numbers as numbers, any white space for any other, and no ends of messages. */
function isLike(one: string, other: string): boolean {
  const [left, right] = [wordsOf(one), wordsOf(other)];
  return left.length === right.length && left.every((word, at) => isSameWord(word, right[at] ?? ""));
}

const wordsOf = (text: string) => text.split(/[\s\0]+/).filter((word) => word !== "");
const isSameWord = (one: string, other: string) =>
  one === other || (NUMBER.test(one) && NUMBER.test(other) && Number(one) === Number(other));
const NUMBER = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i;

/** Clients that a server of a big class meets beside its own. */
export interface Partners {
  /** So many hand-ins all meet all. */
  readonly most: number;
  readonly each: number;
  /** Place of a hand-in in the ring, by chance that is the same for the same seed. */
  readonly place: (hand: string) => string;
}

/**
 * Clients of each server: all where they are few. Of more, all stand in a ring, and each server meets its own client and the next ones: so each
 * client meets as many servers, and a hand-in that comes later changes the partners of its neighbours alone.
 */
export function partnersOf(
  hands: readonly string[],
  { most, each, place }: Partners,
): ReadonlyMap<string, readonly string[]> {
  if (hands.length <= most) return new Map(hands.map((server) => [server, hands]));
  const places = new Map(hands.map((hand) => [hand, place(hand)]));
  const ring = hands.toSorted((a, b) => ((places.get(a) ?? "") < (places.get(b) ?? "") ? -1 : 1));
  const at = new Map(ring.map((hand, nth) => [hand, nth]));
  return new Map(
    hands.map((server) => {
      const first = at.get(server) ?? 0;
      const met = new Set(Array.from({ length: each + 1 }, (_, step) => ring[(first + step) % ring.length]));
      return [server, hands.filter((client) => met.has(client))];
    }),
  );
}
