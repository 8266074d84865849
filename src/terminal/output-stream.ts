/** Streams that the clients print to and read from: a terminal, a pipe, or a test's stand-in. */
import type { Readable, Writable } from "node:stream";

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

const CELLS_LIMIT = 10_000;

export function wantsColors(output: OutputStream, env: NodeJS.ProcessEnv = process.env): boolean {
  return output.isTTY === true && !env.NO_COLOR && env.TERM !== "dumb";
}

/** Not an interface: it goes over the wire as any other record. */
export type ScreenSize = { columns?: number; rows?: number };

/** Facts of the reader's screen that the daemon needs. Without a width it takes the usual one; no height is no screen. */
export function screenFields(output: OutputStream, colors: boolean): ScreenSize & { colors: boolean } {
  return { ...screenSize(output), colors };
}

export function screenSize(output: OutputStream): ScreenSize {
  const { columns, isTTY } = output;
  const rows = isTTY ? output.getWindowSize?.()[1] : undefined;
  // Some terminals without a window say 0, which is no width; and above the protocol's limit none is real.
  return {
    ...(columns ? { columns: Math.min(columns, CELLS_LIMIT) } : {}),
    ...(rows ? { rows: Math.min(rows, CELLS_LIMIT) } : {}),
  };
}

/** The daemon leaves the last newline to whoever prints. */
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
