/** The built page stays small: a class of 200 loads it in a minute, over one access point. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { pageFolder, readPage } from "../../src/web/page-files.ts";
import { buildWhereStale } from "../e2e/build.ts";

buildWhereStale();
const MOST_BYTES = 60_000;
const packedBytes = (files: readonly string[]) =>
  files.reduce(
    (sum, name) => sum + gzipSync(readFileSync(path.join(pageFolder, name)), { level: 9 }).length,
    0,
  );

describe("the built page", () => {
  const files = readdirSync(pageFolder);

  it("is at most 60 kB packed, all of it", () => {
    expect(packedBytes(files)).toBeLessThanOrEqual(MOST_BYTES);
  });

  it("loads its plots when they are looked at, and not before", () => {
    const html = readFileSync(path.join(pageFolder, "index.html"), "utf8");
    const first = files.filter((name) => html.includes(`/${name}`));
    expect(first.toSorted()).toEqual(["page.css", "page.js"]);
    expect(readFileSync(path.join(pageFolder, "page.js"), "utf8")).not.toMatch(/^import\s*[{"*]/m);
    expect(packedBytes([...first, "index.html"])).toBeLessThanOrEqual(MOST_BYTES / 2);
  });

  it("is served whole, and nothing else is", () => {
    const served = [...readPage().keys()].map((name) => (name === "/" ? "index.html" : name.slice(1)));
    expect(served.toSorted()).toEqual(files.toSorted());
  });
});
