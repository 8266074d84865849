/** The program that makes just the mistake of a diagnosis: named after it, or the first of the corpus that has its card. */
import { readFileSync } from "node:fs";
import path from "node:path";
import type { Diagnosis } from "../../src/diagnoses/table.ts";
import { corpus } from "./corpus.ts";
import { mistakes } from "./mistakes.ts";

const folder = path.join(import.meta.dirname, "../peers/mistakes");

/** Below `test/peers/mistakes`, with its ending; undefined: none makes it. */
export function programOf({ id, name }: Diagnosis): string | undefined {
  if (mistakes.some((one) => one.id === id)) return `${name.replaceAll("-", "_")}.py`;
  const program = corpus.find(({ card, isPending }) => card === id && !isPending)?.program;
  return program === undefined || program.endsWith(".c") ? program : `${program}.py`;
}

/** The first sentence of the program: what it does. */
export function doingOf(program: string): string | undefined {
  const text = readFileSync(path.join(folder, program), "utf8");
  return /^(?:"""|\/\* )(.*?)(?:"""| \*\/)/.exec(text)?.[1];
}
