/** A queue whose pieces go on one after another, each when it is due and never before the one in front of it. */
import type { Piece, Stage, StageHost } from "./fault.ts";

interface Held {
  readonly piece: Piece;
  readonly dueAt: number;
}

export class Delayed implements Pick<Stage, "heldBytes" | "release"> {
  readonly #host: Pick<StageHost, "now" | "later" | "next">;
  #held: Held[] = [];
  #heldBytes = 0;
  #takeBack: (() => void) | undefined;

  constructor(host: Pick<StageHost, "now" | "later" | "next">) {
    this.#host = host;
  }

  /** When the last of them is due; undefined: it is empty. */
  get lastDueAt(): number | undefined {
    return this.#held.at(-1)?.dueAt;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  get isEmpty(): boolean {
    return this.#held.length === 0;
  }

  add(piece: Piece, dueAt: number): void {
    const { now, next } = this.#host;
    const due = Math.max(dueAt, this.lastDueAt ?? 0);
    if (this.isEmpty && due <= now()) return next(piece);
    this.#held.push({ piece, dueAt: due });
    this.#heldBytes += sizeOf(piece);
    if (this.#held.length === 1) this.#wait();
  }

  release(): void {
    this.#takeBack?.();
    this.#takeBack = undefined;
    const held = this.#held;
    this.#held = [];
    this.#heldBytes = 0;
    for (const { piece } of held) this.#host.next(piece);
  }

  #wait(): void {
    const [first] = this.#held;
    if (!first) return;
    this.#takeBack = this.#host.later(() => this.#giveDue(), Math.max(0, first.dueAt - this.#host.now()));
  }

  #giveDue(): void {
    this.#takeBack = undefined;
    for (let [first] = this.#held; first && first.dueAt <= this.#host.now(); [first] = this.#held) {
      this.#held.shift();
      this.#heldBytes -= sizeOf(first.piece);
      this.#host.next(first.piece);
    }
    if (!this.#takeBack) this.#wait();
  }
}

const sizeOf = ({ bytes }: Piece) => bytes?.length ?? 0;
