/** Streams that the clients print to and read from: a terminal, a pipe, or a test's stand-in. */
import type { Readable, Writable } from "node:stream";
import { UNCUT_COLUMNS } from "../repl/wrapped.ts";

export type OutputStream = Writable & {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  /** Columns and rows, of a terminal. */
  getWindowSize?(): [number, number];
};
export type InputStream = Readable & {
  readonly isTTY?: boolean | undefined;
  setRawMode?(isRaw: boolean): unknown;
};

/** Width of a terminal that tells none. */
const USUAL_COLUMNS = 80;

export function wantsColors(output: OutputStream, env: NodeJS.ProcessEnv = process.env): boolean {
  return output.isTTY === true && !env.NO_COLOR && env.TERM !== "dumb";
}

/** Not an interface: it goes over the wire as any other record. */
export type ScreenSize = { columns?: number; rows?: number };

/** Facts of the reader's screen that the daemon needs. No height is no screen. */
export function screenFields(output: OutputStream, colors: boolean): ScreenSize & { colors: boolean } {
  return { ...screenSize(output), colors };
}

export function screenSize(output: OutputStream): ScreenSize {
  const rows = output.isTTY ? output.getWindowSize?.()[1] : undefined;
  return { columns: columnsOf(output), ...(rows ? { rows: Math.min(rows, UNCUT_COLUMNS) } : {}) };
}

/** Width to write to: a terminal's own; in a pipe or a file nothing is cut, unless COLUMNS asks for it. */
export function columnsOf(
  { isTTY, columns }: Pick<OutputStream, "isTTY" | "columns">,
  env: NodeJS.ProcessEnv = process.env,
): number {
  // Some terminals without a window say 0, which is no width; and above the protocol's limit none is real.
  if (isTTY || columns) return Math.min(columns || USUAL_COLUMNS, UNCUT_COLUMNS);
  const asked = Number(env.COLUMNS);
  return Number.isInteger(asked) && asked > 0 ? Math.min(asked, UNCUT_COLUMNS) : UNCUT_COLUMNS;
}

/** The daemon leaves the last newline to the side that prints. */
export function asLines(text: string): string {
  return text.endsWith("\n") ? text : `${text}\n`;
}

/** Resolves when the stream took it, so that a full pipe slows its writer; fails as the stream fails. */
export function write(output: Writable, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    output.write(text, (error) => (error ? reject(error) : resolve()));
  });
}

export function ignoreError(): void {}
