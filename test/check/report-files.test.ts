/** Files of a report: zero first, whole at the end, never half. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { FORMAT_NAMES, type FormatTarget, formatTarget, writeReport } from "../../src/check/report-files.ts";
import { mixed, unfinished } from "./formats/_reports.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "netlabd-reports-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const everyFormat = (): FormatTarget[] =>
  FORMAT_NAMES.map((format) => ({ format, file: path.join(folder, format) }));

it("knows a format by its name, with a file or without, and no other", () => {
  expect(formatTarget("junit=a=b.xml")).toEqual({ format: "junit", file: "a=b.xml" });
  expect(formatTarget("text")).toEqual({ format: "text", file: undefined });
  expect(formatTarget("json=-")).toEqual({ format: "json", file: undefined });
  expect(formatTarget("toString")).toBeUndefined();
  expect(formatTarget("xml=a")).toBeUndefined();
});

it("writes every format that it knows, at first of no points, then of the report", async () => {
  await writeReport(unfinished, everyFormat(), () => "zero\n");
  const first = new Map(FORMAT_NAMES.map((name) => [name, readFileSync(path.join(folder, name), "utf8")]));
  for (const name of FORMAT_NAMES) expect(first.get(name), name).toMatch(/did not come to its end|zero/);
  await writeReport(mixed, everyFormat(), () => "done\n");
  for (const name of FORMAT_NAMES) {
    const text = readFileSync(path.join(folder, name), "utf8");
    expect(text, name).not.toMatch(/did not come to its end|zero/);
    expect(text, name).toMatch(name === "text" ? /done/ : /CALC-1.shortest-repr/);
  }
  expect(readdirSync(folder).toSorted()).toEqual([...FORMAT_NAMES].toSorted());
});

it("says why a file cannot be written, and leaves nothing behind", async () => {
  const failing = (file: string) => writeReport(mixed, [{ format: "json", file }], () => "");
  const lost = path.join(folder, "none", "x.json");
  await expect(failing(lost)).rejects.toMatchObject({
    code: "file-not-written",
    message: `cannot write ${lost}: there is no such folder (ENOENT)`,
  });
  await expect(failing(folder)).rejects.toThrow(`cannot write ${folder}: it is a folder (EISDIR)`);
  expect(readdirSync(folder)).toEqual([]);
});
