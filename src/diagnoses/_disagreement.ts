/** Word of a server that our own machine, followed in its place, would not have said so: an onlooker's finding, by the rules. */
export interface Disagreement {
  /** Microseconds since the conversation began. */
  readonly at: number;
  /** Words of the server; none: it said nothing. */
  readonly said: Buffer;
  /** Ours in their place; none: ours would have said nothing. */
  readonly ours: Buffer;
  readonly rule: string | undefined;
  /** Our machine would have left before. */
  readonly isAfterEnd?: boolean;
}
