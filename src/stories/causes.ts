/**
 * Reasons as data: why a peer was refused, a connection failed, a run ended badly, and what a role had to remark. A cause is a code and its
 * arguments; only the edge makes words of it. `docs/causes.md` lists the same table; a test compares them.
 */
import { causeTable } from "./cause-table.ts";

/** How heavy a cause weighs: a remark, a peer that was shown the door, a conversation that went wrong, a fault of ours. */
export type CauseLevel = "note" | "refused" | "failed" | "crashed";

/**
 * An argument: a number; a word of ours or of the system; or the peer's own words (`peer`), which alone may hold a secret and are escaped
 * wherever they are shown.
 */
export type ArgumentKind = "number" | "text" | "peer";

type Table = typeof causeTable;
export type CauseCode = keyof Table;

type Value<Kind extends ArgumentKind> = Kind extends "number" ? number : string;
/** The arguments that a code takes. */
export type CauseArguments<Code extends CauseCode> = {
  readonly [Name in keyof Table[Code]["args"]]: Value<Table[Code]["args"][Name] & ArgumentKind>;
};

/** A reason as data. It survives JSON, and it is the same after a restart. */
export interface Cause {
  readonly code: CauseCode;
  /** Rule of the wire that it is about, e.g. `FRAME-7`. */
  readonly rule?: string;
  readonly args?: Readonly<Record<string, string | number>>;
}

/** A code with just its arguments, as pure modules make it that know no story. */
export type Reason<Code extends CauseCode = CauseCode> = {
  [One in Code]: { readonly code: One; readonly args: CauseArguments<One> };
}[Code];

/** `cause("message-too-long", { limit })`; a rule of its own only where the table's is not the one. */
export function cause<Code extends CauseCode>(
  code: Code,
  args: CauseArguments<Code>,
  rule: string | undefined = rowOf(code).rule,
): Cause {
  return {
    code,
    ...(rule === undefined ? {} : { rule }),
    ...(Object.keys(args).length === 0 ? {} : { args: args as Cause["args"] & object }),
  };
}

/** Cause of a reason that a pure module told. */
export function causeOf({ code, args }: Reason): Cause {
  return cause(code, args as never);
}

/** Cause that `peer.refuse` was given: a cause, or a rule and a sentence of a user's role. */
export function refusalCause(causeOrRule: Cause | string, why = ""): Cause {
  return typeof causeOrRule === "string" ? roleCause(why, causeOrRule) : causeOrRule;
}

/** Cause that `peer.remark` was given. */
export function remarkCause(remark: Cause | string): Cause {
  return typeof remark === "string" ? roleCause(remark) : remark;
}

/** A sentence of a user's role, whose words and the peer's cannot be told apart. */
export function roleCause(text: string, rule?: string): Cause {
  return cause("role", { text }, rule);
}

/** Arguments of a cause with this code; undefined where it is another, or none. */
export function argsOf<Code extends CauseCode>(
  cause: Cause | undefined,
  code: Code,
): CauseArguments<Code> | undefined {
  return cause?.code === code ? ((cause.args ?? {}) as CauseArguments<Code>) : undefined;
}

export interface CauseRow {
  readonly level: CauseLevel;
  readonly rule?: string;
  readonly args: Readonly<Record<string, ArgumentKind>>;
  readonly text: (args: never) => string;
}

export function rowOf(code: CauseCode): CauseRow {
  return causeTable[code];
}

export const causeCodes = Object.keys(causeTable) as CauseCode[];
