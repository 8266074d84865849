/** The code of a class is loaded for a lab file that has one: no other start, and no command, reaches it by its imports. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

const source = path.join(import.meta.dirname, "../../src");

/** Imports that are made with the file itself: not of types alone, and not those that are made when they are wanted. */
function importsOf(file: string): string[] {
  const text = readFileSync(file, "utf8");
  const statements = text.matchAll(/^(?:import|export) (?!type )(?:[^;]*? from )?"(\.[^"]+)";/gms);
  return [...statements]
    .filter(([statement]) => !/^import \{(?:\s*type [^,}]+,?)+\s*\} from/.test(statement))
    .map(([, name = ""]) => path.resolve(path.dirname(file), name))
    .filter((one) => existsSync(one));
}

function reachedFrom(roots: readonly string[]): Set<string> {
  const reached = new Set<string>();
  const open = [...roots];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (reached.has(file)) continue;
    reached.add(file);
    open.push(...importsOf(file));
  }
  return reached;
}

const isOfClass = (file: string) =>
  file.startsWith(path.join(source, "class") + path.sep) ||
  ["stores/class.ts", "lab/class-yaml.ts", "repl/slips.ts", "repl/slips-page.ts"].includes(
    path.relative(source, file),
  );

describe("a lab without a class", () => {
  it("starts and answers commands without its code", () => {
    const commands = path.join(source, "repl/commands");
    const roots = [
      path.join(source, "daemon-main.ts"),
      ...readdirSync(commands).map((name) => path.join(commands, name)),
    ];
    const reached = reachedFrom(roots);
    expect(reached.size).toBeGreaterThan(100);
    expect([...reached].filter(isOfClass).map((file) => path.relative(source, file))).toEqual([]);
  });

  it("is told from one with a class by the same means", () => {
    expect([...reachedFrom([path.join(source, "class/class-lab.ts")])].some(isOfClass)).toBe(true);
  });
});
