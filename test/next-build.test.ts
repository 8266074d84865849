import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nextBuild, takePlace } from "../scripts/next-build.mjs";

const checkout = path.join(import.meta.dirname, "..");
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "netlab-build-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function made(name: string, files: Readonly<Record<string, string>>): string {
  const at = path.join(folder, name);
  mkdirSync(at);
  for (const [file, text] of Object.entries(files)) writeFileSync(path.join(at, file), text, { mode: 0o755 });
  return at;
}

describe("a build", () => {
  it("takes the place of the one of before as a whole, programs with their mode", () => {
    const place = made("dist", { "netlabctl.js": "old", "renamed.js": "old" });
    takePlace(made("dist.next", { "netlabctl.js": "new" }), place);
    expect(readdirSync(place)).toEqual(["netlabctl.js"]);
    expect(readFileSync(path.join(place, "netlabctl.js"), "utf8")).toBe("new");
    expect(statSync(path.join(place, "netlabctl.js")).mode & 0o100).toBe(0o100);
    expect(readdirSync(folder)).toEqual(["dist"]);
  });

  it("needs none of before, and removes what a build that was killed left", () => {
    made("dist.before", { "netlabctl.js": "older" });
    takePlace(made("dist.next", { "netlabctl.js": "new" }), path.join(folder, "dist"));
    expect(readdirSync(folder)).toEqual(["dist"]);
  });

  it("is made beside the one that programs are started from", () => {
    const { compilerOptions } = JSON.parse(readFileSync(path.join(checkout, "tsconfig.build.json"), "utf8"));
    expect(path.join(checkout, compilerOptions.outDir)).toBe(nextBuild);
  });
});
