/** The wall of a class in a real browser, for as long as the lesson takes, and how soon it tells what has happened. */
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { Browser, Page } from "playwright-core";
import { hasChromium, launchChromium, linkOf, openPage } from "../browser/chromium.ts";
import type { TestDaemon } from "../e2e/daemon.ts";

export interface ProbedTile {
  /** Place on the wall, from 1. */
  readonly place: number;
  readonly port: number;
}

/** A page that is back after a kill takes that long at most, by its own pauses between tries. */
const BACK_MS = 60_000;
const SEEN_MS = 10_000;

export class Wall {
  /** From what a client did to the tile that says so. */
  readonly latenciesMs: number[] = [];
  readonly #browser: Browser;
  readonly #page: Page;

  /** Undefined where there is no Chromium. */
  static async open(daemon: TestDaemon): Promise<Wall | undefined> {
    if (!hasChromium) return undefined;
    const browser = await launchChromium();
    const page = await openPage(browser, await linkOf(daemon, "--port", "0"), {
      viewport: { width: 1_920, height: 1_080 },
    });
    await page.waitForSelector(".tile");
    return new Wall(browser, page);
  }

  private constructor(browser: Browser, page: Page) {
    this.#browser = browser;
    this.#page = page;
  }

  /** A client comes, says its name and leaves: its tile follows. */
  async probe({ place, port }: ProbedTile): Promise<void> {
    const client = connect(port, "127.0.0.1");
    const gone = once(client, "close").catch(() => undefined);
    client.on("error", () => undefined).resume();
    const begun = performance.now();
    client.write("ann\n");
    await this.#shows(place, "working", begun);
    const left = performance.now();
    client.end("q\n");
    await this.#shows(place, "away", left);
    await gone;
  }

  /** A tile that does not follow in time counts as one that took all of it. */
  async #shows(place: number, condition: string, since: number): Promise<void> {
    const tile = `.tile:nth-child(${place})[data-condition=${condition}]`;
    await this.#page.waitForSelector(tile, { timeout: SEEN_MS }).catch(() => undefined);
    this.latenciesMs.push(performance.now() - since);
  }

  /** The daemon is another one: the page goes on by itself. */
  async back(): Promise<void> {
    await this.#page.waitForSelector(".banner", { state: "detached", timeout: BACK_MS });
  }

  /** Tiles by condition, as they stand on the page. */
  async counts(): Promise<ReadonlyMap<string, number>> {
    const conditions = await this.#page
      .locator(".tile")
      .evaluateAll((tiles) =>
        tiles.map((tile) => (tile as unknown as { dataset: { condition?: string } }).dataset.condition ?? ""),
      );
    const counts = new Map<string, number>();
    for (const condition of conditions) counts.set(condition, (counts.get(condition) ?? 0) + 1);
    return counts;
  }

  /** Until so many tiles say done. */
  async showsDone(count: number): Promise<boolean> {
    for (const until = performance.now() + SEEN_MS; performance.now() < until; await delay(100))
      if (((await this.counts()).get("done") ?? 0) === count) return true;
    return false;
  }

  picture(file: string): Promise<unknown> {
    return this.#page.screenshot({ path: file, animations: "disabled" });
  }

  close(): Promise<void> {
    return this.#browser.close();
  }
}
