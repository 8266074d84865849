/** Options of `netlabctl check`, and the request that they make. */

import * as z from "zod";
import { nearest } from "../catalogue/instance-options.ts";
import { addressIn } from "../check/address.ts";
import { DEFAULT_LIMITS, parseLimits } from "../check/box/limits.ts";
import { FORMAT_NAMES, type FormatTarget, formatTarget } from "../check/report-files.ts";
import type { CheckRequest } from "../check/run-check.ts";
import { NetlabError } from "../errors.ts";
import { checkSelection } from "../repl/check-selection.ts";
import { readNamedFile } from "../terminal/client-file.ts";

export const checkOptions = z.object({
  run: z
    .string()
    .min(1)
    .optional()
    .describe("command that starts your program; {port} and {host} in it are filled in"),
  cwd: z.string().default(".").describe("folder in which it runs"),
  build: z.string().optional().describe("command that builds it first"),
  stdin: z.string().optional().describe("file with the lines that are typed into a client"),
  ...checkSelection,
  set: z.array(z.string()).default([]).describe("what your program has, e.g. token=server1"),
  limit: z.string().optional().describe("e.g. cpu=10s,mem=512M,procs=64,time=60s"),
  format: z
    .array(z.string())
    .default(["text"])
    .describe("text, json, junit, tap, ctrf, gradescope or html; with =FILE into a file"),
  keep: z
    .boolean()
    .default(false)
    .describe("keep the results in the database of the daemon that runs; its sql sees them as checks"),
  student: z.string().min(1).optional().describe("of a class: whose program it is; the results are kept"),
  points: z.number().positive().optional().describe("points of the assignment, for --format gradescope"),
  box: z.boolean().default(false).describe("run the program in a box, as grade does"),
  unsafe: z
    .boolean()
    .default(false)
    .describe("with --box, as root: run the program also where no box can be made"),
});
export type CheckOptions = z.output<typeof checkOptions>;

/** Word of a command that the port is put in place of. */
const PORT = "{port}";

/** Throws a NetlabError `usage` where these do not fit together. */
export async function requestFrom(
  side: "server" | "client",
  role: string,
  at: string | undefined,
  options: CheckOptions,
): Promise<CheckRequest> {
  const { run, seed, repeat, grade, stdin } = options;
  if (side === "client" && (run === undefined || at !== undefined))
    throw new NetlabError("usage/check-client");
  if ((run === undefined) === (at === undefined)) throw new NetlabError("usage/check-nothing");
  if (side === "client" && !run?.includes(PORT))
    throw new NetlabError("usage/check-no-port", { braces: PORT });
  const text = stdin === undefined ? undefined : await readNamedFile(stdin, { argv: [stdin] });
  return {
    side,
    role,
    run,
    at: at === undefined ? undefined : addressIn(at),
    cases: options.case,
    grades: grade,
    seed,
    repeat,
    set: wordsOf(options.set),
    script: text?.replace(/\r?\n$/, "").split(/\r?\n/),
    asked: askedIn(side, role, at, options),
  };
}

/** Seed and cases are said anew for each card. */
function askedIn(
  side: string,
  role: string,
  at: string | undefined,
  { run, cwd, build, stdin, set, limit, box }: CheckOptions,
): string[] {
  const valued = { run, cwd: cwd === "." ? undefined : cwd, build, stdin, limit };
  return [
    side,
    role,
    ...(at === undefined ? [] : [at]),
    ...Object.entries(valued).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, value])),
    ...set.flatMap((pair) => ["--set", pair]),
    ...(box ? ["--box"] : []),
  ];
}

function wordsOf(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf("=");
      if (at < 1) throw new NetlabError("usage/check-set", { pair });
      return [pair.slice(0, at), pair.slice(at + 1)] as const;
    }),
  );
}

export function targetsOf({ format }: CheckOptions): FormatTarget[] {
  const targets = format.map((word) => {
    const target = formatTarget(word);
    if (target) return target;
    const near = nearest(word.split("=")[0] ?? "", FORMAT_NAMES);
    throw new NetlabError("usage/check-format", {
      word,
      hint: near === undefined ? "" : `; did you mean ${near}?`,
      known: FORMAT_NAMES,
    });
  });
  const files = targets.flatMap(({ file }) => (file === undefined ? [] : [file]));
  const twice = files.find((file, place) => files.indexOf(file) !== place);
  if (twice !== undefined) throw new NetlabError("usage/check-one-file", { file: twice });
  return targets;
}

export const limitsOf = ({ limit }: CheckOptions) =>
  limit === undefined ? DEFAULT_LIMITS : parseLimits(limit);
