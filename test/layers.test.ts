/** Rooms import what the table in docs/internals.md allows, and lint forbids exactly the rest. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

const root = path.join(import.meta.dirname, "..");
const source = path.join(root, "src");

/** Room → rooms that it may import, as the docs tell it. */
function allowed(): Map<string, string[]> {
  const text = readFileSync(path.join(root, "docs/internals.md"), "utf8");
  const table = text.slice(text.indexOf("| room | is |"), text.indexOf("`machines` and `stories` stand"));
  const rows = [...table.matchAll(/^\| `(\w+)` \|[^|]*\|([^|]*)\|$/gm)];
  return new Map(rows.map(([, room = "", may = ""]) => [room, may.match(/\w+/g) ?? []]));
}

/** Room → rooms that lint forbids. */
function forbidden(): Map<string, string[]> {
  const { overrides } = JSON.parse(readFileSync(path.join(root, "biome.json"), "utf8"));
  const rooms = new Map<string, string[]>();
  for (const { includes, linter } of overrides) {
    const patterns = linter?.rules?.style?.noRestrictedImports?.options?.patterns ?? [];
    const groups: string[] = patterns.flatMap(({ group }: { group: string[] }) => group);
    const named = groups.flatMap((one) => /^\*\*\/(\w+)\/\*\*$/.exec(one)?.[1] ?? []);
    for (const include of includes) rooms.set(include.replace(/^src\/|\/\*\*$/g, ""), named);
  }
  return rooms;
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => /\.tsx?$/.test(name));
}

/** Every import of another room, types and those that are made when they are wanted too. */
function arrows(): { readonly from: string; readonly to: string; readonly file: string }[] {
  return filesUnder(source).flatMap((file) => {
    const text = readFileSync(path.join(source, file), "utf8");
    const imports = text.matchAll(/(?:from\s+|import\s*\(\s*|import\s+)"(\.[^"]+)"/g);
    const folder = path.dirname(path.join(source, file));
    return [...imports].map(([, name = ""]) => {
      const to = path.relative(source, path.resolve(folder, name));
      return { from: roomOf(file), to: roomOf(to), file: `${file} → ${to}` };
    });
  });
}

const roomOf = (file: string) => (file.includes(path.sep) ? (file.split(path.sep)[0] ?? "") : file);

/** Programs of their own, and what they need: they stand on all floors. */
const PROGRAMS = ["standalone", "script"];
const rooms = readdirSync(source).filter((name) => statSync(path.join(source, name)).isDirectory());

describe("the floors of src", () => {
  const may = allowed();

  it("are told of every room", () => {
    expect([...may.keys(), ...PROGRAMS].toSorted()).toEqual(rooms.toSorted());
  });

  it("are held by lint as the docs tell", () => {
    const held = forbidden();
    for (const [room, others] of may) {
      const rest = rooms.filter((one) => one !== room && !others.includes(one));
      expect(held.get(room)?.toSorted(), room).toEqual(rest.toSorted());
    }
  });

  it("are kept by every import, also by one that is made when it is wanted", () => {
    const broken = arrows().filter(
      ({ from, to }) => from !== to && rooms.includes(to) && may.has(from) && !may.get(from)?.includes(to),
    );
    expect(broken.map(({ file }) => file)).toEqual([]);
  });

  it("have the daemon above all: only its program imports it", () => {
    const importers = arrows().filter(({ to }) => to === "daemon.ts");
    expect(importers.map(({ from }) => from)).toEqual(["daemon-main.ts"]);
  });
});
