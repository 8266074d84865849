/** What help says of `lab`, and what there is. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ConnectionView } from "../../src/repl/evaluation/connection-view.ts";
import { InstanceView } from "../../src/repl/evaluation/instance-view.ts";
import { BookSurface, LabSurface } from "../../src/repl/evaluation/lab-surface.ts";
import type { LiveLab } from "../../src/repl/evaluation/live-lab.ts";
import { CONNECTION_SURFACE, INSTANCE_SURFACE, SURFACE } from "../../src/repl/evaluation/surface-table.ts";

const OF_ALL = ["constructor", "brief", "line", "toJSON"];
const namesOf = ({ prototype }: { prototype: object }) =>
  Object.getOwnPropertyNames(prototype)
    .filter((name) => !OF_ALL.includes(name))
    .sort();
const listed = (words: string) =>
  words
    .split(" ")
    .map((word) => word.replace("()", ""))
    .sort();

describe("help eval", () => {
  it("lists what lab, instances, connections and the book have", () => {
    const names = SURFACE.map(([usage]) => /^lab\.(\w+)/.exec(usage)?.[1] ?? "");
    expect(names.toSorted()).toEqual(namesOf(LabSurface));
    expect(listed(INSTANCE_SURFACE)).toEqual(namesOf(InstanceView));
    expect(listed(CONNECTION_SURFACE)).toEqual(namesOf(ConnectionView));
    const [, book = ""] = SURFACE.find(([usage]) => usage === "lab.book") ?? [];
    expect(listed(book)).toEqual(namesOf(BookSurface));
  });

  it("stays within a terminal's width", () => {
    for (const [usage, summary] of SURFACE)
      expect(`  ${usage.padEnd(30)} ${summary}`.length, usage).toBeLessThan(80);
  });
});

describe("lab", () => {
  it("asks for a change with options of its own: what the code does to them afterwards is nothing to it", async () => {
    const given: unknown[] = [];
    const lab = { spawn: async (...words: unknown[]) => given.push(...words) } as unknown as LiveLab;
    const calls: (() => Promise<unknown>)[] = [];
    const surface = new LabSurface(lab, (call) => {
      calls.push(call);
      return Promise.resolve() as never;
    });
    const options = { port: 0 };
    void surface.spawn("echo", options);
    options.port = 1;
    await calls[0]?.();
    expect(given).toEqual(["echo", { port: 0 }]);
    expect(() => surface.spawn("echo", { port: () => 0 })).toThrow(/could not be cloned/);
  });

  it("has a line of documentation on each thing it has", () => {
    const source = readFileSync(new URL("../../src/repl/evaluation/lab-surface.ts", import.meta.url), "utf8");
    const members = [...source.matchAll(/^(.*)\n {2}(?:get )?(\w+)\(.*\{$/gm)].filter(
      ([, before = "", name = ""]) =>
        ![...OF_ALL].includes(name) && before.trim() !== "" && !before.includes("override"),
    );
    expect(members.length).toBeGreaterThan(10);
    for (const [, before, name] of members) expect(before, name).toMatch(/\*\/$/);
  });
});
