/** Files of /proc as they are now; of one that is gone, or not to be read, nothing. They have no size: read until there is no more. */
import { closeSync, openSync, readdirSync, readlinkSync, readSync } from "node:fs";

const PROC = "/proc";
/** A row of a table, about. */
const PIECE_BYTES = 160;
const buffer = Buffer.allocUnsafe(64 * 1024);

/** `isEnough` looks at what is there after each piece; without it all is read. */
export function procText(name: string, isEnough?: (text: string) => boolean): string {
  let file: number | undefined;
  try {
    file = openSync(`${PROC}/${name}`, "r");
    let text = "";
    for (;;) {
      const length = readSync(file, buffer, 0, isEnough ? PIECE_BYTES : buffer.length, null);
      text += buffer.toString("latin1", 0, length);
      if (length === 0 || isEnough?.(text)) return text;
    }
  } catch {
    return "";
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** So many bytes of a file that has places, such as a program's memory. */
export function procBytes(name: string, place: bigint, sizeBytes: number): Buffer | undefined {
  let file: number | undefined;
  try {
    file = openSync(`${PROC}/${name}`, "r");
    const bytes = Buffer.alloc(sizeBytes);
    return readSync(file, bytes, 0, sizeBytes, place) === sizeBytes ? bytes : undefined;
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

export function procNames(folder: string): string[] {
  try {
    return readdirSync(`${PROC}/${folder}`);
  } catch {
    return [];
  }
}

export function procLink(name: string): string {
  try {
    return readlinkSync(`${PROC}/${name}`);
  } catch {
    return "";
  }
}
