/** Takers of a capture: a file, a pipe on standard output, or a Wireshark that is started for it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, statSync } from "node:fs";
import type { Writable } from "node:stream";
import { NetlabError } from "../errors.ts";
import { notWritten } from "../os/not-written.ts";

export interface CaptureSink {
  /** A file that a person has named; a pipe has a reader, who is told nothing. */
  readonly isFile: boolean;
  /** Resolves when it was taken, so that a slow reader slows its writer. Rejects with a NetlabError; an EPIPE is its own. */
  write(bytes: Buffer): Promise<void>;
  /** All is written. */
  end(): Promise<void>;
  /** Aborted when the reader is gone. */
  readonly gone: AbortSignal;
}

const WIRESHARK = ["-k", "-i", "-"];

/** Opens the file before anything is asked of the daemon. Rejects with a NetlabError. */
export async function fileSink(file: string): Promise<CaptureSink> {
  const refuse = (error: unknown) => notWritten(file, error);
  const stream = createWriteStream(file);
  try {
    await once(stream, "open");
  } catch (error) {
    throw refuse(error);
  }
  return { ...sinkOf(stream, refuse, true), isFile: !statSync(file).isFIFO() };
}

export const streamSink = (stream: Writable): CaptureSink => sinkOf(stream, (error) => error, false);

/** Wireshark, reading from a pipe. Rejects with a NetlabError where there is none. */
export async function wiresharkSink(): Promise<CaptureSink> {
  const wireshark = spawn("wireshark", WIRESHARK, { stdio: ["pipe", "ignore", "inherit"] });
  try {
    await once(wireshark, "spawn");
  } catch (error) {
    throw new NetlabError("usage/no-wireshark", {}, { cause: error });
  }
  return sinkOf(wireshark.stdin, (error) => error, true);
}

function sinkOf(stream: Writable, refuse: (error: unknown) => unknown, isOurs: boolean): CaptureSink {
  const gone = new AbortController();
  stream.on("error", () => gone.abort());
  return {
    isFile: false,
    gone: gone.signal,
    write: (bytes) =>
      new Promise((resolve, reject) => {
        stream.write(bytes, (error) => {
          if (!error) return resolve();
          // A program that has ended takes its pipe along, without an error.
          if ((error as NodeJS.ErrnoException).code === "ERR_STREAM_DESTROYED") gone.abort();
          reject(refuse(error));
        });
      }),
    // Standard output is not ours to close.
    end: () =>
      isOurs
        ? new Promise((resolve, reject) => {
            stream.end((error?: Error | null) => (error ? reject(refuse(error)) : resolve()));
          })
        : Promise.resolve(),
  };
}
