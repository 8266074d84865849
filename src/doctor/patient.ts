/** A port under examination, as all steps know it. */
import { randomBytes } from "node:crypto";
import type { Doer } from "../os/proc.ts";
import type { SocketRow } from "../os/proc-text.ts";
import { type Finding, finding, type Transport } from "./finding.ts";
import type { LocalView } from "./local-view.ts";
import type { RoleWords } from "./role-words.ts";

export interface Question {
  readonly host: string;
  readonly port: number;
  readonly transport: Transport;
  readonly isProbing: boolean;
  readonly words: RoleWords | undefined;
  /** False: as if the port were another machine's. */
  readonly mayLook: boolean;
}

/** A port, as the steps of an examination know it. */
export interface Patient extends Question {
  readonly address: string;
  /** Undefined: of another machine, or this system does not tell. */
  readonly view: LocalView | undefined;
  /** Socket of the server, here. */
  readonly server: SocketRow | undefined;
  readonly sent: Sent;
}

export interface Sent {
  connections: number;
  datagrams: number;
}

/** Call that a program waits in, as a finding beside others. */
export function waitsIn(program: Doer | undefined): Finding[] {
  if (!program) return [];
  const { pid, name, doing, isCertain } = program;
  return [finding("waits-in", isCertain ? "certain" : "likely", { pid, name, doing })];
}

/** A line that no protocol knows, and that nothing but an echo says back. */
export const nonce = () => `netlabctl doctor ${randomBytes(4).toString("hex")}`;
