/** The faults of one direction of one connection, one behind the other in the order in which they were put there. */
import type { Piece, Stage } from "./fault.ts";

interface Placed {
  readonly id: string;
  readonly stage: Stage;
}

export class FaultPipe {
  readonly #placed: Placed[] = [];
  readonly #sink: (piece: Piece) => void;
  /** Told when something has gone on. */
  readonly #onGone: () => void;

  constructor(sink: (piece: Piece) => void, onGone: () => void) {
    this.#sink = sink;
    this.#onGone = onGone;
  }

  get heldBytes(): number {
    return this.#placed.reduce((sum, { stage }) => sum + (stage.heldBytes ?? 0), 0);
  }

  get isEmpty(): boolean {
    return this.#placed.length === 0;
  }

  take(piece: Piece): void {
    this.#handTo(0, piece);
  }

  /** `make` is given what takes a piece on. */
  place(id: string, make: (next: (piece: Piece) => void) => Stage): void {
    let placed: Placed | undefined;
    const stage = make((piece) => this.#handTo(placed ? this.#placed.indexOf(placed) + 1 : 0, piece));
    placed = { id, stage };
    this.#placed.push(placed);
  }

  /** All that it holds goes on first, so that nothing is lost and nothing overtakes. */
  remove(id: string): void {
    const index = this.#placed.findIndex((one) => one.id === id);
    if (index < 0) return;
    this.#placed[index]?.stage.release();
    this.#placed.splice(index, 1);
  }

  /** All that it holds goes on at once. */
  release(): void {
    for (const { stage } of this.#placed) stage.release();
  }

  #handTo(index: number, piece: Piece): void {
    const next = this.#placed[index];
    if (next) return next.stage.take(piece);
    this.#sink(piece);
    this.#onGone();
  }
}
