/**
 * A run of tests as the common formats of test results know it. A check's report is one, and so is a played sheet or a script:
 * their files come from the same writers.
 */

export type TestStatus = "passed" | "failed" | "skipped" | "error";

export interface Test {
  /** Id of a case, or place of a step: what a list shows. */
  readonly name: string;
  readonly title?: string;
  readonly status: TestStatus;
  /** A failure that fails no run: the word for why, as `SHOULD`. */
  readonly tolerated?: string;
  readonly isFlaky?: boolean;
  /** Stands for the run itself, which came to no end. */
  readonly endsRun?: boolean;
  /** Kind of what went wrong, for machines: a wire rule, an exit status. */
  readonly type: string;
  readonly ms: number;
  /** Mistake in a sentence, or why it was passed over. */
  readonly message?: string;
  /** More of it, in lines. */
  readonly details?: string;
  /** The same, as named values. */
  readonly facts?: Readonly<Record<string, unknown>>;
  readonly output?: string;
}

export interface TestRun {
  readonly name: string;
  /** Dotted name under which lists group its tests. */
  readonly group: string;
  /** RFC 3339. */
  readonly started: string;
  readonly ms: number;
  readonly properties: Readonly<Record<string, string>>;
  readonly tests: readonly Test[];
}

/** A failure that a run counts. */
export const hasFailed = ({ status, tolerated }: Test) => status === "failed" && tolerated === undefined;
