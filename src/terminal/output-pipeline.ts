/** Way of a command's lines: through its filters, and to the screen or into a file of the person's own. */

import { once } from "node:events";
import { createWriteStream, type WriteStream } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import { exitCodes } from "../errors.ts";
import { notWritten } from "../os/not-written.ts";
import { type LineFilter, lineFilter } from "./line-filter.ts";
import { asLines, ignoreError, write } from "./output-stream.ts";
import type { Statement } from "./typed-line.ts";

type Show = (text: string) => void | Promise<void>;

export class OutputPipeline {
  readonly #filters: readonly LineFilter[];
  readonly #file: WriteStream | undefined;
  readonly #show: Show;

  /** Opens the file first, so that nothing runs for an output that cannot be kept. Throws NetlabError. */
  static async open({ filters, file }: Statement, show: Show): Promise<OutputPipeline> {
    const made = filters.map(lineFilter);
    return new OutputPipeline(made, file && (await openFile(file)), show);
  }

  private constructor(filters: readonly LineFilter[], file: WriteStream | undefined, show: Show) {
    this.#filters = filters;
    this.#file = file;
    this.#show = show;
  }

  get isToFile(): boolean {
    return this.#file !== undefined;
  }

  /** Nothing that comes will be shown any more. */
  get isFull(): boolean {
    return this.#filters.some(({ isFull }) => isFull);
  }

  async take(text: string): Promise<void> {
    if (this.#filters.length === 0) return this.#put(text);
    const lines = asLines(text).slice(0, -1).split("\n");
    await this.#putLines(lines.flatMap((line) => through(this.#filters, line)));
  }

  /** The rest of the lines, and the command's own status or a filter's. */
  async end(exit: number): Promise<number> {
    for (const [index, filter] of this.#filters.entries()) {
      const behind = this.#filters.slice(index + 1);
      await this.#putLines(filter.end().flatMap((line) => through(behind, line)));
    }
    await this.close();
    const hasFailed = this.#filters.some((filter) => filter.hasFailed);
    return exit === exitCodes.done && hasFailed ? exitCodes.checkFailed : exit;
  }

  async close(): Promise<void> {
    if (!this.#file || this.#file.closed) return;
    this.#file.end();
    await once(this.#file, "close");
  }

  async #putLines(lines: readonly string[]): Promise<void> {
    if (lines.length > 0) await this.#put(lines.join("\n"));
  }

  async #put(text: string): Promise<void> {
    if (!this.#file) return this.#show(text);
    try {
      await write(this.#file, asLines(stripVTControlCharacters(text)));
    } catch (error) {
      throw notWritten(String(this.#file.path), error);
    }
  }
}

/** Lines that come out behind these filters for one. */
function through(filters: readonly LineFilter[], line: string): readonly string[] {
  const [first, ...behind] = filters;
  return first ? first.take(line).flatMap((one) => through(behind, one)) : [line];
}

async function openFile({ path, isAppended }: NonNullable<Statement["file"]>): Promise<WriteStream> {
  const stream = createWriteStream(path, { flags: isAppended ? "a" : "w" });
  try {
    await once(stream, "open");
  } catch (error) {
    throw notWritten(path, error);
  }
  // Each write reports its own failure.
  return stream.on("error", ignoreError);
}
