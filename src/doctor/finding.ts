/** Findings of the doctor, as facts: a code, how sure it is, and what it is about. Words are made in `finding-text.ts`. */
import type { Doing } from "../stories/program.ts";

/** `certain`: seen. `likely`: nothing else is usual. `maybe`: one of several causes. */
export type Sure = "certain" | "likely" | "maybe";

export type Transport = "tcp" | "udp";

export interface Program {
  readonly pid: number;
  readonly name: string;
}

/** Arguments of each code. Codes are stable: scripts compare them. */
export interface Facts {
  /** Nothing is there. */
  closed: { readonly port: number; readonly transport: Transport };
  /** Nothing comes back: a firewall, or no machine. */
  filtered: { readonly waitedMs: number };
  /** Open, but of the other family: it listens on `found` alone. */
  "other-family": { readonly asked: string; readonly found: string };
  /** Open, but on `found` alone. */
  "other-address": { readonly asked: string; readonly found: string };
  "is-udp": { readonly port: number };
  "is-tcp": { readonly port: number };
  /** Open on the port with its two bytes exchanged. */
  "swapped-port": { readonly port: number; readonly found: number };
  /** No listener; connections that are over keep the port. */
  "time-wait": { readonly count: number };
  /** So many connections wait for accept() that the kernel takes no more. */
  "backlog-full": { readonly waiting: number };
  /** The kernel took the connection, the program did not; `serves` another one meanwhile. */
  "never-accepts": { readonly serves: boolean };
  "does-not-read": { readonly unread: number };
  "hangs-up": { readonly when: "at-once" | "after-words"; readonly how: "fin" | "reset" };
  echoes: Record<never, never>;
  http: { readonly status: string | null };
  /** `names`: of the certificate. */
  tls: { readonly protocol: string; readonly names: readonly string[]; readonly until: string | null };
  /** First words that are known: of a role, or of another protocol. */
  "speaks-as": { readonly role: string; readonly words: string };
  /** With --role: it said something else than this role does. */
  "wrong-words": { readonly role: string; readonly expected: string; readonly got: string };
  /** Of another user no more than the number is known. */
  "held-by": { readonly pid: number | null; readonly name: string | null; readonly uid: number };
  "waits-in": Program & { readonly doing: Doing };
  stopped: Program;
  healthy: { readonly how: "greets" | "answers" | "listens" };
}

export type FindingCode = keyof Facts;

export type Finding = {
  readonly [Code in FindingCode]: { readonly code: Code; readonly sure: Sure; readonly about: Facts[Code] };
}[FindingCode];

export function finding<Code extends FindingCode>(code: Code, sure: Sure, about: Facts[Code]): Finding {
  return { code, sure, about } as Finding;
}

/** Codes that tell what is there, and find no fault with it. */
const FACTS: ReadonlySet<FindingCode> = new Set([
  "healthy",
  "held-by",
  "waits-in",
  "speaks-as",
  "echoes",
  "http",
  "tls",
]);
/** Codes that say no more than that it cannot be reached. */
const UNREACHABLE: ReadonlySet<FindingCode> = new Set(["closed", "filtered"]);

/** Whether something is wrong; with a role, what speaks as another one is. */
export const isProblem = ({ code, about }: Finding, role?: string): boolean =>
  !FACTS.has(code) ||
  (role !== undefined && (isOther(code) || (code === "speaks-as" && about.role !== role)));

const isOther = (code: FindingCode) => code === "http" || code === "tls";

/** Exit status: 0 healthy, 1 something was found, 6 it cannot be reached. */
export function exitOf(findings: readonly Finding[], role?: string): number {
  const problems = findings.filter((one) => isProblem(one, role));
  if (problems.length === 0) return 0;
  return problems.every(({ code }) => UNREACHABLE.has(code)) ? 6 : 1;
}
