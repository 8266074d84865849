/**
 * A lab sheet is Markdown that can be played. Pure. Its fenced blocks say by their language what they are:
 *
 *   netlab           lines for the prompt, run one after another
 *   netlab by-hand   the same, but only where a person sits there whose own program they speak of
 *   expect           each line is to be read in what the block before it said, below the line before
 *   anything else    is shown: `sh` is for a terminal of one's own
 *
 * Everything else is prose. HTML comments are for the sheet's author.
 */
import { NetlabError } from "../errors.ts";

export type BlockKind = "prose" | "commands" | "by-hand" | "expect" | "shell" | "other";

export interface Block {
  readonly kind: BlockKind;
  readonly lines: readonly string[];
  /** The number of its first line in the sheet, from 1. */
  readonly line: number;
}

const FENCE = /^ {0,3}(`{3,}|~{3,})\s*(.*?)\s*$/;
const SHELLS = new Set(["sh", "bash", "shell", "console", "zsh"]);

/** Throws a NetlabError `usage` that names file and line. */
export function parseSheet(text: string, name: string): Block[] {
  const lines = withoutComments(text).split(/\r?\n/);
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length; ) {
    const [, fence, info = ""] = FENCE.exec(lines[at] ?? "") ?? [];
    const end = lines.findIndex(
      (line, index) => index > at && (fence ? isClosing(line, fence) : FENCE.test(line)),
    );
    if (fence && end < 0)
      throw new NetlabError("usage/block-not-closed", { sheet: name, line: at + 1, fence });
    const start = fence ? at + 1 : at;
    const stop = end < 0 ? lines.length : end;
    const kind = fence ? kindOf(info, `${name}:${at + 1}`) : "prose";
    blocks.push({ kind, lines: lines.slice(start, stop), line: start + 1 });
    at = fence ? stop + 1 : stop;
  }
  checkOrder(blocks, name);
  return blocks.filter(({ lines: inner }) => inner.some((line) => line.trim() !== ""));
}

/** Line numbers stay what they are. */
const withoutComments = (text: string) =>
  text.replace(/<!--[\s\S]*?-->/g, (comment) => comment.replace(/[^\n]/g, ""));

const isClosing = (line: string, fence: string) =>
  new RegExp(`^ {0,3}\\${fence[0]}{${fence.length},}\\s*$`).test(line);

function kindOf(info: string, where: string): BlockKind {
  const [language = "", ...words] = info.split(/\s+/);
  if (language === "expect") return "expect";
  if (SHELLS.has(language)) return "shell";
  if (language !== "netlab") return "other";
  if (words.length === 0) return "commands";
  if (words.join(" ") === "by-hand") return "by-hand";
  throw new NetlabError("usage/no-block", { place: where, info });
}

/** Checks that each expectation has a command before it. */
function checkOrder(blocks: readonly Block[], name: string): void {
  const steps = blocks.filter(({ kind }) => kind !== "prose");
  for (const [index, { kind, line }] of steps.entries()) {
    const before = steps[index - 1]?.kind;
    if (kind === "expect" && before !== "commands" && before !== "by-hand")
      throw new NetlabError("usage/expect-block", { sheet: name, line });
  }
}
