/** Logins in a real browser: a link used twice, reloads, restarts, revoking; and a page that has lost its server. */
import { once } from "node:events";
import { connect } from "node:net";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestDaemon } from "../e2e/daemon.ts";
import { freePort } from "../e2e/free-ports.ts";
import { Scene } from "../e2e/scene.ts";
import { hasChromium, launchChromium, linkOf, openPage } from "./chromium.ts";

const scene = new Scene();
let daemon: TestDaemon;
let browser: Browser;
let webPort: number;

beforeAll(async () => {
  if (!hasChromium) return;
  const port = await freePort();
  webPort = await freePort();
  const roles = [{ role: "calculator", port, host: "127.0.0.1", label: "s042", name: "sums" }];
  daemon = await TestDaemon.start(scene, { lab: JSON.stringify({ roles }) });
  browser = await launchChromium();
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await scene.end();
});

const newLink = (...words: string[]) => linkOf(daemon, ...words, "--port", String(webPort));
const lasting = { timeout: 60_000 };

describe.skipIf(!hasChromium)("a login link (skipped without chromium)", () => {
  it("logs in one browser, leaves no key in the address, and works in a second tab and after a reload", async () => {
    const link = await newLink();
    const page = await openPage(browser, link);
    await page.waitForSelector(".wall");
    expect(page.url()).not.toContain("k=");
    await page.reload();
    await page.waitForSelector(".wall");
    const tab = await page.context().newPage();
    await tab.goto(new URL(link).origin);
    await tab.waitForSelector(".wall");
    const late = await openPage(browser, link);
    await late.waitForSelector("text=This link was used or has expired.");
    // In the browser that is logged in, the same link does no harm.
    await tab.goto("about:blank");
    await tab.goto(link);
    await tab.waitForSelector(".wall");
  }, 90_000);

  it("is asked for where nobody is logged in", async () => {
    const page = await openPage(browser, new URL(await newLink()).origin);
    await page.waitForSelector("text=This page needs a link.");
  });
});

describe.skipIf(!hasChromium)("a page whose daemon is killed (skipped without chromium)", () => {
  it("stays readable, says so, and goes on by itself with the next one", async () => {
    const page = await openPage(browser, await newLink());
    await page.waitForSelector(".tile >> text=sums");
    await daemon.kill();
    await page.waitForSelector("text=The connection to the lab is lost.");
    expect(await page.textContent(".tile")).toContain("sums");
    daemon = await daemon.again();
    await page.waitForSelector(".banner", { state: "detached", ...lasting });
    const client = connect(daemon.ready.instances[0]?.port ?? 0, "127.0.0.1");
    await once(client, "connect");
    await page.waitForSelector(".tile >> text=working", lasting);
    client.destroy();
    await page.waitForSelector(".tile[data-condition=working]", { state: "detached", ...lasting });
  }, 120_000);
});

describe.skipIf(!hasChromium)("revoking (skipped without chromium)", () => {
  it("ends the operator's page and the student's, and neither comes back by itself", async () => {
    const [operator, student] = [
      await openPage(browser, await newLink()),
      await openPage(browser, await newLink("link", "s042")),
    ];
    await operator.waitForSelector(".wall");
    await student.waitForSelector("text=Your ports");
    await daemon.ctl("web", "--revoke");
    for (const page of [operator, student]) {
      await page.waitForSelector("text=This login has ended.");
      await page.reload();
      await page.waitForSelector("text=This page needs a link.");
    }
  }, 90_000);

  it("of one student's link leaves the others", async () => {
    const page = await openPage(browser, await newLink("link", "s042"));
    const operator = await openPage(browser, await newLink());
    await page.waitForSelector("text=Your ports");
    await operator.waitForSelector(".wall");
    await newLink("link", "s042", "--new");
    await page.waitForSelector("text=This login has ended.");
    expect(await operator.isVisible(".wall")).toBe(true);
  }, 90_000);
});
