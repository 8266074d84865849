/**
 * An assignment as an instructor writes it, in YAML: what is handed in, how it is built and started, which cases count how much.
 *
 *   title: Lab 3, calculator
 *   role: calculator
 *   side: server
 *   run: python3 calculator.py {port}
 *   files: [calculator.py]
 *   cases: ["CALC-*", "ROBUST.*"]
 *   weights: { CALC-2.division-by-zero: 5 }
 *   limits: { mem: 256M, time: 60s }
 *   max: 20
 *
 * Everything is checked before anything starts, and an error names file, line and the nearest known word.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import { suggestion } from "../../catalogue/instance-options.ts";
import { messageOf, NetlabError } from "../../errors.ts";
import { parseLimits } from "../box/limits.ts";
import type { Limits } from "../program.ts";
import type { Grade, Side } from "../report.ts";

const SIDES = ["server", "client"] as const satisfies readonly Side[];
const GRADES = ["MUST", "SHOULD", "INFO"] as const satisfies readonly Grade[];
const weight = z.number().min(0).max(1000);

const schema = z.strictObject({
  title: z.string().optional(),
  role: z.string(),
  side: z.enum(SIDES).default("server"),
  run: z.string().min(1),
  build: z.string().min(1).optional(),
  /** Lines that are typed into a client: a list, or the name of a file beside the assignment. */
  stdin: z.union([z.array(z.string()), z.string()]).optional(),
  /** Values of the programs' own where `run` does not name them, such as a token. */
  set: z.record(z.string(), z.coerce.string()).default({}),
  files: z.array(z.string().min(1)).default([]),
  cases: z.array(z.string().min(1)).default([]),
  weights: z.record(z.string(), weight).default({}),
  grades: z.record(z.string(), z.enum(GRADES)).default({}),
  limits: z.union([z.string(), z.record(z.string(), z.union([z.string(), z.number()]))]).default(""),
  /** Same values for all. Default: each student's own, made of the id. */
  seed: z.number().int().min(0).max(0xffffffff).optional(),
  repeat: z.number().int().min(1).max(10).default(1),
  /** `verdicts`: a student's page says which cases failed, and not with which values. */
  visibility: z.enum(["all", "verdicts"]).default("all"),
  max: z.number().positive().default(100),
  /** Matrix of all clients with all servers: how each is started, and what is typed into the clients. */
  matrix: z
    .strictObject({
      server: z.string().min(1),
      client: z.string().min(1),
      stdin: z.array(z.string()).default([]),
      build: z.string().min(1).optional(),
    })
    .optional(),
});

export interface Assignment extends Omit<z.output<typeof schema>, "limits" | "stdin" | "title"> {
  readonly title: string;
  readonly file: string;
  readonly limits: Limits;
  readonly script: readonly string[] | undefined;
  /** `assignment.yaml:7`, of a key; for what is only found out when the cases are known. */
  readonly place: (...keys: readonly string[]) => string;
}

const KEYS = Object.keys(schema.shape);

export function readAssignment(file: string): Assignment {
  let source: string;
  try {
    source = readFileSync(file, "utf8");
  } catch (error) {
    throw new NetlabError("bad-assignment/not-read", { file, why: messageOf(error) }, { cause: error });
  }
  return parseAssignment(source, file);
}

export function parseAssignment(source: string, file: string): Assignment {
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines });
  const short = path.basename(file);
  const [error] = document.errors;
  if (error) {
    const place = `${short}:${error.linePos?.[0].line ?? 1}`;
    const why = (error.message.split("\n")[0] ?? "").replace(/ at line \d+, column \d+:?$/, "");
    throw new NetlabError("bad-assignment/bad-line", { place, why });
  }
  const place = (...keys: readonly string[]) => {
    const offset = offsetOf(document, keys);
    return offset === undefined ? short : `${short}:${lines.linePos(offset).line}`;
  };
  if (!isMap(document.contents)) throw new NetlabError("bad-assignment/no-map", { place: short });
  const parsed = schema.safeParse(document.toJS());
  if (!parsed.success) throw faultOf(parsed.error, place);
  const { limits, stdin, title, ...rest } = parsed.data;
  return {
    ...rest,
    file,
    place,
    title: title ?? `${rest.role} ${rest.side}`,
    limits: limitsOf(limits, place),
    script: scriptOf(stdin, file, place),
  };
}

type PlaceOf = Assignment["place"];

/** Of the key itself, so that the line is right where its value begins on the next one. */
function offsetOf(document: Document, keys: readonly string[]): number | undefined {
  let node: unknown = document.contents;
  let offset: number | undefined;
  for (const key of keys) {
    if (!isMap(node)) break;
    const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
    if (!pair) break;
    offset = isNode(pair.key) ? pair.key.range?.[0] : offset;
    node = pair.value;
  }
  return offset;
}

function faultOf({ issues }: z.ZodError, place: PlaceOf): NetlabError {
  const [issue] = issues;
  const keys = issue?.path.map(String) ?? [];
  if (issue?.code === "unrecognized_keys") {
    const key = issue.keys[0] ?? "";
    return new NetlabError("bad-assignment/unknown-key", {
      place: place(...keys, key),
      key,
      hint: suggestion(key, KEYS),
    });
  }
  const name = keys[0] ?? "";
  const isMissing = issue?.message.includes("received undefined") === true;
  if (isMissing && keys.length === 1)
    return new NetlabError("bad-assignment/missing", { place: place(), key: name });
  return new NetlabError("bad-assignment/bad-value", {
    place: place(...keys),
    key: keys.join("."),
    why: (issue?.message ?? "").replace(/^Invalid (input|option): /, ""),
  });
}

function limitsOf(given: z.output<typeof schema>["limits"], place: PlaceOf): Limits {
  const text =
    typeof given === "string"
      ? given
      : Object.entries(given)
          .map((pair) => pair.join("="))
          .join(",");
  try {
    return parseLimits(text);
  } catch (error) {
    throw new NetlabError(
      "bad-assignment/bad-line",
      { place: place("limits"), why: messageOf(error) },
      { cause: error },
    );
  }
}

function scriptOf(stdin: string | readonly string[] | undefined, file: string, place: PlaceOf) {
  if (typeof stdin !== "string") return stdin;
  const script = path.resolve(path.dirname(file), stdin);
  try {
    return readFileSync(script, "utf8")
      .replace(/\r?\n$/, "")
      .split(/\r?\n/);
  } catch (error) {
    const why = `cannot read the file ${script} that stdin names: ${messageOf(error)}`;
    throw new NetlabError("bad-assignment/bad-line", { place: place("stdin"), why }, { cause: error });
  }
}
