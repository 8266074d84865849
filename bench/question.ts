/** What a bench asks: one file of `questions/` each, found by scanning. */

/** A server under load, or whatever else can be measured again and again. */
export interface Running {
  /** One run; the figure in the question's unit. */
  measure(): Promise<number>;
  stop(): Promise<void>;
}

export interface Contestant {
  /** As the table shows it: `nginx, sendfile on`. */
  readonly name: string;
  /** A program that must be on the PATH; without it this contestant is skipped by name. */
  readonly needs?: string;
  start(): Promise<Running>;
}

export interface Question {
  /** As typed: `npm run bench -- file`. */
  readonly name: string;
  /** What is measured, in words, with its size. */
  readonly what: string;
  readonly unit: "MB/s" | "/s" | "ms" | "µs" | "KB" | "MB";
  readonly better: "more" | "less";
  /** `figure`: it is for our figure itself; `more`: for what ours is above the other. Without one, the ratio is only told. */
  readonly goal?: { readonly is: "ratio" | "figure" | "more"; readonly limit: number };
  /** So many at most, and none to warm up, where each is long by itself. */
  readonly runs?: number;
  /** Too long to be asked with all others: only by its name. */
  readonly isAskedByName?: boolean;
  /** The daemon is played from its source: another commit's cannot stand in for it. */
  readonly isFromSource?: boolean;
  readonly ours: Contestant;
  /** Ours is held against the best of them. */
  readonly others: readonly Contestant[];
  /** Measured in the same run and told beside them, where a goal is beyond what Node can do: ours is not held against these. */
  readonly floors?: readonly Contestant[];
}
