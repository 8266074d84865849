/**
 * Steps of a sheet or a script as tests, for `--format`: each line that is run, and each line that is expected. Its life: 1. the files
 * get a run that came to no end → 2. a sheet's steps are all named, so that a run is as long whatever fails in it → 3. each is told as it
 * has run → 4. the files are replaced by the whole run.
 */
import { targetOf } from "../check/formats/format-target.ts";
import { junitText } from "../check/formats/junit.ts";
import { tapText } from "../check/formats/tap.ts";
import type { Test, TestRun } from "../check/formats/test-run.ts";
import { replaceFile } from "../check/replace-file.ts";
import { NetlabError } from "../errors.ts";
import { notWritten } from "../os/not-written.ts";

const WRITERS = { junit: junitText, tap: tapText } as const;
const FORMATS = Object.keys(WRITERS) as (keyof typeof WRITERS)[];

/** A step that was run. */
export interface Step {
  readonly line: number;
  readonly title: string;
  /** Exit status, of a command that failed; 1 of an expectation that does not hold. */
  readonly exit: number;
  readonly ms: number;
  readonly message?: string;
  readonly output?: string;
}

export class StepRecord {
  readonly #name: string;
  readonly #kind: "sheet" | "script";
  readonly #targets;
  readonly #started = new Date();
  /** By line, in the order of the sheet. */
  readonly #tests = new Map<number, Test>();

  /** `words` as `--format` has them. Throws a NetlabError `usage`. */
  constructor(name: string, kind: "sheet" | "script", words: readonly string[]) {
    this.#name = name;
    this.#kind = kind;
    this.#targets = words.map((word) => {
      const target = targetOf(word, FORMATS);
      if (!target) throw new NetlabError("usage/steps-format", { word });
      return target;
    });
  }

  /** Standard output is a format's, and no other text may come between. */
  get ownsOutput(): boolean {
    return this.#targets.some(({ file }) => file === undefined);
  }

  async begin(): Promise<void> {
    await this.#writeFiles(this.#run([unfinished]));
  }

  /** A step that is to come. */
  plan(line: number, title: string): void {
    this.leftOut(line, title, "not run: a step before it failed");
  }

  ran({ line, title, exit, ms, message, output }: Step): void {
    const told = {
      ...(message === undefined ? {} : { message }),
      ...(output === undefined ? {} : { output }),
    };
    this.#tests.set(line, {
      name: this.#nameOf(line, title),
      status: exit === 0 ? "passed" : "failed",
      type: `exit-${exit}`,
      ms,
      ...(exit === 0 ? {} : told),
    });
  }

  leftOut(line: number, title: string, why: string): void {
    const name = this.#nameOf(line, title);
    this.#tests.set(line, { name, status: "skipped", type: "skipped", ms: 0, message: why });
  }

  /** Writes the files; answers with what standard output gets. */
  async end(isWhole: boolean): Promise<string[]> {
    const run = this.#run([...this.#tests.values(), ...(isWhole ? [] : [unfinished])]);
    await this.#writeFiles(run);
    return this.#targets.flatMap(({ format, file }) =>
      file === undefined ? [WRITERS[format](run).trimEnd()] : [],
    );
  }

  #run(tests: readonly Test[]): TestRun {
    return {
      name: this.#name,
      group: `netlabd.${this.#kind}`,
      started: this.#started.toISOString(),
      ms: Date.now() - this.#started.getTime(),
      properties: {},
      tests,
    };
  }

  #nameOf(line: number, title: string): string {
    return `${this.#name}:${line}: ${title}`;
  }

  async #writeFiles(run: TestRun): Promise<void> {
    for (const { format, file } of this.#targets) {
      if (file === undefined) continue;
      try {
        await replaceFile(file, WRITERS[format](run));
      } catch (error) {
        throw notWritten(file, error);
      }
    }
  }
}

const unfinished: Test = {
  name: "netlabd.run",
  title: "the run comes to its end",
  endsRun: true,
  status: "error",
  type: "unfinished",
  ms: 0,
  message: "the run did not come to its end",
};
