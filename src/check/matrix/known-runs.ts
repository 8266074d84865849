/**
 * Pairs that were played, a line each in a file that only grows, so that a matrix goes on after `kill -9`, and again when some hand-ins have
 * changed. A pair is found again by what it was made of: both hand-ins' bytes, the commands, what was typed, the box, the version.
 */

import { createHash } from "node:crypto";
import { appendFileSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { OURS, type PairRun } from "./pair.ts";

type Pairing = Pick<PairRun, "client" | "server">;

interface Line {
  readonly key: string;
  readonly run: PairRun;
}

export interface KnownRunsRequest {
  readonly file: string;
  /** Of an earlier run they are kept; else they are forgotten. */
  readonly isResumed: boolean;
  /** Digests of hand-ins, by their numbers. */
  readonly contents: readonly string[];
  /** Everything else on which a conversation depends. */
  readonly about: unknown;
}

export class KnownRuns {
  readonly #file: string;
  readonly #runs: Map<string, PairRun>;
  readonly #contents: readonly string[];
  readonly #about: string;

  static async open({ file, isResumed, contents, about }: KnownRunsRequest): Promise<KnownRuns> {
    if (!isResumed) await rm(file, { force: true });
    const text = await readFile(file, "utf8").catch(() => "");
    const runs = new Map(text.split("\n").flatMap(lineOf));
    return new KnownRuns(file, runs, contents, JSON.stringify(about));
  }

  private constructor(file: string, runs: Map<string, PairRun>, contents: readonly string[], about: string) {
    this.#file = file;
    this.#runs = runs;
    this.#contents = contents;
    this.#about = about;
  }

  get({ client, server }: Pairing): PairRun | undefined {
    const run = this.#runs.get(this.#keyOf({ client, server }));
    return run && { ...run, client, server };
  }

  add(pair: Pairing, run: PairRun): void {
    // A line that was cut off by a crash stays alone: each begins with the end of the one before.
    appendFileSync(this.#file, `\n${JSON.stringify({ key: this.#keyOf(pair), run } satisfies Line)}`);
  }

  #keyOf({ client, server }: Pairing): string {
    const contentOf = (name: string) => (name === OURS ? OURS : this.#contents[Number(name)]);
    return createHash("sha256")
      .update(JSON.stringify([contentOf(client), contentOf(server), this.#about]))
      .digest("hex");
  }
}

function lineOf(text: string): [string, PairRun][] {
  try {
    const { key, run } = JSON.parse(text) as Line;
    return [[key, run]];
  } catch {
    return [];
  }
}
