/**
 * The contract of a case: one thing that a program must do by a wire rule, as data with a stable id. One file a role in `cases/`,
 * found by scanning; the families (`families/`) are made of a role's dialogue. How one is written: docs/check.md.
 *
 * Fairness is the contract's other half: a case that is not sure does not fail anybody.
 */
import type { Dialogue, DialogueLine } from "../machines/_dialogue.ts";
import type { Draws } from "./chance.ts";
import type { Grade, Side } from "./report.ts";
import type { Preparing, Words } from "./stage.ts";
import type { ClientTester, ServerTester } from "./tester.ts";

/** Wants of a case beside a port to talk to; where it is not there, the case is skipped with that reason. */
export type Need =
  /** The checker has started the program itself, and can look at it and start it again: never with HOST:PORT. */
  | "start"
  /** This machine has IPv6, on loopback at least. */
  | "ipv6";

interface CaseFacts {
  /** Rule and slug, of a client's with `.c.` between them: `CALC-2.division-by-zero`, `CHAT-2.c.own-prefix`. Never given to another. */
  readonly id: string;
  readonly grade: Grade;
  /** Default: 2 of a MUST, 1 of a SHOULD, 0 of an INFO. */
  readonly weight?: number;
  /** Of the whole case; default 5 s, of a client 12 s, which begins in its own time. A single answer has 2 s (`ANSWER_MS`). */
  readonly limitMs?: number;
  /** Duty of the program, in a sentence that goes on from "the server" or "the client": "divides by zero and goes on". */
  readonly title: string;
  readonly needs?: readonly Need[];
  /** How a person does the same by hand, where the usual way, saying the dialogue with ncat, is none. */
  readonly byHand?: string;
  /** Conversation that shows what it is about, where the role's own dialogue shows something else. `{name}` as there. */
  readonly example?: readonly DialogueLine[];
  /** Change that helps a program that fails it, in a sentence: told after the failure where no diagnosis is likely. */
  readonly advice?: string;
}

export interface ServerCase extends CaseFacts {
  readonly side: "server";
  run(t: ServerTester): Promise<void>;
}

export interface ClientCase extends CaseFacts {
  readonly side: "client";
  run(t: ClientTester): Promise<void>;
}

export type Case = ServerCase | ClientCase;

/** A family of which a role has none, or one of another grade than usual, by its id. */
export type FamilyGrades = Readonly<Record<string, Grade | "none">>;

/** The cases of a role, both sides. Default export of its file in `cases/`. */
export interface RoleChecks {
  /** As typed: `check server calculator`. */
  readonly role: string;
  /** Words that the command may name beside {host} and {port}, e.g. {token}, and what each stands for. */
  readonly words?: Words;
  /** Makes what they stand for, before the program starts; answers a value for each. */
  readonly prepare?: (preparing: Preparing) => Promise<Words>;
  /**
   * A right client's conversation with a server as people hand it in, from which the families are made: with values of its own for
   * each seed. Default: the role's own `dialogue`.
   */
  readonly dialogue?: (draws: Draws, words: Words) => Dialogue;
  /** Lines that are typed into a client in every case, where no --stdin is given. */
  readonly script?: (draws: Draws, words: Words) => readonly string[];
  /** Text that a client prints of a message of the server, where that is not the message itself; undefined: nothing. */
  readonly shown?: (said: string, words: Words) => string | undefined;
  /** Options that our server has for every client, beside the role's defaults. */
  readonly given?: Readonly<Record<string, unknown>>;
  readonly families?: FamilyGrades;
  readonly cases: readonly Case[];
}

/** Case with what was left out filled in. */
export type WholeCase = Case &
  Required<Pick<CaseFacts, "weight" | "limitMs" | "needs">> & { readonly rule: string };

const WEIGHTS: Readonly<Record<Grade, number>> = { MUST: 2, SHOULD: 1, INFO: 0 };
const LIMIT_MS: Readonly<Record<Side, number>> = { server: 5_000, client: 12_000 };

/** Types a case and hands it on unchanged. */
export function defineCase(one: ServerCase): ServerCase;
export function defineCase(one: ClientCase): ClientCase;
export function defineCase(one: Case): Case {
  return one;
}

/** The same for a role's file. */
export const defineChecks = (checks: RoleChecks): RoleChecks => checks;

export function wholeCase(one: Case): WholeCase {
  const { grade, weight = WEIGHTS[grade], limitMs = LIMIT_MS[one.side], needs = [] } = one;
  return { ...one, weight, limitMs, needs, rule: ruleOf(one.id) };
}

/** `CALC-2` of `CALC-2.division-by-zero`; `ROBUST` names no rule of the wire. */
export const ruleOf = (id: string) => id.split(".")[0] ?? id;
