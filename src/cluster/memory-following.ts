/** Watch of keys, or of a log, in the engine in memory. */
import type { MemoryLine } from "./memory-line.ts";
import type { Follower } from "./memory-stores.ts";

interface FollowingParts<Entry> {
  readonly store: {
    add(follower: Follower<Entry>): void;
    delete(follower: Follower<Entry>): void;
  };
  missed(reached: number): Entry[];
  numberOf(entry: Entry): number;
  isTold(entry: Entry): boolean;
  readonly from: number;
  readonly listener: (entry: Entry) => void;
}

/** Goes on where it was once the engine is back. */
export class Following<Entry> implements Follower<Entry> {
  readonly #down: MemoryLine;
  readonly #parts: FollowingParts<Entry>;
  #state: "apart" | "attached" | "over" = "apart";
  #reached: number;

  constructor(down: MemoryLine, parts: FollowingParts<Entry>) {
    this.#down = down;
    this.#parts = parts;
    this.#reached = parts.from - 1;
  }

  get reached(): number {
    return this.#reached;
  }

  attach(): void {
    if (this.#state !== "apart") return;
    this.#state = "attached";
    this.#parts.store.add(this);
    for (const entry of this.#parts.missed(this.#reached)) this.tell(entry);
  }

  detach(): void {
    if (this.#state !== "over") this.#state = "apart";
    this.#parts.store.delete(this);
  }

  stall(): void {
    this.end();
  }

  end(): void {
    this.#state = "over";
    this.#parts.store.delete(this);
  }

  tell(entry: Entry): void {
    if (!this.#parts.isTold(entry)) return;
    this.#down.put(() => {
      const number = this.#parts.numberOf(entry);
      if (this.#state === "over" || number <= this.#reached) return;
      this.#reached = number;
      this.#parts.listener(entry);
    }, "whole");
  }
}
