/** The outflow by itself: what it writes, in which order, and when [FRAME-6]. */
import { describe, expect, it } from "vitest";
import type { Crowds } from "../../src/actors/crowd.ts";
import { Delivery } from "../../src/actors/delivery.ts";
import { Outflow } from "../../src/actors/outflow.ts";
import { SimulatedClock } from "./simulated-clock.ts";

/** Everything that reaches the writer, in its order: `text:…`, `bytes:…`, `queued:…`, `drained`. */
function outflow({ onSettle = (_log: string[]): void => undefined } = {}) {
  const clock = new SimulatedClock();
  const log: string[] = [];
  const story = { now: () => clock.now() * 1_000, movedAt: 0 };
  /** A byte has gone: of a message, of a file. */
  const moves = () => {
    story.movedAt = story.now();
  };
  const wrote = (what: string) => {
    log.push(what);
    moves();
  };
  const writer = {
    story,
    write: (bytes: Buffer) => wrote(`bytes:${bytes}`),
    writeText: (text: string) => wrote(`text:${text}`),
    onQueued: (bytes: number) => void log.push(`queued:${bytes}`),
    onDrained: () => void log.push("drained"),
  };
  const crowds = { settle: () => onSettle(log) } as unknown as Crowds;
  const flow = new Outflow(writer, clock, crowds);
  /** What was logged since it was last asked. */
  const heard = () => log.splice(0);
  return { clock, flow, heard, moves };
}

const turn = () => new Promise<void>((resolve) => void setImmediate(resolve));

describe("an outflow without a hub", () => {
  it("writes as any other", () => {
    const log: string[] = [];
    const write = (what: unknown) => void log.push(String(what));
    const story = { now: () => 0, movedAt: 0 };
    const writer = { story, write, writeText: write, onQueued: write, onDrained: () => undefined };
    const flow = new Outflow(writer, new SimulatedClock(), undefined);
    flow.line("one\n");
    flow.flush();
    expect(log).toEqual(["one\n"]);
  });
});

describe("what is said now", () => {
  it("has nothing before it at first, and once all is written", () => {
    const { flow } = outflow();
    expect(flow.isClear).toBe(true);
    flow.line("one\n");
    flow.flush();
    expect(flow.isClear).toBe(true);
  });

  it.each<[string, (flow: Outflow) => void]>([
    ["a reply that is to be joined", (flow) => flow.line("one\n")],
    ["a line of a hub", (flow) => flow.deliver(new Delivery("one\n"), false)],
    ["a file under way", (flow) => void flow.beginFile()],
  ])("has %s before it", (_, say) => {
    const { flow } = outflow();
    say(flow);
    expect(flow.isClear).toBe(false);
  });
});

describe("replies in lines", () => {
  it("are one write for all up to the flush, and none without any", () => {
    const { flow, heard } = outflow();
    flow.line("one\n");
    flow.line("two\n");
    expect(heard()).toEqual([]);
    flow.flush();
    expect(heard()).toEqual(["text:one\ntwo\n"]);
    flow.flush();
    flow.flushReplies();
    expect(heard()).toEqual([]);
  });

  it("come before whatever is said behind them: bytes, text, a file, a deed", () => {
    const deeds: ((flow: Outflow) => void)[] = [
      (flow) => flow.post(Buffer.from("next")),
      (flow) => flow.postText("next"),
      (flow) => void flow.beginFile(),
      (flow) => flow.inTurn(() => undefined),
    ];
    for (const deed of deeds) {
      const { flow, heard } = outflow();
      flow.line("one\n");
      deed(flow);
      expect(heard()[0]).toBe("text:one\n");
    }
  });
});

describe("text", () => {
  it.each([
    ["short ASCII as text", "ok", "text:"],
    ["4,096 characters as text", "x".repeat(4_096), "text:"],
    ["longer text as bytes", "x".repeat(4_097), "bytes:"],
    ["what is not ASCII as bytes", "Grüße", "bytes:"],
  ])("goes: %s", (_, text, how) => {
    const { flow, heard } = outflow();
    flow.postText(text);
    expect(heard()).toEqual([how + text]);
  });

  it("waits as bytes behind what waits, and is counted in bytes", () => {
    const { flow, clock, heard } = outflow();
    flow.postText("one");
    flow.postText("two", true);
    flow.postText("dreißig");
    expect(heard()).toEqual(["text:one", "queued:3", "queued:11"]);
    expect([flow.isWaiting, flow.waitingBytes]).toEqual([true, 11]);
    clock.advance(50);
    expect(heard()).toEqual(["bytes:two", "bytes:dreißig", "drained"]);
    expect([flow.isWaiting, flow.waitingBytes]).toEqual([false, 0]);
  });
});

describe("lines of a hub", () => {
  it("are joined to the end of the turn, in their order", async () => {
    const { flow, heard } = outflow();
    for (const text of ["one", "two", "three"]) flow.deliver(new Delivery(text), false);
    expect(heard()).toEqual([]);
    await turn();
    expect(heard()).toEqual(["bytes:one\ntwo\nthree\n"]);
    flow.deliver(new Delivery("four"), false);
    await turn();
    expect(heard()).toEqual(["bytes:four\n"]);
  });

  it("are written at once where the turn is over, those of before with them, and none again", async () => {
    const { flow, heard } = outflow();
    flow.deliver(new Delivery("one"), false);
    flow.deliver(new Delivery("two"), true);
    expect(heard()).toEqual(["bytes:one\ntwo\n"]);
    await turn();
    expect(heard()).toEqual([]);
  });

  it("are written for several peers at the end of one turn", async () => {
    const [first, second] = [outflow(), outflow()];
    const delivery = new Delivery("hello");
    for (const { flow } of [first, second]) flow.deliver(delivery, false);
    await turn();
    expect([first.heard(), second.heard()]).toEqual([["bytes:hello\n"], ["bytes:hello\n"]]);
  });

  it("and replies keep their order, whichever came first", async () => {
    const { flow, heard } = outflow();
    flow.line("reply\n");
    flow.deliver(new Delivery("hub"), false);
    expect(heard()).toEqual(["text:reply\n"]);
    flow.line("again\n");
    expect(heard()).toEqual(["bytes:hub\n"]);
    flow.flush();
    expect(heard()).toEqual(["text:again\n"]);
    await turn();
    expect(heard()).toEqual([]);
  });

  it("that crowds hold back are asked for before a word to this peer alone, and before no line that is joined", () => {
    const deeds: ((flow: Outflow) => void)[] = [
      (flow) => flow.line("word\n"),
      (flow) => flow.flush(),
      (flow) => flow.post(Buffer.from("word")),
      (flow) => flow.postText("word"),
      (flow) => flow.inTurn(() => undefined),
    ];
    for (const deed of deeds) {
      const { flow, heard } = outflow({ onSettle: (log) => void log.push("settled") });
      deed(flow);
      expect(heard()[0]).toBe("settled");
    }
    const { flow, heard } = outflow({ onSettle: (log) => void log.push("settled") });
    flow.deliver(new Delivery("hub"), true);
    flow.flushReplies();
    expect(heard()).toEqual(["bytes:hub\n"]);
  });
});

describe("a read of its own", () => {
  it("goes at once where nothing was written before, or long enough ago", () => {
    const { flow, clock, heard } = outflow();
    flow.post(Buffer.from("one"), true);
    clock.advance(50);
    flow.postText("two", true);
    clock.advance(50);
    flow.post(Buffer.from("three"), true);
    expect(heard()).toEqual(["bytes:one", "text:two", "bytes:three"]);
    expect(flow.isWaiting).toBe(false);
  });

  it("needs no gap as the first word of a conversation that has just begun", () => {
    const { flow, heard, moves } = outflow();
    moves();
    flow.post(Buffer.from("one"), true);
    expect(heard()).toEqual(["bytes:one"]);
  });

  it("needs its gap behind what went to the peer past the outflow", () => {
    const { flow, clock, heard, moves } = outflow();
    moves();
    flow.wrote();
    flow.post(Buffer.from("one"), true);
    expect(heard()).toEqual(["queued:3"]);
    clock.advance(50);
    expect(heard()).toEqual(["bytes:one", "drained"]);
  });

  it("is only what is marked as one", () => {
    const { flow, heard } = outflow();
    for (const text of ["one", "two"]) flow.post(Buffer.from(text));
    for (const text of ["three", "four"]) flow.postText(text);
    expect(heard()).toEqual(["bytes:one", "bytes:two", "text:three", "text:four"]);
  });

  it("waits for what is left of the gap, no longer", () => {
    const { flow, clock, heard } = outflow();
    flow.postText("one");
    clock.advance(49);
    flow.post(Buffer.from("two"), true);
    expect(clock.hasTimerIn(1)).toBe(true);
    expect(heard()).toEqual(["text:one", "queued:3"]);
    clock.advance(1);
    expect(heard()).toEqual(["bytes:two", "drained"]);
  });

  it("has a gap of its own behind another that waited", () => {
    const { flow, clock, heard } = outflow();
    flow.postText("one");
    for (const text of ["two", "three"]) flow.postText(text, true);
    heard();
    clock.advance(50);
    expect(heard()).toEqual(["bytes:two"]);
    expect([flow.isWaiting, flow.waitingBytes]).toEqual([true, 5]);
    clock.advance(50);
    expect(heard()).toEqual(["bytes:three", "drained"]);
  });

  it("needs no gap where the peer spoke since the last write, and needs one after the next", () => {
    const { flow, heard } = outflow();
    flow.postText("one");
    flow.peerSpoke();
    flow.postText("two", true);
    expect(heard()).toEqual(["text:one", "text:two"]);
    flow.postText("three", true);
    expect(heard()).toEqual(["queued:5"]);
  });

  it("goes when the peer speaks, what waits behind it too, up to the next of its kind", () => {
    const { flow, clock, heard } = outflow();
    flow.postText("one");
    flow.postText("two", true);
    flow.postText("three");
    flow.postText("four", true);
    heard();
    flow.peerSpoke();
    expect(heard()).toEqual(["bytes:two", "bytes:three"]);
    expect(clock.waiting).toBe(1);
    flow.stop();
    expect(clock.waiting).toBe(0);
  });
});

describe("a deed in its turn", () => {
  it("is done at once where nothing waits, else behind it", () => {
    const { flow, clock, heard } = outflow();
    const done: string[] = [];
    flow.inTurn(() => void done.push("now"));
    flow.postText("one");
    flow.postText("two", true);
    flow.inTurn(() => void done.push("later"));
    flow.postText("three");
    expect([done, heard()]).toEqual([["now"], ["text:one", "queued:3", "queued:8"]]);
    clock.advance(50);
    expect([done, heard()]).toEqual([
      ["now", "later"],
      ["bytes:two", "bytes:three", "drained"],
    ]);
  });
});

describe("a file under way", () => {
  it("keeps everything back until its end, and begins when its turn has come", async () => {
    const { flow, clock, heard } = outflow();
    let hasBegun = false;
    flow.postText("one");
    flow.postText("two", true);
    const begun = flow.beginFile().then(() => {
      hasBegun = true;
    });
    await turn();
    expect([hasBegun, flow.isFileUnderWay]).toEqual([false, false]);
    heard();
    clock.advance(50);
    await begun;
    expect([hasBegun, flow.isFileUnderWay, flow.isWaiting]).toEqual([true, true, true]);
    expect(heard()).toEqual(["bytes:two"]);
    flow.postText("behind");
    flow.line("a line\n");
    flow.flush();
    flow.peerSpoke();
    expect(heard()).toEqual(["queued:6", "queued:13"]);
    flow.endFile();
    expect([flow.isFileUnderWay, flow.isWaiting, flow.waitingBytes]).toEqual([false, false, 0]);
    expect(heard()).toEqual(["bytes:behind", "bytes:a line\n", "drained"]);
  });

  it("is the last write for the gap that follows it, whatever the peer said meanwhile", async () => {
    const { flow, clock, heard, moves } = outflow();
    await flow.beginFile();
    flow.postText("apart", true);
    flow.peerSpoke();
    clock.advance(1_000);
    moves();
    heard();
    flow.endFile();
    expect(heard()).toEqual([]);
    clock.advance(49);
    expect(heard()).toEqual([]);
    clock.advance(1);
    expect(heard()).toEqual(["bytes:apart", "drained"]);
  });

  it("lets nothing wait on where nothing was said", async () => {
    const { flow, heard, moves } = outflow();
    await flow.beginFile();
    moves();
    flow.endFile();
    expect([flow.isWaiting, heard()]).toEqual([false, ["drained"]]);
    flow.postText("next", true);
    expect(heard()).toEqual(["queued:4"]);
  });

  it("that had not begun ends without a word", () => {
    const { flow, heard } = outflow();
    flow.endFile();
    expect([flow.isFileUnderWay, flow.isWaiting, heard()]).toEqual([false, false, []]);
  });

  it("is followed by the next file that waits", async () => {
    const { flow } = outflow();
    await flow.beginFile();
    const second = flow.beginFile();
    flow.endFile();
    await second;
    expect(flow.isFileUnderWay).toBe(true);
    flow.endFile();
    expect(flow.isFileUnderWay).toBe(false);
  });
});
