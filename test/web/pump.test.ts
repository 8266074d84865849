/** State is sent, not a queue. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { Pump, type Reader } from "../../src/web/pump.ts";
import type { Source } from "../../src/web/source.ts";
import { WholeSource } from "../../src/web/source.ts";

class Page implements Reader {
  readonly seen = new Map<string, number>();
  readonly sent: unknown[] = [];
  waitingBytes = 0;

  readonly came: Buffer[] = [];

  send(bytes: Buffer): void {
    this.came.push(bytes);
    this.sent.push((JSON.parse(String(bytes)) as { state: unknown }).state);
  }
}

/** A thing that stands as the test says. */
function counter() {
  const thing = { value: 0, looks: 0, isClosed: false };
  const source = new WholeSource({
    make: () => {
      thing.looks += 1;
      return thing.value;
    },
    everyMs: 0,
    follow: () => () => {
      thing.isClosed = true;
    },
  });
  return { thing, source };
}

const open = new Set<() => void>();
afterEach(() => {
  for (const close of open) close();
  open.clear();
});

/** A test whose source throws says so itself. */
const fail = (error: unknown) => {
  throw error;
};

function watched(pages: readonly Page[]) {
  const { thing, source } = counter();
  const opened = vi.fn((topic: string): Source | undefined => (topic === "wall" ? source : undefined));
  const pump = new Pump(opened, fail);
  for (const page of pages) {
    pump.add(page);
    open.add(() => pump.remove(page));
    pump.see(page, ["wall"]);
  }
  return { thing, pump, opened };
}

describe("the pump", () => {
  it("sends how a thing stands, and again when it stands otherwise, not else", () => {
    const page = new Page();
    const { thing, pump } = watched([page]);
    for (const value of [1, 1, 2, 2, 2]) {
      thing.value = value;
      pump.tick();
    }
    expect(page.sent).toEqual([1, 2]);
  });

  it("sends nothing to a page that does not read, and then the newest alone", () => {
    const [stalled, reading] = [new Page(), new Page()];
    const { thing, pump } = watched([stalled, reading]);
    thing.value = 1;
    pump.tick();
    stalled.waitingBytes = 65_536;
    for (let value = 2; value <= 1_000; value += 1) {
      thing.value = value;
      pump.tick();
    }
    expect([stalled.sent.length, reading.sent.length]).toEqual([1, 1_000]);
    stalled.waitingBytes = 0;
    pump.tick();
    expect(stalled.sent).toEqual([1, 1_000]);
  });

  it("looks once, however many pages look, and sends all of them the same bytes", async () => {
    const pages = Array.from({ length: 20 }, () => new Page());
    const { thing, pump, opened } = watched(pages);
    pump.tick();
    expect([thing.looks, opened.mock.calls.length]).toEqual([1, 1]);
    await vi.waitFor(() => expect(pages.map(({ sent }) => sent)).toEqual(pages.map(() => [0])));
    expect(new Set(pages.flatMap(({ came }) => came)).size).toBe(1);
  });

  it("tells a few pages in one turn of the loop, and each of them before it begins anew", async () => {
    const pages = Array.from({ length: 20 }, () => new Page());
    const { thing, pump } = watched(pages);
    const told = () => pages.filter(({ sent }) => sent.length > 0).length;
    pump.tick();
    expect(told()).toBeLessThan(pages.length / 2);
    thing.value = 1;
    pump.tick();
    await vi.waitFor(() => expect(told()).toBe(pages.length));
    // The newest, for those whose turn came after the second look.
    expect(pages.at(-1)?.sent).toEqual([1]);
    pump.tick();
    await vi.waitFor(() => expect(pages.every(({ sent }) => sent.at(-1) === 1)).toBe(true));
  });

  it("closes a source when the last page looks elsewhere or goes", () => {
    const [first, second] = [new Page(), new Page()];
    const { thing, pump } = watched([first, second]);
    pump.see(first, []);
    expect(thing.isClosed).toBe(false);
    pump.remove(second);
    expect(thing.isClosed).toBe(true);
  });

  it("sends a page that looks again all of it", () => {
    const page = new Page();
    const { pump } = watched([page]);
    pump.tick();
    pump.see(page, []);
    pump.see(page, ["wall", "nothing"]);
    pump.tick();
    expect([page.sent, [...page.seen.keys()]]).toEqual([[0, 0], ["wall"]]);
  });
});
