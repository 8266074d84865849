/** A page that has stopped reading, over a real socket: the system's buffers are full, and still little waits for it here. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, it } from "vitest";
import type { Lab } from "../../src/lab/lab.ts";
import { KnownStories } from "../../src/web/known-stories.ts";
import { Pump, type Reader } from "../../src/web/pump.ts";
import { Sessions } from "../../src/web/sessions.ts";
import { WholeSource } from "../../src/web/source.ts";
import { WebMemory } from "../../src/web/web-memory.ts";
import { WebServer } from "../../src/web/web-server.ts";
import { eventually } from "../e2e/eventually.ts";
import { PageVisitor } from "./page-visitor.ts";

/** As much as 200 tiles. */
const STATE_BYTES = 60_000;
/** More than the system keeps for a socket that is not read. */
const TOLD_BYTES = 30_000_000;
const MOST_WAITING = 200_000;

const folder = mkdtempSync(path.join(tmpdir(), "netlab-stalled-"));
afterAll(() => rmSync(folder, { recursive: true }));

it("a page that does not read costs less than 0.2 MB, and is told the newest when it reads again", async () => {
  let turn = 0;
  const readers: Reader[] = [];
  class SeenPump extends Pump {
    override add(reader: Reader): void {
      readers.push(reader);
      super.add(reader);
    }
  }
  const pump = new SeenPump(
    () => new WholeSource({ make: () => `${turn} ${"x".repeat(STATE_BYTES)}`, everyMs: 0 }),
    (error) => {
      throw error;
    },
  );
  const sessions = new Sessions(new WebMemory(folder), Date.now);
  const lab = { name: "lab", version: "0", clock: { now: Date.now } } as unknown as Lab;
  const openOperator = () => {
    throw new Error("not asked for");
  };
  const stories = new KnownStories(lab);
  const server = new WebServer({ lab, sessions, pump, stories, openOperator }, new Map(), { tls: undefined });
  const address = `http://127.0.0.1:${await server.listen(0, "127.0.0.1", ["127.0.0.1"])}`;
  const page = await PageVisitor.with(`${address}/#k=${sessions.newKey("observer")}`);
  await page.see("wall");
  page.socket.pause();
  let most = 0;
  for (; turn * STATE_BYTES < TOLD_BYTES; turn += 1) {
    pump.tick();
    most = Math.max(most, readers[0]?.waitingBytes ?? 0);
    // What the system takes, it takes between two turns.
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(most).toBeGreaterThan(STATE_BYTES);
  expect(most).toBeLessThan(MOST_WAITING);
  page.socket.resume();
  await eventually(() => expect(page.stateOf<string>("wall")?.split(" ")[0]).toBe(String(turn)));
  expect(page.told.length).toBeLessThan(TOLD_BYTES / STATE_BYTES / 2);
  await server.close();
});
