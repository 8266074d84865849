/**
 * Outcome of a stand-alone client's run, told in one place for all of them: the sentence of its failure, the card that says
 * why, and an exit status that is 0 only where every question was answered by the rules.
 */
import type { Card } from "../diagnoses/table.ts";
import { type ErrorCode, errorTable, exitCodes } from "../errors.ts";
import { printable } from "../printable.ts";
import { briefCard } from "../repl/card-text.ts";
import { styleOf } from "../repl/style.ts";
import { programText } from "../stories/entry-text.ts";
import type { ProgramSample } from "../stories/program.ts";
import type { StandaloneCall } from "./standalone-command.ts";

export interface Outcome {
  /** The machine's output. */
  readonly output: unknown;
  /** Findings about the other side, the root cause first. */
  readonly cards: readonly Card[];
  /** The program at the other end, and what it did when it was looked at last: of this machine and user alone. */
  readonly program?: ProgramSample | undefined;
}

export interface Telling {
  /** Tells a result that is good. */
  readonly say?: () => void;
  /** Sentences that the user has read already. */
  readonly told?: ReadonlySet<string>;
}

type Failure = { readonly code?: ErrorCode; readonly message?: string };

/** Answers the exit status. Result and cards are JSON where that is wanted. */
export function printOutcome(
  { output, cards, program }: Outcome,
  call: StandaloneCall<unknown>,
  { say, told }: Telling = {},
): number {
  const { isJson, data, err } = call;
  const failure = failureIn(output);
  const [card] = cards;
  if (isJson)
    data(cards.length > 0 ? { ...(output as object), diagnoses: cards.map(cardInShort) } : (output ?? null));
  else if (!failure) say?.();
  else if (!told?.has(failure.message ?? "")) err(printable(failure.message ?? "failed"));
  if (failure && program && !isJson) err(`at the other end: ${programText(program)}`);
  if (card && !isJson) err(failure || card.level === "violation" ? inFull(card, call) : inALine(card));
  if (failure && !(failure.code === "timed-out" && isAboutBytes(card)))
    return errorTable[failure.code ?? "peer-error"].exit;
  return card?.level === "violation" ? exitCodes.peerError : exitCodes.done;
}

/** A wrong answer comes first: that a client waited for more afterwards is a consequence. */
const isAboutBytes = (card: Card | undefined) =>
  card?.level === "violation" && card.came === undefined && card.reads.length > 0;

function failureIn(output: unknown): Failure | undefined {
  const result = output as ({ ok?: boolean } & Failure) | null | undefined;
  return result?.ok === false ? result : undefined;
}

const inALine = ({ id, level, title }: Card) => `${id}  ${level}: ${title}`;

const inFull = (card: Card, { columns, hasColors }: StandaloneCall<unknown>) =>
  briefCard(card, { style: styleOf(hasColors), columns }).join("\n");

const cardInShort = ({ id, level, title, rule, cause, advice }: Card) => ({
  id,
  level,
  title,
  rule,
  cause,
  advice,
});
