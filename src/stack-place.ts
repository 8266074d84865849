import path from "node:path";
import { fileURLToPath } from "node:url";
import { codeFolder } from "./places.ts";

/**
 * `lib/ask.ts:12:7`: the innermost place of a stack that is neither Node's, nor ours, nor a package's; as seen from a folder, the
 * present one unless told otherwise. Where source maps are on, it is a place in TypeScript.
 */
export function placeIn(stack: string | undefined, from = ""): string | undefined {
  for (const line of stack?.split("\n") ?? []) {
    const frame = /(?:\(|at |async )((?:file:\/\/|\/)[^()]*?):(\d+):(\d+)\)?$/.exec(line);
    if (!frame) continue;
    const [, where = "", row, column] = frame;
    const file = where.startsWith("file:") ? fileURLToPath(where) : where;
    if (file.startsWith(codeFolder + path.sep) || file.includes(`${path.sep}node_modules${path.sep}`))
      continue;
    return `${shownFrom(from, file)}:${row}:${column}`;
  }
  return undefined;
}

/** A file as a user in this folder would name it. */
export function shownFrom(folder: string, file: string): string {
  const near = path.relative(folder, file);
  return near.startsWith(path.join("..", "..")) ? file : near;
}
