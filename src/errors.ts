/**
 * Every error that a person or a peer can meet: what the operator reads, what the peer is told (or null: nothing),
 * and the exit status of a command that ends with it. `docs/errors.md` lists the same table; a test compares them.
 */

import { causeText } from "./stories/cause-text.ts";
import type { Cause } from "./stories/causes.ts";
import { UNKNOWN_ADDRESS } from "./wire/address-record.ts";
import { INVALID, NOT_FOUND } from "./wire/file-transfer.ts";

interface ErrorKind {
  /** What the operator reads; `%s` is the detail. */
  readonly operator: string;
  readonly peer: string | null;
  readonly exit: number;
}

export const exitCodes = {
  done: 0,
  checkFailed: 1,
  usage: 2,
  noDaemon: 3,
  noSuchThing: 4,
  refused: 5,
  peerError: 6,
  timedOut: 124,
  interrupted: 130,
} as const;

export const errorTable = {
  usage: { operator: "%s", peer: null, exit: exitCodes.usage },
  "bad-option": { operator: "%s", peer: null, exit: exitCodes.usage },
  "bad-lab-file": { operator: "%s", peer: null, exit: exitCodes.usage },
  "bad-role": { operator: "%s", peer: null, exit: exitCodes.checkFailed },
  "no-daemon": { operator: "%s", peer: null, exit: exitCodes.noDaemon },
  "no-such-command": { operator: "%s", peer: null, exit: exitCodes.usage },
  "no-such-role": { operator: "%s", peer: null, exit: exitCodes.noSuchThing },
  "no-such-instance": { operator: "%s", peer: null, exit: exitCodes.noSuchThing },
  "no-such-connection": { operator: "%s", peer: null, exit: exitCodes.noSuchThing },
  "no-such-service": { operator: "%s", peer: null, exit: exitCodes.noSuchThing },
  "no-such-address": { operator: "%s", peer: UNKNOWN_ADDRESS, exit: exitCodes.noSuchThing },
  "no-such-file": { operator: "%s", peer: NOT_FOUND, exit: exitCodes.noSuchThing },
  "file-exists": {
    operator: "%s already exists: name another with --output, or replace it with --force",
    peer: null,
    exit: exitCodes.refused,
  },
  "file-not-read": { operator: "%s", peer: null, exit: exitCodes.noSuchThing },
  "file-not-written": { operator: "%s", peer: null, exit: exitCodes.checkFailed },
  "name-taken": { operator: "%s", peer: null, exit: exitCodes.refused },
  "wrong-state": { operator: "%s", peer: null, exit: exitCodes.refused },
  "token-refused": { operator: "%s", peer: INVALID, exit: exitCodes.refused },
  "too-long": { operator: "%s", peer: "Message too long", exit: exitCodes.peerError },
  "too-many-clients": { operator: "%s", peer: "Too many clients", exit: exitCodes.refused },
  "idle-too-long": { operator: "%s", peer: "Idle too long", exit: exitCodes.timedOut },
  "peer-error": { operator: "%s", peer: null, exit: exitCodes.peerError },
  "peer-gone": { operator: "%s", peer: null, exit: exitCodes.peerError },
  unreachable: { operator: "%s", peer: null, exit: exitCodes.peerError },
  "timed-out": { operator: "%s", peer: null, exit: exitCodes.timedOut },
  interrupted: { operator: "%s", peer: null, exit: exitCodes.interrupted },
  "port-taken": {
    operator: "port %s is taken (EADDRINUSE): stop the other program or use --port",
    peer: null,
    exit: exitCodes.refused,
  },
  "port-held-here": {
    operator: "port %s of this daemon: stop it first, or use --port",
    peer: null,
    exit: exitCodes.refused,
  },
  "port-lingers": {
    operator:
      "port %s is in TIME_WAIT, because a program that has just ended did not set SO_REUSEADDR; the system frees it within 60 s",
    peer: null,
    exit: exitCodes.refused,
  },
  "port-forbidden": {
    operator: "port %s needs more rights (EACCES): use a port of 1024 or above",
    peer: null,
    exit: exitCodes.refused,
  },
  "address-not-ours": {
    operator: "%s is no address of this machine (EADDRNOTAVAIL): use --host with one of its own",
    peer: null,
    exit: exitCodes.refused,
  },
  "cannot-listen": { operator: "cannot listen on %s", peer: null, exit: exitCodes.refused },
  "role-crashed": { operator: "%s", peer: null, exit: exitCodes.checkFailed },
  "not-stored": { operator: "%s", peer: null, exit: exitCodes.refused },
  "data-in-use": { operator: "%s", peer: null, exit: exitCodes.refused },
  "data-too-new": { operator: "%s", peer: null, exit: exitCodes.refused },
  "data-unusable": { operator: "%s", peer: null, exit: exitCodes.checkFailed },
  "read-only": { operator: "%s", peer: null, exit: exitCodes.refused },
  "bad-sql": { operator: "%s", peer: null, exit: exitCodes.usage },
  "bad-code": { operator: "%s", peer: null, exit: exitCodes.usage },
  "code-failed": { operator: "%s", peer: null, exit: exitCodes.checkFailed },
  "eval-off": { operator: "%s", peer: null, exit: exitCodes.refused },
  "socket-in-use": { operator: "%s", peer: null, exit: exitCodes.refused },
  "socket-unsafe": { operator: "%s", peer: null, exit: exitCodes.refused },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof errorTable;

/** An expected failure with a sentence for a person; anything else that is thrown is a bug. */
export class NetlabError extends Error {
  override readonly name = "NetlabError";
  readonly code: ErrorCode;
  /** The same as data, where a story is to tell it. */
  readonly fact: Cause | undefined;

  /** Of a cause, whose words are its detail. */
  static of(code: ErrorCode, fact: Cause, options?: { cause?: unknown }): NetlabError {
    return new NetlabError(code, causeText(fact), { ...options, fact });
  }

  constructor(code: ErrorCode, detail: string, options?: { cause?: unknown; fact?: Cause }) {
    super(
      errorTable[code].operator.replace("%s", () => detail),
      options,
    );
    this.code = code;
    this.fact = options?.fact;
  }

  /** What a client's run that ended with it has for a result. */
  get asResult(): { code: ErrorCode; message: string; cause?: Cause } {
    const { code, message, fact } = this;
    return { code, message, ...(fact ? { cause: fact } : {}) };
  }

  get exitCode(): number {
    return errorTable[this.code].exit;
  }
}

/** The sentence of any thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The exit status of any thrown value. */
export function exitCodeOf(error: unknown): number {
  return error instanceof NetlabError ? error.exitCode : exitCodes.checkFailed;
}
