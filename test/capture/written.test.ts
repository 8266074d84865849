import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CaptureEncoder, captureHead } from "../../src/capture/capture-encoder.ts";
import { packetsIn } from "../../src/capture/capture-reader.ts";
import { cause } from "../../src/stories/causes.ts";
import type { Entry } from "../../src/stories/entry.ts";
import { entryRecord } from "../../src/stories/story-record.ts";
import { captured, captureOf, conversationsIn, octets, saidBy } from "./scene.ts";

const opened: Entry = { kind: "opened", at: 0, state: "awaitingName" };
const ended: Entry = { kind: "ended", at: 900 };
const closed: Entry = { kind: "closed", at: 1_000, by: "us" };
const only = (file: Buffer) => {
  const [conversation, ...others] = conversationsIn(file);
  expect(others).toEqual([]);
  if (!conversation) throw new Error("no conversation");
  return conversation;
};
const comments = (file: Buffer) => [...packetsIn(file)].flatMap((packet) => packet.comments);

describe("a story that was written as a capture", () => {
  it("is read again as it was: who began, each read and write by itself, both ends", () => {
    const file = captureOf(
      captured([
        opened,
        octets("in", 100, "ann\n"),
        octets("in", 200, "1 + 2\n"),
        octets("out", 300, "3.0\n"),
        ended,
        closed,
      ]),
    );
    const { client, server, isFromStart, events } = only(file);
    expect({ client, server, isFromStart }).toEqual({
      client: { address: "127.0.0.1", port: 50_000 },
      server: { address: "127.0.0.1", port: 3_400 },
      isFromStart: true,
    });
    expect(
      events.map(({ from, kind, ...rest }) => `${from} ${kind} ${"bytes" in rest ? rest.bytes : ""}`),
    ).toEqual([
      "client data ann\n",
      "client data 1 + 2\n",
      "server data 3.0\n",
      "client fin ",
      "server fin ",
    ]);
  });

  it("has the times of its entries to the microsecond, and never two packets at once", () => {
    const file = captureOf(captured([opened, octets("in", 100, "a"), octets("out", 100, "b"), closed]));
    const times = [...packetsIn(file)].map(({ ns }) => ns);
    expect(times.every((ns, index) => index === 0 || ns > (times[index - 1] ?? 0n))).toBe(true);
    expect(times[3]).toBe(BigInt(Date.UTC(2026, 0, 2, 3, 4, 5, 678)) * 1_000_000n + 100_000n);
  });

  it("of IPv6, and of one of our clients, has the right ends", () => {
    const ends = { local: { address: "::1", port: 40_001 }, remote: { address: "fe80::12%lo", port: 3_400 } };
    const { client, server } = only(
      captureOf(captured([opened, octets("out", 5, "ann\n"), closed], ends, "us")),
    );
    expect(client).toEqual({ address: "::1", port: 40_001 });
    expect(server).toEqual({ address: "fe80::12", port: 3_400 });
  });

  it("of datagrams is one packet each, also an empty one", () => {
    const file = captureOf(
      captured([opened, octets("in", 1, "Send me date"), octets("in", 2, ""), octets("out", 3, "today")], {
        transport: "udp",
      }),
    );
    expect([...packetsIn(file)]).toHaveLength(3);
    expect(only(file).events.map(({ from }) => from)).toEqual(["client", "client", "server"]);
  });

  it("keeps the length of what was not kept: a file, the rest of a long read, the middle of a long story", () => {
    const file = captureOf(
      captured([
        opened,
        octets("in", 1, "kept", 10),
        { kind: "file", at: 2, direction: "out", name: "a.txt", size: 200_000, told: 200_000 },
        { kind: "gap", at: 3, omitted: 4, bytesIn: 7, bytesOut: 9 },
        octets("out", 4, "end"),
        closed,
      ]),
    );
    expect(saidBy(only(file), "client")).toBe(`kept${"?".repeat(6 + 7)}`);
    expect(saidBy(only(file), "server")).toBe(`${"?".repeat(200_009)}end`);
  });

  it.each([
    [
      "a reset by the peer",
      [octets("in", 1, "a"), { ...closed, by: "peer", cause: cause("peer-reset", {}) }],
      "client reset",
    ],
    ["a reset by an operator", [{ kind: "operator", at: 5, action: "rst" }, closed], "server reset"],
    ["a peer's end that ours follows", [ended, { ...closed, by: "peer" }], "client fin"],
  ] as [string, Entry[], string][])("ends with %s", (_, entries, end) => {
    const { events } = only(captureOf(captured([opened, ...entries])));
    expect(events.map(({ from, kind }) => `${from} ${kind}`)).toContain(end);
  });

  it("tells what the machine did with the packet that followed, and what hides a secret as data", () => {
    const shown = {
      ...(octets("in", 1, "*****-x") as object),
      hidden: [{ start: 0, end: 5 }],
    } as unknown as Entry;
    const file = captureOf(
      captured([
        opened,
        shown,
        { kind: "transition", at: 2, from: "awaitingToken", to: "awaitingFilename", event: "peer.message" },
        octets("out", 3, "valid"),
        closed,
      ]),
    );
    expect(comments(file)).toEqual([
      "opened, awaitingName",
      "netlabd.hidden=0-5",
      "awaitingToken → awaitingFilename  (peer.message)",
    ]);
    const [first] = only(file).events;
    expect(first).toMatchObject({ kind: "data", hidden: [{ start: 0, end: 5 }] });
  });

  it("that goes on while it is written is the same, and bytes without an entry are made up for", () => {
    const encoder = new CaptureEncoder();
    const { record, opener } = captured([opened]);
    const entry = (one: Entry, bytesIn: number, bytesOut: number) =>
      encoder.entry({ id: record.subject.id, entry: entryRecord(one), bytesIn, bytesOut });
    const file = Buffer.concat([
      captureHead("0.0.0", []),
      ...encoder.begin({ record, opener }),
      ...entry(octets("in", 10, "x.txt"), 5, 0),
      ...entry({ kind: "file", at: 20, direction: "out", name: "x.txt", size: 0, told: 50 }, 5, 0),
      ...entry(octets("in", 30, "q"), 6, 50),
      ...entry(ended, 6, 50),
    ]);
    expect(saidBy(only(file), "client")).toBe("x.txtq");
    expect(saidBy(only(file), "server")).toBe("?".repeat(50));
    expect(comments(file)).toContain("← the file x.txt, 50 bytes");
  });

  it("says the same bytes, whatever they are and however they were cut", () => {
    const piece = fc.record({
      kind: fc.constantFrom("in" as const, "out" as const),
      bytes: fc.uint8Array({ maxLength: 300 }),
    });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const entries = pieces.map(({ kind, bytes }, index) => octets(kind, index, Buffer.from(bytes)));
        const [conversation] = conversationsIn(captureOf(captured([opened, ...entries, closed])));
        const said = (kind: "in" | "out") =>
          pieces
            .flatMap((one) => (one.kind === kind ? [Buffer.from(one.bytes).toString("latin1")] : []))
            .join("");
        return (
          conversation !== undefined &&
          saidBy(conversation, "client") === said("in") &&
          saidBy(conversation, "server") === said("out")
        );
      }),
      { numRuns: 200 },
    );
  });
});

describe("the cards of a story", () => {
  const D17 = { id: "D17", rule: "CALC-2", title: "no expression" };
  const story = captured([
    opened,
    octets("in", 1, "ann\n"),
    octets("in", 2, "1 plus 2\n"),
    octets("out", 3, "?\n"),
    closed,
  ]);

  it("stand with the read that each is of, and with the last packet where it is of none", () => {
    const cards = [
      { read: 2, ...D17 },
      { read: null, ...D17, id: "D1" },
    ];
    const packets = [...packetsIn(captureOf({ ...story, cards }))];
    const withCards = packets.flatMap(({ comments }, index) =>
      comments.filter((comment) => comment.startsWith("card ")).map((comment) => `${index} ${comment}`),
    );
    expect(withCards).toEqual([
      "5 card D17: no expression [CALC-2]",
      `${packets.length - 1} card D1: no expression [CALC-2]`,
    ]);
  });
});
