/** A student at a glance, as plain data: what terminals, pages and gradebooks show of a class. */
import type { Story } from "../stories/story.ts";
import type { Judged } from "../stories/verdict.ts";

export interface StudentRow {
  /** The name that screens show: the roster's id, or the pseudonym where the lab wants that. It is the label of the student's instances. */
  readonly id: string;
  readonly group?: string;
  /** Open connections, senders of datagrams among them. */
  readonly connected: number;
  /** Id of the live connection that is stuck or has been waiting longest; where there is none, of the newest one, live or ended. */
  readonly connection?: string;
  /** Name of that connection's role, and its state; `closed` once it has ended. */
  readonly role?: string;
  readonly state?: string;
  /** How long a live connection has been silent though it is its turn; the longest. */
  readonly waitingMs?: number;
  /** How long bytes have been lying unread; the longest. */
  readonly stuckMs?: number;
  /** Id of the rule furthest in the role's conversation that the student's program has kept. */
  readonly furthest?: string;
  /** The root cause of the newest conversation that went wrong. */
  readonly card?: StudentCard;
  readonly checks?: { readonly passed: number; readonly of: number };
  readonly done: boolean;
}

export interface StudentCard {
  readonly id: string;
  /** The likely mistake, in a few words. */
  readonly likely: string;
  readonly connection: string;
}

/** How rows are to be made, by one who looks at them often. */
export interface RowsOptions {
  /** Judge of live connections. With one of its own, ended ones that are not judged yet are left to the daemon's idle time. */
  readonly judged?: ((story: Story) => Judged) | undefined;
  /** The row of this student alone, as screens name the student. */
  readonly only?: string | undefined;
}
