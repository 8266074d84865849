import path from "node:path";
import { fileURLToPath } from "node:url";
import { codeFolder } from "../places.ts";

/** `lib/ask.ts:12:7`: the innermost place of a stack that is neither Node's, nor ours, nor a package's; as seen from here. */
export function placeIn(stack: string | undefined): string | undefined {
  for (const line of stack?.split("\n") ?? []) {
    const frame = /(?:\(|at |async )((?:file:\/\/|\/)[^()]*?):(\d+):(\d+)\)?$/.exec(line);
    if (!frame) continue;
    const [, where = "", row, column] = frame;
    const file = where.startsWith("file:") ? fileURLToPath(where) : where;
    if (file.startsWith(codeFolder + path.sep) || file.includes(`${path.sep}node_modules${path.sep}`))
      continue;
    const near = path.relative("", file);
    return `${near.startsWith("..") ? file : near}:${row}:${column}`;
  }
  return undefined;
}
