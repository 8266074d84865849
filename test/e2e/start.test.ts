/** What a start of the daemon reads: few files, and of these no more than a start wants. */
import { globSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { preparedLab } from "../../src/lab/prepared-lab.ts";
import { checkout, dist } from "./scene.ts";

const chunk = (name: string) => globSync(`chunks/${name}-*.js`, { cwd: dist }).join();

/** Files that are loaded with this one. */
function loadedWith(file: string, files = new Set<string>()): Set<string> {
  if (files.has(file)) return files;
  files.add(file);
  const text = readFileSync(path.join(dist, file), "utf8");
  for (const [, name = ""] of text.matchAll(/^(?:import|export)\b[^;]*?"(\.{1,2}\/[^"]+)";$/gm))
    loadedWith(path.join(path.dirname(file), name), files);
  return files;
}

const bytesOf = (files: Iterable<string>) =>
  [...files].reduce((sum, file) => sum + statSync(path.join(dist, file)).size, 0);

describe("a start of the built daemon", () => {
  const daemon = loadedWith(chunk("daemon-main"));

  it("reads few files of ours", () => {
    expect(daemon.size).toBeGreaterThan(2);
    expect(daemon.size).toBeLessThanOrEqual(10);
    expect(bytesOf(daemon)).toBeLessThan(1_500_000);
  });

  it.each(["table", "lab-yaml", "lab-book", "control-session", "evaluation"])(
    "leaves out what is loaded when it is wanted: %s",
    (name) => {
      expect(readFileSync(path.join(dist, chunk(name)), "utf8")).not.toBe("");
      expect(daemon).not.toContain(chunk(name));
    },
  );

  it("finds the diagnoses, a fifth of all, in none of its files", () => {
    const diagnoses = [...loadedWith(chunk("table"))].filter((file) => !daemon.has(file));
    expect(bytesOf(diagnoses)).toBeGreaterThan(200_000);
  });

  it("has each shipped lab as the build has read it", () => {
    const labs = globSync("data/labs/*.yaml", { cwd: checkout });
    const prepared = labs.map((file) => preparedLab(path.join(checkout, file), path.join(dist, "labs")));
    expect(prepared.filter((lab) => lab !== undefined)).toHaveLength(labs.length);
    expect(labs.length).toBeGreaterThan(5);
  });
});
