/** Lines of a hub on their way to its nodes: what each of them hears, in which order, and in how many pieces. */
import { beforeEach, describe, expect, it } from "vitest";
import { GuestStream } from "../../src/cluster/guest-stream.ts";
import { HostAudiences } from "../../src/cluster/host-audiences.ts";
import { BATCH_BYTES, decode, type Hearers, type Item, type OutBatch } from "../../src/cluster/hub-wire.ts";
import { splitLines } from "../../src/cluster/joined-lines.ts";
import { ToldAudiences } from "../../src/cluster/told-audiences.ts";
import { Audience } from "../../src/machines/_audience.ts";

const BUS_BYTES = 1_048_576;

class PlayedNodes {
  readonly #streams = new Map<string, GuestStream>();
  version = 0;

  get all(): Iterable<GuestStream> {
    return this.#streams.values();
  }

  open(node: string): GuestStream {
    const stream = new GuestStream(node, "visit", 0, 0);
    this.#streams.set(node, stream);
    this.version += 1;
    return stream;
  }
}

/** Batches that go out at the end of a turn. */
function batchesOf(stream: GuestStream): Uint8Array[] {
  stream.endTurn();
  const batches: Uint8Array[] = [];
  for (let data = stream.window.take(0); data; data = stream.window.take(0)) {
    batches.push(data);
    stream.window.acknowledge(stream.window.sentThrough, 0);
  }
  return batches;
}

const itemsOf = (stream: GuestStream): Item[] =>
  batchesOf(stream).flatMap((data) => decode<OutBatch>(data)?.i ?? []);

function linesOf(item: Item): readonly string[] | undefined {
  if (item[0] === "j") return splitLines(item[2]);
  return item[0] === "d" ? (item.slice(2) as string[]) : undefined;
}

/** As a node hears it: each line with those of its members who do, and whatever else is said. */
function heardBy(stream: GuestStream, audiences = new ToldAudiences()): string[] {
  return itemsOf(stream).flatMap((item) => {
    if (item[0] === "a") audiences.change(item[1], item[2], item[3]);
    if (item[0] === "a") return [];
    const lines = linesOf(item);
    if (!lines) return [JSON.stringify(item)];
    const ids = [...audiences.hearers(item[1] as Hearers)].join("+");
    return lines.map((line) => `${ids}: ${line}`);
  });
}

function audienceOf(...ids: string[]): Audience {
  const audience = new Audience();
  for (const id of ids) audience.add(id);
  return audience;
}

describe("lines to an audience", () => {
  let nodes: PlayedNodes;
  let audiences: HostAudiences;
  let one: GuestStream;
  let two: GuestStream;
  let all: Audience;

  beforeEach(() => {
    nodes = new PlayedNodes();
    audiences = new HostAudiences();
    one = nodes.open("n1");
    two = nodes.open("n2");
    all = audienceOf("c1@n1", "c1@n2", "c2@n2");
  });

  const say = (text: string, to: Audience | readonly string[] = all) => audiences.deliver(nodes, to, text);

  it("are one item of each node that has some of it, however many they are", () => {
    for (const text of ["one", "two", "three"]) say(text);
    expect(itemsOf(one)).toEqual([
      ["a", 1, ["c1@n1"], []],
      ["j", 1, "one\ntwo\nthree"],
    ]);
    expect(itemsOf(two)).toEqual([
      ["a", 1, ["c1@n2", "c2@n2"], []],
      ["j", 1, "one\ntwo\nthree"],
    ]);
    say("four");
    expect(itemsOf(one)).toEqual([["d", 1, "four"]]);
  });

  it("are as many, and the same, where one of them has a line break or nothing in it", () => {
    const texts = ["", "one\ntwo", "three", "\n", ""];
    for (const text of texts) say(text);
    expect(itemsOf(one).at(-1)).toEqual(["d", 1, ...texts]);
    const empty = ["", "four", ""];
    for (const text of empty) say(text);
    expect(heardBy(one)).toEqual(empty.map((text) => `: ${text}`));
  });

  it("are told in their order with whatever else a node hears", () => {
    say("one");
    say("for one", ["c1@n1"]);
    say("two");
    one.tell(["n", "notice"]);
    say("three");
    expect(heardBy(one)).toEqual([
      "c1@n1: one",
      "c1@n1: for one",
      "c1@n1: two",
      '["n","notice"]',
      "c1@n1: three",
    ]);
    expect(heardBy(two)).toEqual(["one", "two", "three"].map((text) => `c1@n2+c2@n2: ${text}`));
  });

  it("are told in their order with those to another audience", () => {
    const other = audienceOf("c2@n2");
    say("one");
    say("aside", other);
    say("two");
    expect(heardBy(two)).toEqual(["c1@n2+c2@n2: one", "c2@n2: aside", "c1@n2+c2@n2: two"]);
    expect(heardBy(one)).toEqual(["c1@n1: one", "c1@n1: two"]);
  });

  it("are for those who are in it as they are said", () => {
    const heard = new ToldAudiences();
    say("one");
    all.delete("c1@n2");
    say("two");
    all.add("c3@n2");
    say("three");
    expect(heardBy(two, heard)).toEqual(["c1@n2+c2@n2: one", "c2@n2: two", "c2@n2+c3@n2: three"]);
    all.delete("c2@n2");
    all.delete("c3@n2");
    say("four");
    expect(heardBy(two, heard)).toEqual([]);
  });

  it("are heard by a node that comes between them from then on", () => {
    all.add("c1@n3");
    say("one");
    const three = nodes.open("n3");
    say("two");
    expect(heardBy(three)).toEqual(["c1@n3: two"]);
    expect(heardBy(one)).toEqual(["c1@n1: one", "c1@n1: two"]);
  });

  it("are heard by a node whose turn is over before the others' too", () => {
    say("one");
    expect(heardBy(one)).toEqual(["c1@n1: one"]);
    say("two");
    expect(heardBy(two)).toEqual(["c1@n2+c2@n2: one", "c1@n2+c2@n2: two"]);
    expect(itemsOf(one)).toEqual([["d", 1, "two"]]);
  });

  it.each([
    ["plain ones", "x".repeat(97), 20_000],
    ["short ones", "x", 200_000],
    ["ones of signs that are six in JSON", "\u0001".repeat(500), 3_000],
    ["ones of signs that are three bytes each", "\u20ac".repeat(500), 3_000],
  ])("fit the bus, batch by batch: %s", (_, text, count) => {
    for (let line = 0; line < count; line += 1) say(text);
    const batches = batchesOf(one);
    expect(batches.length).toBeGreaterThan(1);
    for (const data of batches) {
      expect(data.length).toBeLessThan(BUS_BYTES);
      expect(Buffer.from(data).toString().length).toBeLessThan(BATCH_BYTES + 1_024);
    }
    const items = batches.flatMap((data) => decode<OutBatch>(data)?.i ?? []);
    const lines = items.flatMap((item) => linesOf(item) ?? []);
    expect(lines.length).toBe(count);
    expect(new Set(lines)).toEqual(new Set([text]));
    expect(batches.length).toBeLessThan(2 + (12 * count * text.length) / BATCH_BYTES);
  });
});

describe("answers of a node's calls", () => {
  it("are one item where they are nothing, in the order of the calls, behind what was said before them", () => {
    const stream = new GuestStream("n1", "visit", 0, 0);
    for (const call of [1, 2, 3]) stream.answer(call, undefined);
    stream.answer(5, { ok: true });
    stream.answer(4, undefined);
    stream.tell(["n", "said"]);
    stream.answer(6, undefined);
    expect(itemsOf(stream)).toEqual([
      ["n", "said"],
      ["u", 1, 3],
      ["u", 4, 4],
      ["v", 5, { ok: true }],
      ["u", 6, 6],
    ]);
  });
});
