/** The open question of a client of ours, which waits for it or gave up waiting: the server's greeting, or its answer to something. */
import { FOUND } from "../wire/file-transfer.ts";
import type { Evidence } from "./_evidence.ts";
import { dialogueOf, type Exchange, failureOf, LONG_SILENCE_MS } from "./_exchanges.ts";

/** The server's last word is due, and has not come. */
export interface OpenQuestion {
  /** Undefined: its greeting. */
  readonly exchange: Exchange | undefined;
  readonly state: string;
  /** Questions before it that were answered. */
  readonly answered: number;
  /** Since when nothing came, as far as anybody waited. */
  readonly askedAt: number;
  readonly isGivenUp: boolean;
}

export function openQuestionOf(evidence: Evidence): OpenQuestion | undefined {
  const { isServer, role, silence, story } = evidence;
  if (isServer || role === undefined || story.subject.transport === "udp") return undefined;
  const failed = failureOf(evidence);
  if (failed && !failed.event.startsWith("after ") && !isEnding(failed.event)) return undefined;
  const { greeting, exchanges } = dialogueOf(evidence);
  const isAnswered = (exchange: Exchange) => exchange.expected !== undefined && !isUnanswered(exchange);
  const state = failed?.from ?? silence.state;
  if (role.phases[state]?.due === "greeting" && greeting.length === 0) {
    const askedAt = evidence.entries[0]?.at ?? 0;
    return {
      exchange: undefined,
      state,
      answered: 0,
      askedAt,
      isGivenUp: failed?.event.startsWith("after ") ?? false,
    };
  }
  const exchange = unansweredOf(evidence, exchanges, state);
  if (!exchange) return undefined;
  const isLate = exchange.reads.length > 0 && state !== "sizing";
  const isGivenUp = exchange.isGivenUp || isLate || (failed?.event.startsWith("after ") ?? false);
  return {
    exchange,
    state: role.phases[state]?.due === "answer" ? state : "awaitingReply",
    answered: exchanges.filter((one) => one.nth < exchange.nth && isAnswered(one)).length,
    askedAt: exchange.at,
    isGivenUp,
  };
}

const isEnding = (event: string) => /^peer\.(ended|closed)$/.test(event);

/** Nothing came, or so late that it was not waited for any more. */
function isUnanswered({ at, reads, isGivenUp }: Exchange): boolean {
  const [first] = reads;
  return !first || isGivenUp || first.at - at > LONG_SILENCE_MS * 1_000;
}

/** Said in a room, waited for, and never heard there: what others said meanwhile is no answer. */
function unheardOf(exchanges: readonly Exchange[]): Exchange | undefined {
  return exchanges.find(
    ({ nth, sent, expected, isTimedOut }, index) =>
      expected?.kind === "room" &&
      nth > 0 &&
      isTimedOut &&
      !exchanges.slice(index).some(({ reply }) => reply.includes(sent)),
  );
}

function unansweredOf(
  { role, hasUser }: Evidence,
  exchanges: readonly Exchange[],
  state: string,
): Exchange | undefined {
  const first =
    unheardOf(exchanges) ??
    exchanges.find(
      (exchange, index) =>
        exchange.expected &&
        isUnanswered(exchange) &&
        (exchange.isGivenUp || exchange.reads.length > 0 || index === exchanges.length - 1),
    );
  if (first) return first;
  const last = exchanges.at(-1);
  // The word for yes has come; the size after it has not.
  if (state === "sizing" && last && last.reply.length <= FOUND.length + 2) return last;
  return !hasUser && role?.phases[state]?.due === "answer" && last?.reads.length === 0 ? last : undefined;
}
