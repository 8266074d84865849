/** Files that a command names are opened, and written, by the client: its folder and its rights count, not the daemon's. */
import { createReadStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { MAX_REQUEST } from "../control/control-request.ts";
import { NetlabError } from "../errors.ts";
import { whyNotRead } from "../os/not-read.ts";
import { notWritten } from "../os/not-written.ts";
import type { ReadAs } from "../repl/command.ts";
import { wordsSoFar } from "../repl/line-words.ts";

/** A command as it went to the daemon. */
export interface Typed {
  readonly argv?: readonly string[];
  readonly line?: string;
}

/**
 * The text of a file that the person named in this command; no daemon gets another. As a role it is bundled with what it
 * imports, where it is here. Throws where it cannot be read, is no UTF-8, or does not fit into an answer.
 */
export async function readNamedFile(path: string, typed: Typed, as: ReadAs = "text"): Promise<string> {
  if (!isNamed(path, typed)) throw cannotRead(path, "the command does not name it");
  const source = await readText(path);
  const text = as === "role" ? await bundled(path) : source;
  if (JSON.stringify(text).length + 100 > MAX_REQUEST) throw tooLong(path);
  return text;
}

/** Writes a file that the person named in this command, and no other; what was in it is gone. Throws where it cannot. */
export async function writeNamedFile(path: string, text: string, typed: Typed): Promise<void> {
  if (!isNamed(path, typed)) throw cannotWrite(path, "the command does not name it");
  try {
    await writeFile(path, text);
  } catch (error) {
    throw notWritten(path, error);
  }
}

/** As a word of its own, or behind the sign of its option: `--html=page.html`. */
function isNamed(path: string, { argv, line = "" }: Typed): boolean {
  const words = argv ?? wordsSoFar(line).map(({ text }) => text);
  return words.some((word) => word === path || (/^--[a-z-]+=/.test(word) && word.endsWith(`=${path}`)));
}

/** The bundler is only for those who load roles: it is not imported before. */
const bundled = async (path: string) => (await import("../catalogue/role-source.ts")).readRoleFile(path);

async function readText(path: string): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      sizeBytes += chunk.length;
      // A pipe or a device may have no end.
      if (sizeBytes > MAX_REQUEST) throw tooLong(path);
    }
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks));
  } catch (error) {
    if (error instanceof NetlabError) throw error;
    throw cannotRead(path, whyNotRead(error));
  }
}

const tooLong = (path: string) => cannotRead(path, `it is longer than ${MAX_REQUEST / 1_048_576} MiB`);

function cannotRead(path: string, why: string): NetlabError {
  return new NetlabError("file-not-read/because", { file: path, why });
}

function cannotWrite(path: string, why: string): NetlabError {
  return new NetlabError("file-not-written/because", { file: path, why });
}
