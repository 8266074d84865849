/** Conversations of which a lab has both ends, and those that a client has besides its connection. */
import { describe, expect, it } from "vitest";
import { CaptureEncoder, captureHead } from "../../src/capture/capture-encoder.ts";
import { packetsIn } from "../../src/capture/capture-reader.ts";
import type { Entry } from "../../src/stories/entry.ts";
import { captured, captureOf, conversationsIn, octets, saidBy } from "./scene.ts";

const server = { address: "127.0.0.1", port: 3400 };
const client = { address: "127.0.0.1", port: 50_000 };
const registry = { address: "127.0.0.1", port: 1234 };
const asking = { address: "127.0.0.1", port: 50_001 };
const NOWHERE = { address: "", port: 0 };

const served = captured([
  { kind: "opened", at: 0, state: "awaitingName" },
  octets("in", 100, "ann"),
  octets("out", 200, "hi"),
  { kind: "ended", at: 300 },
  { kind: "closed", at: 400, by: "us" },
]);
const ofClient = (entries: readonly Entry[]) =>
  captured(
    entries,
    { id: "asker-1/c2", instance: "asker-1", role: "asker", local: NOWHERE, remote: NOWHERE },
    "us",
  );
const connected: Entry = { kind: "connected", at: 50, local: client, remote: server };
const asked = ofClient([
  { kind: "opened", at: 0, state: "connecting" },
  connected,
  octets("out", 60, "ann"),
  octets("in", 250, "hi"),
  { kind: "fin", at: 260 },
  { kind: "closed", at: 500, by: "us" },
]);
const commentsIn = (file: Buffer) => [...packetsIn(file)].flatMap(({ comments }) => comments);

describe("a conversation between two roles of one lab", () => {
  it("is written once, as its server had it, with what the client's machine did", () => {
    const file = captureOf(asked, served);
    expect([...packetsIn(file)]).toHaveLength([...packetsIn(captureOf(served))].length);
    const [conversation, ...others] = conversationsIn(file);
    expect(others).toEqual([]);
    expect(conversation && saidBy(conversation, "client")).toBe("ann");
    expect(commentsIn(file)).toContain("asker-1/c2: connected to 127.0.0.1:3400, from port 50000");
  });

  it("is the client's where it alone is asked for", () => {
    const [conversation] = conversationsIn(captureOf(asked));
    expect(conversation).toMatchObject({ client, server });
    expect(conversation && saidBy(conversation, "server")).toBe("hi");
  });

  it("is written once where it is followed, and so is the next between the same two ends", () => {
    const encoder = new CaptureEncoder();
    const blocks: Buffer[] = [];
    for (const at of [0, 1_000_000]) {
      for (const { opener, record } of [served, asked]) {
        const subject = { ...record.subject, id: `${record.subject.id}${at}` };
        const openedAt = record.openedAt + at / 1_000;
        blocks.push(...encoder.begin({ opener, record: { ...record, subject, openedAt } }));
      }
    }
    const conversations = conversationsIn(Buffer.concat([captureHead("0", []), ...blocks]));
    expect(conversations.map((one) => saidBy(one, "client"))).toEqual(["ann", "ann"]);
  });
});

describe("a client that asks a registry first", () => {
  const story = ofClient([
    { kind: "opened", at: 0, state: "discovering" },
    { ...octets("out", 10, "DISCOVERY"), datagram: { local: asking, remote: registry } } as Entry,
    { ...octets("in", 20, "end"), datagram: { local: asking, remote: registry } } as Entry,
    connected,
    octets("out", 60, "tok1"),
    { kind: "closed", at: 500, by: "us" },
  ]);

  it("has its datagrams between their own ends, and a handshake when its connection stood", () => {
    const [discovery, transfer, ...others] = conversationsIn(captureOf(story));
    expect(others).toEqual([]);
    expect(discovery).toMatchObject({ transport: "udp", client: asking, server: registry });
    expect(discovery && saidBy(discovery, "client")).toBe("DISCOVERY");
    expect(transfer).toMatchObject({ transport: "tcp", client, server, isFromStart: true });
    expect(Number((transfer?.startNs ?? 0n) - (discovery?.startNs ?? 0n))).toBe(40_000);
  });

  it("has no packet of a connection that never stood", () => {
    const refused = ofClient([
      { kind: "opened", at: 0, state: "connecting" },
      { kind: "transition", at: 10, from: "connecting", to: "failed", event: "connecting failed" },
    ]);
    expect(captureOf(refused)).toHaveLength(captureOf().length);
  });
});

describe("a long conversation of datagrams", () => {
  it("tells of a gap in a comment: how many there were is not known", () => {
    const udp = { transport: "udp" } as const;
    const file = captureOf(
      captured(
        [
          { kind: "opened", at: 0, state: "serving" },
          octets("in", 1, "a"),
          { kind: "gap", at: 2, omitted: 400, bytesIn: 100_000, bytesOut: 100_000 },
          octets("in", 3, "b"),
        ],
        udp,
      ),
    );
    expect([...packetsIn(file)]).toHaveLength(2);
    expect(commentsIn(file).join()).toContain("400 entries are no longer kept");
  });
});

describe("a conversation of datagrams that is followed", () => {
  it("is forgotten when it is over, and the next between the same ends is written", () => {
    const encoder = new CaptureEncoder();
    const { record, opener } = captured([{ kind: "opened", at: 0, state: "serving" }, octets("in", 1, "a")], {
      transport: "udp",
      id: "ack-1/u1",
    });
    const { subject, entries } = record;
    const told = { entry: entries[1], bytesIn: 2, bytesOut: 0 };
    expect(encoder.begin({ opener, record })).toHaveLength(1);
    expect(encoder.entry({ id: "ack-1/u1", ...told })).toHaveLength(1);
    encoder.over("ack-1/u1");
    expect(encoder.entry({ id: "ack-1/u1", ...told })).toEqual([]);
    const next = { ...record, subject: { ...subject, id: "ack-1/u2" } };
    expect(encoder.begin({ opener, record: next })).toHaveLength(1);
  });
});
