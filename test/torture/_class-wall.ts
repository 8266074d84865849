/** The wall of a class in a real browser, for as long as the lesson takes, and how soon it tells what has happened. */
import { EventEmitter, once } from "node:events";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { Browser, Page } from "playwright-core";
import { hasChromium, launchChromium, linkOf } from "../browser/chromium.ts";
import type { TestDaemon } from "../e2e/daemon.ts";
import { type Shown, tellingOf, WallReader } from "./_class-wall-legs.ts";

export interface ProbedTile {
  /** Name on the tile. */
  readonly id: string;
  /** Place on the wall, from 1. */
  readonly place: number;
  readonly port: number;
}

/** How long a change took on each leg of its way, in milliseconds. */
export interface Legs {
  /** From what the client did to the message that tells it. */
  readonly daemon: number;
  /** From there to the browser's script. */
  readonly wire: number;
  /** From there to the frame that shows it. */
  readonly paint: number;
}

/** A page that is back after a kill takes that long at most, by its own pauses between tries. */
const BACK_MS = 60_000;
const SEEN_MS = 10_000;

export class Wall {
  /** From what a client did to the frame that shows it. */
  readonly latenciesMs: number[] = [];
  /** The same by its legs, of those that both sides were there for. */
  readonly legs: Legs[] = [];
  readonly #browser: Browser;
  readonly #page: Page;
  readonly #reader: WallReader;
  readonly #probed: ProbedTile;
  readonly #shown: Shown[];
  readonly #news: EventEmitter;

  /** Undefined where there is no Chromium. */
  static async open(daemon: TestDaemon, probed: ProbedTile): Promise<Wall | undefined> {
    if (!hasChromium) return undefined;
    const browser = await launchChromium();
    const link = await linkOf(daemon, "--port", "0");
    const context = await browser.newContext({ viewport: { width: 1_920, height: 1_080 } });
    context.setDefaultTimeout(30_000);
    const page = await context.newPage();
    const shown: Shown[] = [];
    const news = new EventEmitter();
    await page.exposeFunction("tileShown", (one: Shown) => {
      shown.push(one);
      news.emit("shown");
    });
    await page.addInitScript({ content: tellingOf(probed.place) });
    await page.goto(link);
    await page.waitForSelector(".tile");
    const reader = await WallReader.open(await linkOf(daemon, "--observer"), probed.id);
    return new Wall(browser, page, reader, probed, shown, news);
  }

  private constructor(
    browser: Browser,
    page: Page,
    reader: WallReader,
    probed: ProbedTile,
    shown: Shown[],
    news: EventEmitter,
  ) {
    this.#browser = browser;
    this.#page = page;
    this.#reader = reader;
    this.#probed = probed;
    this.#shown = shown;
    this.#news = news;
  }

  /** A client comes, says its name and leaves: its tile follows. */
  async probe(): Promise<void> {
    // It connects at once, and this process may hear of that later than the page shows it.
    const begun = Date.now();
    const client = connect(this.#probed.port, "127.0.0.1");
    const gone = once(client, "close").catch(() => undefined);
    client.on("error", () => undefined).resume();
    await once(client, "connect").catch(() => undefined);
    client.write("ann\n");
    await this.#shows("working", begun);
    const left = Date.now();
    client.end("q\n");
    await this.#shows("away", left);
    await gone;
  }

  /** A tile that does not follow in time counts as one that took all of it. */
  async #shows(condition: string, since: number): Promise<void> {
    const shown = await this.#shownSince(condition, since);
    this.latenciesMs.push(shown ? shown.paintedAt - since : SEEN_MS);
    const told = this.#reader.told.find((one) => one.condition === condition && one.at >= since);
    if (!shown || !told) return;
    this.legs.push({
      daemon: told.at - since,
      wire: shown.cameAt - told.at,
      paint: shown.paintedAt - shown.cameAt,
    });
  }

  async #shownSince(condition: string, since: number): Promise<Shown | undefined> {
    const signal = AbortSignal.timeout(SEEN_MS);
    while (!signal.aborted) {
      const found = this.#shown.find((one) => one.condition === condition && one.paintedAt >= since);
      if (found) return found;
      await once(this.#news, "shown", { signal }).catch(() => undefined);
    }
    return undefined;
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

  close(): Promise<void> {
    this.#reader.close();
    return this.#browser.close();
  }
}
