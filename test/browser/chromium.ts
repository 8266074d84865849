/** Debian's Chromium, driven from here; without it these tests are skipped by name. */
import { execFileSync } from "node:child_process";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import type { TestDaemon } from "../e2e/daemon.ts";

const executablePath = whereIs("chromium");
export const hasChromium = executablePath !== "";

/** Root has no sandbox, and CI is root. */
export const launchChromium = (...args: string[]): Promise<Browser> =>
  chromium.launch({ executablePath, args: ["--no-sandbox", ...args], timeout: 60_000 });

/** A new browser profile, with a page that has opened this address. */
export async function openPage(
  browser: Browser,
  address: string,
  options: BrowserContextOptions = {},
): Promise<Page> {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(30_000);
  const page = await context.newPage();
  await page.goto(address);
  return page;
}

/** What `netlabctl web …` prints. */
export async function linkOf(daemon: TestDaemon, ...words: string[]): Promise<string> {
  const { stdout, stderr } = await daemon.ctl("web", ...words);
  if (!stdout.startsWith("http")) throw new Error(stderr);
  return stdout.trim();
}

function whereIs(program: string): string {
  try {
    return execFileSync("sh", ["-c", `command -v ${program}`], { encoding: "utf8" }).trim();
  } catch {
    return "";
  }
}
