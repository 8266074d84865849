/** Audiences of a hub as its owner has told of them: those of their members that are on this node. */
import { Audience } from "../machines/_audience.ts";
import type { Hearers } from "./hub-wire.ts";

export class ToldAudiences {
  readonly #audiences = new Map<number, Audience>();

  change(number: number, come: readonly string[], gone: readonly string[]): void {
    const audience = this.#audiences.get(number) ?? new Audience();
    this.#audiences.set(number, audience);
    for (const id of gone) audience.delete(id);
    for (const id of come) audience.add(id);
  }

  hearers(hearers: Hearers): Iterable<string> {
    if (typeof hearers === "number") return this.#audiences.get(hearers) ?? [];
    return typeof hearers === "string" ? [hearers] : hearers;
  }
}
