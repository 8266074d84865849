/** Pieces of a shared hub, each alone: what a node keeps, tells and sends again. */
import { describe, expect, it } from "vitest";
import { HubCall } from "../../src/actors/hub-call.ts";
import { CallLoad } from "../../src/cluster/call-load.ts";
import { entriesOf, readEntries } from "../../src/cluster/call-runs.ts";
import { GuestStream } from "../../src/cluster/guest-stream.ts";
import { HereParts, hereAnswers } from "../../src/cluster/heritage.ts";
import { HostMembers } from "../../src/cluster/host-members.ts";
import { HostStreams } from "../../src/cluster/host-streams.ts";
import { HubSubjects } from "../../src/cluster/hub-subjects.ts";
import { BATCH_BYTES, type CallBatch, decode, type OutBatch } from "../../src/cluster/hub-wire.ts";
import { MemberCopy } from "../../src/cluster/member-copy.ts";
import { MemoryEngine } from "../../src/cluster/memory-bus.ts";
import { SaidCalls } from "../../src/cluster/said-calls.ts";
import { SimulatedClock } from "../actors/simulated-clock.ts";

const KIB = 1_024;
const member = (id: string) => ({ id, name: id, details: {} });

describe("a node that says who of it is there", () => {
  it("does so in parts that fit the bus, and is there once all of them have come, in whatever order", () => {
    const members = Array.from({ length: 5 }, (_, at) => member(`${at}`.repeat(100 * KIB)));
    const answers = hereAnswers("n2", "visit", 7, members, ["gone"]);
    expect(answers.length).toBeGreaterThan(2);
    const [last, ...others] = answers.toReversed();
    const parts = new HereParts();
    for (const answer of others) expect(parts.take(answer, 1)).toBeUndefined();
    expect(parts.take(last as (typeof answers)[number], 1)).toEqual({
      node: "n2",
      visit: "visit",
      lastBatch: 6,
      lastCall: 0,
      members,
      gone: ["gone"],
    });
  });
});

describe("answers of nodes that never become whole", () => {
  const part = (f: string, v: string, p: number) => ({ f, v, s: 1, m: [member(`${p}`)], p, t: 3 });

  it("are kept of each node's newest visit alone", () => {
    const parts = new HereParts();
    for (let visit = 0; visit < 1_000; visit += 1) parts.take(part("n2", `v${visit}`, 0), KIB);
    expect(parts.bytes).toBeLessThan(4 * KIB);
    parts.take(part("n2", "v999", 1), KIB);
    expect(parts.take(part("n2", "v999", 2), KIB)?.members).toHaveLength(3);
    expect(parts.bytes).toBe(0);
  });

  it("are kept of so many nodes as memory is for, the newest ones, and not of one that is gone", () => {
    const parts = new HereParts();
    for (let node = 0; node < 1_000; node += 1) parts.take(part(`n${node}`, "v", 0), BATCH_BYTES);
    expect(parts.bytes).toBeLessThanOrEqual(64 * KIB * KIB);
    expect(parts.bytes).toBeGreaterThan(60 * KIB * KIB);
    const before = parts.bytes;
    parts.forget("n999");
    expect(parts.bytes).toBeLessThan(before);
    parts.take(part("n998", "v", 1), KIB);
    expect(parts.take(part("n998", "v", 2), KIB)?.node).toBe("n998");
  });
});

describe("a turn of an owner", () => {
  it("is as many batches as fit the bus, with all items in order", () => {
    const stream = new GuestStream("n2", "visit", 0, 0);
    const texts = ["a", "b", "c", "d", "e"].map((letter) => letter.repeat(100 * KIB));
    for (const text of texts) stream.tell(["n", text]);
    stream.endTurn();
    const batches: Uint8Array[] = [];
    for (let data = stream.window.take(0); data; data = stream.window.take(0)) batches.push(data);
    expect(batches).toHaveLength(3);
    for (const { length } of batches) expect(length).toBeLessThan(BATCH_BYTES + KIB);
    const items = batches.flatMap((data) => decode<OutBatch>(data)?.i ?? []);
    expect(items).toEqual(texts.map((text) => ["n", text]));
  });
});

describe("visits that are over, as an owner knows them", () => {
  it("are the last thousand", () => {
    const clock = new SimulatedClock();
    const streams = new HostStreams({
      bus: new MemoryEngine(clock).attach(),
      clock,
      subjects: new HubSubjects("demo", "chat-1"),
      epoch: 1,
      leaseMs: 5_000,
      mayTake: () => true,
      onCalls: () => undefined,
      onWordDue: () => undefined,
      onDeaf: () => undefined,
      onMalformed: () => undefined,
    });
    for (let at = 0; at <= 1_000; at += 1) streams.end(streams.open("n2", `v${at}`, 0, 0));
    expect(["v0", "v1", "v1000"].map((visit) => streams.isOver("n2", visit))).toEqual([false, true, true]);
    streams.close();
  });
});

describe("members as an owner tells them", () => {
  it("are told once that they came, and once that they went", () => {
    const members = new HostMembers();
    expect(members.changes([member("a"), member("b")], false)).toHaveLength(2);
    expect(members.changes([member("b")], false)).toEqual([["l", "a"]]);
    expect(members.changes([member("b")], false)).toEqual([]);
    expect([...members.told]).toEqual([member("b")]);
  });
});

describe("a node's copy of the members", () => {
  it("remembers the last thousand that are gone", () => {
    const copy = new MemberCopy();
    for (let at = 0; at <= 1_000; at += 1) copy.forget(`c${at}`);
    expect([copy.isGone("c0"), copy.isGone("c1"), copy.gone.length]).toEqual([false, true, 1_000]);
  });
});

describe("a connection with much unanswered", () => {
  it("is busy above 256 KiB, until half of that is answered", () => {
    const told: string[] = [];
    const load = new CallLoad((id, isBusy) => void told.push(`${id} ${isBusy}`));
    const calls = Array.from({ length: 5 }, () => new HubCall("say", ["c1@n1", "x".repeat(64 * KIB)]));
    for (const call of calls.slice(0, 3)) load.said(call);
    expect(told).toEqual([]);
    for (const call of calls.slice(3)) load.said(call);
    expect(told).toEqual(["c1@n1 true"]);
    for (const call of calls.slice(0, 3)) load.answered(call);
    expect(told).toEqual(["c1@n1 true"]);
    load.answered(calls[3] as HubCall);
    expect(told).toEqual(["c1@n1 true", "c1@n1 false"]);
  });
});

describe("calls on their way to an owner", () => {
  const newCalls = (maxBytes = 1_048_576) =>
    new SaidCalls({
      own: "n1",
      visit: "v",
      clock: new SimulatedClock(),
      maxBytes,
      onAnswered: () => undefined,
    });
  const callsOf = (batch: CallBatch | undefined) => {
    const calls: unknown[] = [];
    readEntries(batch?.c ?? [], (name, args) => void calls.push([name, ...args]));
    return calls;
  };
  const sent = (calls: SaidCalls) => {
    calls.endTurn();
    const batches: (CallBatch | undefined)[] = [];
    for (let data = calls.window.take(0); data; data = calls.window.take(0)) batches.push(decode(data));
    return batches.flatMap(callsOf);
  };

  it("fail where they do not fit the bus, and hold up none behind them", async () => {
    const calls = newCalls(KIB);
    const long = new HubCall("say", ["c1@n1", "x".repeat(KIB)]);
    calls.say(long);
    calls.say(new HubCall("say", ["c1@n1", "short"]));
    expect(sent(calls)).toEqual([["say", "c1@n1", "short"]]);
    await expect(long).rejects.toThrow("too long for the bus");
  });

  it("fit the bus in their order, also where they are longer in JSON than as they are said", async () => {
    const calls = newCalls(256 * KIB);
    const texts = Array.from({ length: 300 }, (_, at) => `${at}${"\u0001".repeat(500)}`);
    const tooLong = new HubCall("say", ["c1@n1", "\u0001".repeat(50 * KIB)]);
    for (const [at, text] of texts.entries()) {
      if (at === 150) calls.say(tooLong);
      calls.say(new HubCall("say", ["c1@n1", text]));
    }
    calls.endTurn();
    const said: unknown[] = [];
    let last = 0;
    for (let data = calls.window.take(0); data; data = calls.window.take(0)) {
      expect(data.length).toBeLessThan(257 * KIB);
      const batch = decode<CallBatch>(data);
      expect(batch?.n).toBe(last + 1);
      last += callsOf(batch).length;
      said.push(...callsOf(batch));
    }
    expect(said).toEqual(texts.map((text) => ["say", "c1@n1", text]));
    await expect(tooLong).rejects.toThrow("too long for the bus");
  });

  it("are heard as they were said, those of one member one behind the other as one entry", () => {
    const said: [string, ...unknown[]][] = [
      ["join", "c1@n1", { name: "Al" }],
      ["say", "c1@n1", "one"],
      ["say", "c1@n1", ""],
      ["say", "c1@n1", "three"],
      ["say", "c2@n1", "other"],
      ["shout", "c2@n1", "other"],
      ["shout", "c2@n1", "two\nlines"],
      ["shout", "c2@n1", "\n"],
      ["shout", "c2@n1", "line"],
      ["shout", "c2@n1", "line"],
      ["shout", "c2@n1", "line", 7],
      ["leave", "c2@n1"],
      ["count"],
    ];
    const calls = said.map(([name, ...args]) => new HubCall(name, args));
    const entries = entriesOf(calls);
    expect(entries.filter(([method]) => Array.isArray(method))).toEqual([
      [["say", "c1@n1"], "one\n\nthree"],
      [["shout", "c2@n1"], "line\nline"],
    ]);
    expect(callsOf({ f: "n1", v: "v", s: 1, n: 1, c: entries })).toEqual(said);
  });

  it("are answered each once, in whatever order, and told in their order until then", async () => {
    const calls = newCalls();
    const all = Array.from({ length: 5_000 }, (_, at) => new HubCall("say", ["c1@n1", `${at}`]));
    for (const call of all) calls.say(call);
    expect(sent(calls)).toHaveLength(5_000);
    calls.answerAll(1, 2_999);
    calls.answer(3_002, "late");
    calls.answer(3_002, "again");
    calls.answer(9_999, "none");
    calls.answer(0, "none");
    await expect(all[3_001]).resolves.toBe("late");
    const open = [...all.slice(2_999, 3_001), ...all.slice(3_002)];
    expect(calls.takeAll()).toEqual(open);
    expect(calls.takeAll()).toEqual([]);
    const next = new HubCall("say", ["c1@n1", "next"]);
    calls.say(next);
    sent(calls);
    calls.answer(5_001, "answered");
    await expect(next).resolves.toBe("answered");
  });

  it("are lost with a dead owner, save the first word of a connection that does not belong", async () => {
    const calls = newCalls();
    const [first, second, ofMember] = [
      new HubCall("join", ["c1@n1", "Al"]),
      new HubCall("say", ["c1@n1", "lost"]),
      new HubCall("join", ["c2@n1", "Bo"]),
    ];
    for (const call of [first, second, ofMember]) calls.say(call);
    sent(calls);
    calls.settle(undefined, (id) => id === "c2@n1");
    expect(sent(calls)).toEqual([["join", "c1@n1", "Al"]]);
    for (const lost of [second, ofMember])
      await expect(lost).rejects.toMatchObject({
        code: "node-away",
        message: expect.stringContaining("lost on the way"),
      });
  });

  it("ask again, where a connection was refused once and has asked once more", () => {
    const calls = newCalls();
    for (const name of ["Al", "Bo"]) {
      calls.say(new HubCall("join", ["c1@n1", name]));
      sent(calls);
      if (name === "Al") calls.answer(1, { ok: false });
    }
    calls.settle(undefined, () => false);
    expect(sent(calls)).toEqual([["join", "c1@n1", "Bo"]]);
  });
});
