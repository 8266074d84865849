/** `| grep`, `| head` and `| tail`: lines in, lines out, one at a time, so that live output can be filtered too. Pure. */
import { stripVTControlCharacters } from "node:util";
import { nearest } from "../catalogue/instance-options.ts";
import { NetlabError } from "../errors.ts";

export interface LineFilter {
  take(line: string): readonly string[];
  /** Lines that are left at the end. */
  end(): readonly string[];
  /** Whether it wants no more: the source of the lines may stop. */
  readonly isFull: boolean;
  /** As `grep` does where nothing matched. */
  readonly hasFailed: boolean;
}

const FILTERS: Readonly<Record<string, (args: readonly string[]) => LineFilter>> = { grep, head, tail };
const USUAL_LINES = 10;
const MAX_LINES = 1_000_000;

/** Throws a NetlabError `usage` that says how it is written. */
export function lineFilter([name = "", ...args]: readonly string[]): LineFilter {
  const make = Object.hasOwn(FILTERS, name) ? FILTERS[name] : undefined;
  if (make) return make(args);
  const near = nearest(name, Object.keys(FILTERS));
  const hint = near ? `did you mean ${near}?` : `there are ${Object.keys(FILTERS).join(", ")}`;
  throw new NetlabError("usage/no-filter", { name, hint });
}

function grep(args: readonly string[]): LineFilter {
  let count = 0;
  while (/^-[vi]+$/.test(args[count] ?? "")) count += 1;
  const flags = args.slice(0, count).join("");
  const [pattern, ...more] = args.slice(args[count] === "--" ? count + 1 : count);
  if (pattern === undefined || more.length > 0) throw new NetlabError("usage/grep");
  const expression = regExp(pattern, flags.includes("i") ? "iu" : "u");
  const isInverted = flags.includes("v");
  let found = 0;
  return {
    take(line) {
      if (expression.test(stripVTControlCharacters(line)) === isInverted) return [];
      found += 1;
      return [line];
    },
    end: () => [],
    isFull: false,
    get hasFailed() {
      return found === 0;
    },
  };
}

function regExp(pattern: string, flags: string): RegExp {
  try {
    return new RegExp(pattern, flags);
  } catch {
    throw new NetlabError("usage/grep-regexp", { pattern });
  }
}

function head(args: readonly string[]): LineFilter {
  const most = countOf("head", args);
  let count = 0;
  return {
    take(line) {
      if (count >= most) return [];
      count += 1;
      return [line];
    },
    end: () => [],
    get isFull() {
      return count >= most;
    },
    hasFailed: false,
  };
}

function tail(args: readonly string[]): LineFilter {
  const most = countOf("tail", args);
  const kept: string[] = [];
  return {
    take(line) {
      kept.push(line);
      if (kept.length > most) kept.shift();
      return [];
    },
    end: () => kept,
    isFull: false,
    hasFailed: false,
  };
}

/** `-n 5`, `-n5`, `-5`, or nothing. */
function countOf(name: string, args: readonly string[]): number {
  const text = args.join(" ");
  const number = text === "" ? USUAL_LINES : Number(/^(?:-n ?|-)(\d+)$/.exec(text)?.[1] ?? Number.NaN);
  if (number >= 0 && number <= MAX_LINES) return number;
  throw new NetlabError("usage/head-or-tail", { name, lines: USUAL_LINES });
}
