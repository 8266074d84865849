/** Pages of a graded class of 24 as people open them, from a folder: the class, students of all kinds, the heat map. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseAssignment } from "../../src/check/grade/assignment.ts";
import { fileName } from "../../src/check/grade/file-name.ts";
import { GradeFolder } from "../../src/check/grade/grade-folder.ts";
import { type Graded, lineOf } from "../../src/check/grade/graded.ts";
import type { Matrix } from "../../src/check/matrix/matrix.ts";
import { type Cell, OURS, type PairVerdict } from "../../src/check/matrix/pair.ts";
import type { Report } from "../../src/check/report.ts";
import { printable } from "../../src/printable.ts";
import { all } from "../check/formats/_reports.ts";
import { findingsOf } from "./axe.ts";
import { hasChromium, launchChromium, openPage } from "./chromium.ts";

const WIDTHS = { wide: { width: 1_280, height: 800 }, phone: { width: 390, height: 844 } };
const reports = Object.values(all);
/** Students' own words, and plain ones. */
const ODD_NAMES = ["Константин Константинопольский", "<b>bold</b>", "=cmd()", "\u202egnirts", "a".repeat(90)];
const names = Array.from({ length: 24 }, (_, at) => ODD_NAMES[at] ?? `s${String(at + 1).padStart(2, "0")}`);
const assignment = parseAssignment("role: calculator\nrun: x\ntitle: Lab 3, a calculator", "a.yaml");

const folder = mkdtempSync(path.join(tmpdir(), "netlabd-grade-pages-"));
let browser: Browser;

beforeAll(async () => {
  if (!hasChromium) return;
  const into = new GradeFolder(folder);
  await into.open(false);
  const graded = names.map(gradedOf);
  for (const one of graded) await into.write(one, assignment);
  const cases = reports
    .flatMap(({ results }) => results)
    .filter(({ id }, at, list) => list.findIndex((other) => other.id === id) === at);
  await into.writeClassPage(graded.map(lineOf), assignment, cases);
  await into.writeMatrix(matrixOf(names), assignment.title);
  browser = await launchChromium();
}, 60_000);
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

function gradedOf(name: string, at: number): Graded {
  const report = reports[at % reports.length] as Report;
  const lost = report.results.filter(({ status }) => status === "failed");
  return {
    format: "netlab-grade/1",
    student: { id: name, group: "AB"[at % 2] ?? "" },
    shownAs: name,
    points: at % 7 === 6 ? null : Math.round(10_000 / (lost.length + 1)) / 100,
    max: 100,
    mustFailed: lost.length,
    shouldFailed: at % 3,
    flaky: 0,
    lost: lost.map(({ id }) => id),
    remark: report.ended?.message ?? "",
    seed: at,
    submitted: "2026-11-30T10:00:00Z",
    checked: "2026-11-30T11:00:00Z",
    version: "1",
    digest: "",
    report,
  };
}

/** Every kind of cell, and some that were not drawn. */
function matrixOf(clients: readonly string[]): Matrix {
  const verdicts: readonly PairVerdict[] = ["ok", "wrong", "hangs", "dies", "not started", "not judged"];
  const servers = [OURS, ...clients];
  const cells = clients.flatMap((client, row) =>
    servers.flatMap((server, column): Cell[] => {
      if ((row * 7 + column * 3) % 11 === 5) return [];
      const verdict = verdicts[(row + column) % verdicts.length] ?? "ok";
      const expected = { speaker: "server", text: "50.0" } as const;
      const got = { speaker: "server", text: `${"50 ".repeat(80)}\u001b[2J` } as const;
      return [{ client, server, verdict, differs: verdict === "wrong" ? { nth: 2, expected, got } : null }];
    }),
  );
  return { clients, servers, cells };
}

const addressOf = (file: string) => pathToFileURL(path.join(folder, file)).href;
const pages = [
  "index.html",
  "matrix.html",
  ...names.slice(0, reports.length).map((name) => `hand-ins/${fileName(name)}.html`),
];

describe.skipIf(!hasChromium)("pages of a graded class (skipped without chromium)", () => {
  it.each(pages)(
    "have nothing that axe finds, and nothing cut off at the side: %s",
    async (file) => {
      const page = await openPage(browser, addressOf(file));
      for (const isOpen of [false, true]) {
        if (isOpen) await openAll(page);
        for (const [size, viewport] of Object.entries(WIDTHS)) {
          await page.setViewportSize(viewport);
          for (const colorScheme of ["light", "dark"] as const) {
            await page.emulateMedia({ colorScheme });
            expect(await findingsOf(page), `${size} ${colorScheme}`).toEqual([]);
          }
          const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          expect(overflow, size).toBeLessThanOrEqual(0);
          expect(await cutOff(page), size).toEqual([]);
        }
      }
      await page.context().close();
    },
    300_000,
  );

  it("lead from the class to each student, whatever the student is called", async () => {
    const page = await openPage(browser, addressOf("index.html"));
    const links = page.locator("td.name a");
    expect(await links.count()).toBe(names.length);
    for (const [at, name] of ODD_NAMES.entries()) {
      await page.goto(addressOf("index.html"));
      await links.nth(at).click();
      expect(await page.textContent("h1")).toContain(`${assignment.title}: ${printable(name)}`);
    }
    await page.context().close();
  }, 60_000);

  it("lead from a cell of the heat map to the frame that differs", async () => {
    const page = await openPage(browser, addressOf("matrix.html"), { viewport: WIDTHS.phone });
    const cell = page.locator(".map td a").first();
    const place = new URL((await cell.getAttribute("href")) ?? "", page.url()).hash;
    await cell.click();
    expect(new URL(page.url()).hash).toBe(place);
    const box = await page.locator(place).boundingBox();
    expect(box && box.y < WIDTHS.phone.height).toBe(true);
    await page.context().close();
  }, 60_000);
});

const openAll = (page: Page) =>
  page.evaluate(() => {
    for (const one of document.querySelectorAll("details")) one.open = true;
  });

/** Elements that stand out of the page at its side, and are in no part of it that can be moved. */
const cutOff = (page: Page) =>
  page.evaluate(() =>
    [...document.querySelectorAll("main *")]
      .filter((one) => {
        const { right, left, width } = one.getBoundingClientRect();
        return width > 1 && (right > innerWidth + 1 || left < -1) && !one.closest(".wide, .box, pre");
      })
      .map((one) => one.outerHTML.slice(0, 120)),
  );
