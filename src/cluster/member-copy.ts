/** Members of a hub as a node knows them that does not own it: what it shows, and what the next owner begins with. */
import type { HubMember } from "../machines/_role.ts";

/** Connections that are gone, as many as an owner may not have heard of. */
const GONE_KEPT = 1_000;

export class MemberCopy {
  #members = new Map<string, HubMember>();
  /** Members that a new owner has told so far. */
  #coming: Map<string, HubMember> | undefined;
  readonly #gone = new Set<string>();
  /** Members of this node that have asked to come in, and do not know yet that they are. */
  readonly #unanswered = new Set<string>();

  get all(): readonly HubMember[] {
    return [...this.#members.values()];
  }

  get gone(): readonly string[] {
    return [...this.#gone];
  }

  has(id: string): boolean {
    return this.#members.has(id);
  }

  isUnanswered(id: string): boolean {
    return this.#unanswered.has(id);
  }

  /** A member of this node has come, whose question is open. */
  asked(id: string): void {
    this.#unanswered.add(id);
  }

  answered(id: string | undefined): void {
    if (id !== undefined) this.#unanswered.delete(id);
  }

  isGone(id: string): boolean {
    return this.#gone.has(id);
  }

  /** The members are told anew; until all are, those of before are shown. */
  begin(): void {
    this.#coming = new Map();
  }

  complete(): void {
    if (this.#coming) this.#members = this.#coming;
    this.#coming = undefined;
  }

  /** A whole copy, of this node's own hub. */
  replace(members: readonly HubMember[]): void {
    this.#coming = undefined;
    this.#unanswered.clear();
    this.#members = new Map(members.map((member) => [member.id, member]));
  }

  changed(member: HubMember): void {
    (this.#coming ?? this.#members).set(member.id, member);
  }

  left(id: string): void {
    this.#coming?.delete(id);
    this.#members.delete(id);
    this.#unanswered.delete(id);
  }

  /** A connection of this node is gone, whether the owner knows or not. */
  forget(id: string): void {
    this.#gone.add(id);
    if (this.#gone.size <= GONE_KEPT) return;
    const [oldest = ""] = this.#gone;
    this.#gone.delete(oldest);
  }
}
