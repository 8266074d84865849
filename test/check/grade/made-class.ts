/** A class that is made of one right hand-in and of mistakes, so that every verdict is known beforehand. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";

const folder = path.join(import.meta.dirname, "class");

interface MadeHandIn {
  readonly name: string;
  /** Text that stands once in the right one, and what stands there instead. */
  readonly edits?: readonly { readonly find: string; readonly replace: string }[];
  /** The whole of it instead; "": it has no file. */
  readonly whole?: string;
  /** Cases that it loses, or a part of the reason why it never listened. */
  readonly lost: readonly string[] | "all";
  readonly remark?: string;
}

export const madeClass = (): MadeHandIn[] =>
  parse(readFileSync(path.join(folder, "class.yaml"), "utf8")) as MadeHandIn[];

/** Writes these hand-ins and their assignment; answers the assignment's file. */
export function writeClass(into: string, handIns: readonly MadeHandIn[]): string {
  const right = readFileSync(path.join(folder, "calculator.py"), "utf8");
  for (const { name, edits = [], whole } of handIns) {
    const place = path.join(into, "hand-ins", name);
    mkdirSync(place, { recursive: true });
    const text = whole ?? edits.reduce((so, edit) => replacedOnce(so, edit, name), right);
    if (text !== "") writeFileSync(path.join(place, "calculator.py"), text);
  }
  const assignment = path.join(into, "assignment.yaml");
  writeFileSync(assignment, readFileSync(path.join(folder, "assignment.yaml")));
  return assignment;
}

export function replacedOnce(
  text: string,
  { find, replace }: { find: string; replace: string },
  name: string,
): string {
  if (text.split(find).length !== 2)
    throw new Error(`${name}: ${JSON.stringify(find)} does not stand once in calculator.py`);
  return text.replace(find, () => replace);
}
