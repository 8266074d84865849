/** A class of mixed quality in C, Python and Java, written as hand-ins with a Makefile each, whose verdicts are known beforehand. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { replacedOnce } from "./made-class.ts";

const folder = path.join(import.meta.dirname, "mixed");

export interface MixedHandIn {
  readonly name: string;
  readonly lab: "calculator" | "chat";
  /** Program of the folder. */
  readonly of: string;
  /** Text that stands once in it, and what stands there instead. */
  readonly edits?: readonly { readonly find: string; readonly replace: string }[];
  /** For the matrix. */
  readonly client?: string;
  /** Cases that it loses, or all of them. */
  readonly lost: readonly string[] | "all";
  /** Part of the reason why it never listened. */
  readonly remark?: string;
}

export const mixedClass = (): MixedHandIn[] =>
  parse(readFileSync(path.join(folder, "class.yaml"), "utf8")) as MixedHandIn[];

/** Writes these hand-ins, and the assignment of each lab beside them. */
export function writeMixedClass(into: string, handIns: readonly MixedHandIn[]): void {
  for (const { name, lab, of, edits = [], client } of handIns) {
    const place = path.join(into, lab, name);
    mkdirSync(place, { recursive: true });
    const server = edits.reduce((so, edit) => replacedOnce(so, edit, name), textOf(of));
    const rules = [rule(place, "server", of, server)];
    if (client !== undefined) rules.push(rule(place, "client", client, textOf(client)));
    const goals = rules.map(({ goal }) => goal).join(" ");
    writeFileSync(path.join(place, "Makefile"), `all: ${goals}\n${rules.map(({ text }) => text).join("")}`);
  }
  for (const lab of new Set(handIns.map((one) => one.lab)))
    writeFileSync(path.join(into, `${lab}.yaml`), textOf(`${lab}.yaml`));
}

const textOf = (file: string) => readFileSync(path.join(folder, file), "utf8");

/** What a language needs beside its source: a rule that builds it, or a script that starts it. */
function rule(place: string, side: "server" | "client", file: string, text: string) {
  writeFileSync(path.join(place, file), text);
  if (file.endsWith(".c")) return { goal: side, text: `${side}: ${file}\n\tgcc -O1 -o $@ $< -lm\n` };
  const name = path.basename(file, path.extname(file));
  const isJava = file.endsWith(".java");
  const start = isJava ? `java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 ${name}` : `python3 ${file}`;
  const script = path.join(place, side);
  writeFileSync(script, `#!/bin/sh\nexec ${start} "$@"\n`);
  chmodSync(script, 0o755);
  if (!isJava) return { goal: `check-${side}`, text: `check-${side}:\n\tpython3 -m py_compile ${file}\n` };
  return { goal: `${name}.class`, text: `${name}.class: ${file}\n\tjavac ${file}\n` };
}
