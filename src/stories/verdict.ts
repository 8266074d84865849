/** A connection at a glance: from its story, from what it is doing now, and from the cards that fit it. */
import { causeText } from "./cause-text.ts";
import type { LiveView } from "./live-view.ts";
import type { Story } from "./story.ts";

/**
 * From the gravest: our role crashed; the conversation failed (reset, deaf, cut short); we refused the peer; bytes came that no
 * state could read (`stuck`); the peer has not spoken for long though it is its turn (`waiting`); a card says what went wrong
 * (`violation`), or what may go wrong elsewhere (`note`); `ok`.
 */
export const verdicts = [
  "crashed",
  "failed",
  "refused",
  "stuck",
  "waiting",
  "violation",
  "note",
  "ok",
] as const;
export type Verdict = (typeof verdicts)[number];

/** `theirs`: the peer's program has to speak; `ours`: our role; `operator`: a person at our side; `nobody`: any of them may. */
export type Turn = "theirs" | "ours" | "operator" | "nobody";

/** A card by its name. */
export interface CardName {
  readonly id: string;
  readonly level: "note" | "violation";
  readonly title: string;
}

/** Judgement of a story, as plain data: of one that has ended it is kept with it. */
export interface Judged {
  readonly verdict: Verdict;
  /** The root cause first. */
  readonly cards: readonly CardName[];
  /** Side whose turn it is, or was at the end. */
  readonly turn: Turn;
  /** Given up: the end came when the peer's program had been silent for long though it was its turn. */
  readonly wasGivenUp?: boolean;
}

/** Judge of stories: a reader of facts does not do it itself. */
export interface StoryJudge {
  judged(story: Story): Judged;
}

/** Bytes that lie unread this long are stuck. */
const STUCK_MS = 2_000;
/** A silence this long in a state that waits for the peer is a wait of both sides. */
export const WAITING_MS = 10_000;

export function verdictOf(
  { fault, subject }: Story,
  live: LiveView | undefined,
  { cards, turn }: Omit<Judged, "verdict">,
): Verdict {
  if (fault) return fault;
  if (live && subject.transport === "tcp") {
    if (live.stillMs >= STUCK_MS && (live.unreadBytes > 0 || live.queuedBytes > 0)) return "stuck";
    if (live.stillMs >= WAITING_MS && turn === "theirs") return "waiting";
  }
  if (cards.some(({ level }) => level === "violation")) return "violation";
  return cards.length > 0 ? "note" : "ok";
}

/** The verdict's reason in a sentence; undefined where there is nothing to say. */
export function reasonOf(story: Story, live: LiveView | undefined, judged: Judged): string | undefined {
  if (story.cause !== undefined) return causeText(story.cause);
  const [card] = judged.cards;
  const seconds = live ? Math.floor(live.stillMs / 1_000) : 0;
  switch (judged.verdict) {
    case "stuck":
      return live && live.queuedBytes > 0
        ? `it does not read: ${live.queuedBytes} bytes have been waiting for ${seconds} s`
        : unreadText(story, live?.unreadBytes ?? 0, seconds, judged.turn);
    case "waiting":
      return `deadlock: the ${story.subject.role} has been waiting ${waitText(story, seconds)}`;
    case "violation":
    case "note":
      return card && `${card.id}: ${card.title}`;
    default:
      return judged.turn === "operator" && live
        ? `waits for the operator: say ${story.subject.instance} …`
        : undefined;
  }
}

/** While it is the role's turn nothing is read, so bytes that wait are no sign of a message that is not whole. */
function unreadText({ subject, state, framing }: Story, bytes: number, seconds: number, turn: Turn): string {
  if (turn === "ours")
    return `the ${subject.role} reads nothing in its state ${state}: ${bytes} bytes have been waiting for ${seconds} s`;
  const why = framing === "line" ? ": a line without its newline" : "";
  return `${bytes} bytes that are not a whole message have waited for ${seconds} s${why}`;
}

/** `16 s for an expression, or q` */
export function waitText({ waitsFor }: Story, seconds: number): string {
  return `${seconds} s${waitsFor === undefined ? "" : ` for ${waitsFor}`}`;
}

export const byVerdict = (a: Verdict, b: Verdict) => verdicts.indexOf(a) - verdicts.indexOf(b);

/** The graver of two. */
export const worstOf = (a: Verdict, b: Verdict): Verdict => (byVerdict(a, b) <= 0 ? a : b);
