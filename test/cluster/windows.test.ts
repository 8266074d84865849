/** Numbered messages over a way that loses, repeats and mixes up: each arrives once, in order. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ReceiveWindow } from "../../src/cluster/receive-window.ts";
import { SendWindow } from "../../src/cluster/send-window.ts";

const MIB = 1_048_576;
const bytes = (size: number, fill = 0) => Buffer.alloc(size, fill);

/** All that may go out now. */
function taken(window: SendWindow, now = 0): number[] {
  const sizes: number[] = [];
  for (let data = window.take(now); data; data = window.take(now)) sizes.push(data.length);
  return sizes;
}

describe("messages that are kept", () => {
  it("go out once, in order, until they are asked for again", () => {
    const window = new SendWindow();
    for (const size of [1, 2, 3]) window.push(bytes(size));
    expect([taken(window), taken(window)]).toEqual([[1, 2, 3], []]);
    window.rewind(2, 0);
    expect(taken(window)).toEqual([2, 3]);
  });

  it("are kept until they are acknowledged", () => {
    const window = new SendWindow();
    for (const size of [10, 20, 30]) window.push(bytes(size));
    taken(window);
    window.acknowledge(2, 0);
    expect([window.bytes, window.isEmpty]).toEqual([30, false]);
    window.acknowledge(3, 0);
    expect([window.bytes, window.isEmpty]).toEqual([0, true]);
  });

  it("cannot be acknowledged before they went out", () => {
    const window = new SendWindow();
    window.push(bytes(1));
    window.acknowledge(1, 0);
    expect(window.isEmpty).toBe(false);
  });

  it("wait while 4 MiB are on their way, and one goes whatever its size", () => {
    const window = new SendWindow();
    for (let count = 0; count < 6; count += 1) window.push(bytes(MIB));
    expect(taken(window)).toHaveLength(4);
    window.acknowledge(1, 0);
    expect(taken(window)).toHaveLength(1);
    const large = new SendWindow();
    large.push(bytes(5 * MIB));
    expect(taken(large)).toHaveLength(1);
  });

  it("go out again after a second of silence, less at a time, until they are acknowledged", () => {
    const window = new SendWindow();
    for (let count = 0; count < 4; count += 1) window.push(bytes(MIB));
    taken(window, 0);
    expect(window.rewindSilent(999)).toBe(false);
    expect(window.rewindSilent(1_000)).toBe(true);
    expect(taken(window, 1_000)).toHaveLength(1);
    window.acknowledge(1, 1_000);
    expect(taken(window, 1_000)).toHaveLength(2);
  });

  it("that never went out stay while an earlier one is not answered for long, where each is answered at once", () => {
    const window = new SendWindow(1, 250);
    window.push(bytes(1));
    expect(taken(window, 1_000)).toEqual([1]);
    window.push(bytes(2));
    expect(taken(window, 1_249)).toEqual([2]);
    window.push(bytes(3));
    expect(taken(window, 1_250)).toEqual([]);
    expect([window.rewindSilent(2_000), taken(window, 2_000), window.sentThrough]).toEqual([true, [1, 2], 2]);
    window.acknowledge(1, 2_001);
    expect(taken(window, 2_001)).toEqual([3]);
    window.acknowledge(3, 2_002);
    window.push(bytes(4));
    expect(taken(window, 9_000)).toEqual([4]);
  });

  it("count the silence from when something went out", () => {
    const window = new SendWindow();
    expect(window.rewindSilent(5_000)).toBe(false);
    window.push(bytes(1));
    taken(window, 5_000);
    expect(window.rewindSilent(5_999)).toBe(false);
  });

  it("tell the sender's mark of the last that went out", () => {
    const window = new SendWindow(7);
    window.push(bytes(1), 70);
    window.push(bytes(1), 80);
    expect([window.nextSequence, window.sentThrough, window.markThrough]).toEqual([9, 6, 0]);
    window.take(0);
    expect([window.sentThrough, window.markThrough]).toEqual([7, 70]);
  });
});

describe("messages that come", () => {
  it("are taken once, and none before the one ahead of it", () => {
    const window = new ReceiveWindow();
    expect([1, 1, 3, 2, 3].map((one) => window.take(one))).toEqual([
      "next",
      "repeated",
      "early",
      "next",
      "next",
    ]);
  });

  it("are complained of once in 100 ms for each gap", () => {
    const window = new ReceiveWindow();
    expect([0, 99, 100].map((now) => window.isComplaintDue(now))).toEqual([true, false, true]);
    window.take(1);
    expect(window.isComplaintDue(101)).toBe(true);
  });
});

type Fate = "arrives" | "lost" | "doubled" | "late";
const fate = fc.constantFrom<Fate>("arrives", "lost", "doubled", "late");

/** A way between two windows, on which each message is lost, doubled, late or on time, and acknowledgements are lost. */
class Way {
  readonly sender = new SendWindow();
  readonly arrived: number[] = [];
  readonly #receiver = new ReceiveWindow();
  readonly #fates: Fate[];
  #late: number[] = [];

  constructor(fates: readonly Fate[]) {
    this.#fates = [...fates];
  }

  round(now: number): void {
    for (let data = this.sender.take(now); data; data = this.sender.take(now)) this.#pass(data[0] ?? 0);
    for (const sequence of this.#late.reverse()) this.#arrive(sequence);
    this.#late = [];
    if (this.#fates.shift() !== "lost") this.sender.acknowledge(this.#receiver.last, now);
    this.sender.rewindSilent(now + 1_000);
  }

  #pass(sequence: number): void {
    const what = this.#fates.shift() ?? "arrives";
    if (what === "late") this.#late.push(sequence);
    else if (what !== "lost") this.#arrive(sequence);
    if (what === "doubled") this.#arrive(sequence);
  }

  #arrive(sequence: number): void {
    if (this.#receiver.take(sequence) === "next") this.arrived.push(sequence);
  }
}

describe("any interleaving of loss, repetition and disorder", () => {
  it("ends with each message there once, in order", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.array(fate, { maxLength: 200 }), (count, fates) => {
        const way = new Way(fates);
        for (let one = 1; one <= count; one += 1) way.sender.push(Uint8Array.of(one));
        for (let now = 0; !way.sender.isEmpty && now < 1e6; now += 1_000) way.round(now);
        expect(way.arrived).toEqual(Array.from({ length: count }, (_, at) => at + 1));
      }),
    );
  });
});
