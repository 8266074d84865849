/** Places where the time of a machine that follows ran ahead of the conversation's, in microseconds since it began. */
export class Leaps {
  readonly #leaps: { readonly from: number; readonly to: number }[] = [];
  /** How far ahead it is by now. */
  aheadMs = 0;

  add(from: number, to: number): void {
    this.#leaps.push({ from, to });
    this.aheadMs += (to - from) / 1_000;
  }

  /** Time of the conversation at a moment in the machine's. */
  real(at: number): number {
    let ahead = 0;
    for (const { from, to } of this.#leaps) ahead += Math.max(0, Math.min(at, to) - from);
    return Math.max(0, Math.round(at - ahead));
  }
}
