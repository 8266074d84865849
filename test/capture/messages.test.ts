/** Messages of a story without headers, as `capture --messages` writes them. */
import { describe, expect, it } from "vitest";
import { type CapturedStory, CaptureEncoder, messagesHead } from "../../src/capture/capture-encoder.ts";
import { exportedMessage } from "../../src/capture/exported-message.ts";
import type { Entry } from "../../src/stories/entry.ts";
import { captured, octets } from "./scene.ts";

const opened: Entry = { kind: "opened", at: 0, state: "awaitingName" };
const framed = (at: number, size: number): Entry => ({
  kind: "message",
  at,
  size,
  state: "computing",
  rule: "CALC-1",
});
const message = (entry: number, text: string) => ({
  entry,
  bytes: Buffer.from(text).toString("base64"),
  hidden: [],
});

/** Captured bytes and length of each packet, and its comments; blocks of pcapng, little-endian. */
function packetsOf(blocks: readonly Buffer[]) {
  return blocks.map((block) => {
    const captured = block.readUInt32LE(20);
    return {
      data: block.subarray(28, 28 + captured),
      length: block.readUInt32LE(24),
      text: block.toString("utf8", 28 + captured),
    };
  });
}
const TABLE_VALUE = 32;

/** Who speaks, as the table of dissectors is asked, and what. */
function messageIn(data: Buffer): string {
  let speaker = 0;
  let at = 0;
  for (; data.readUInt16BE(at) !== 0; at += 4 + data.readUInt16BE(at + 2))
    if (data.readUInt16BE(at) === TABLE_VALUE) speaker = data.readUInt32BE(at + 4);
  return `${speaker} ${data.toString("utf8", at + 4)}`;
}
const said = (story: CapturedStory) =>
  packetsOf(new CaptureEncoder({ isMessages: true }).stories([story])).map(({ data }) => messageIn(data));

describe("a story's messages", () => {
  const story = (changes: Partial<CapturedStory> = {}): CapturedStory => ({
    ...captured([
      opened,
      octets("in", 1, "ann\n1 + 2\n3"),
      framed(2, 3),
      framed(3, 5),
      octets("in", 4, " + 4\n"),
      framed(5, 5),
      octets("out", 6, "3.0\n7.0\n"),
      { kind: "closed", at: 9, by: "us" },
    ]),
    protocol: "calculator",
    messages: [message(2, "ann"), message(3, "1 + 2"), message(5, "3 + 4")],
    ...changes,
  });

  it("are a packet each, however they came, and lines that left together are apart", () => {
    expect(said(story())).toEqual(["1 ann", "1 1 + 2", "1 3 + 4", "2 3.0\n", "2 7.0\n"]);
  });

  it("of one of our clients are the client's where they went out", () => {
    expect(said(story({ opener: "us" })).map((one) => one[0])).toEqual(["2", "2", "2", "1", "1"]);
  });

  it("without a protocol that says what they are, are none", () => {
    expect(said(story({ protocol: null }))).toEqual([]);
  });

  it("that were not kept keep their length, as a file's bytes do, and a mask is told as data", () => {
    const file: Entry = { kind: "file", at: 4, direction: "out", name: "b", size: 5_000, told: 5_000 };
    const hidden = { entry: 1, bytes: Buffer.from("***").toString("base64"), hidden: [{ start: 0, end: 3 }] };
    const blocks = new CaptureEncoder({ isMessages: true }).stories([
      {
        ...captured([opened, framed(1, 3), framed(2, 9), file]),
        protocol: "file-server",
        messages: [hidden],
      },
    ]);
    const [masked, cut, sent] = packetsOf(blocks);
    expect(masked?.text).toContain("netlabd.hidden=0-3");
    expect([cut, sent].map((one) => one && one.length - one.data.length)).toEqual([9, 5_000]);
    expect(sent?.text).toContain("5000 bytes of this were not kept");
  });

  it("say between which ends they went, of either family", () => {
    const from = { address: "fe80::1%lo", port: 1 };
    const to = { address: "::1", port: 2 };
    const bytes = Buffer.from("x");
    const { data } = exportedMessage({
      protocol: "a-b",
      speaker: "client",
      transport: "udp",
      from,
      to,
      bytes,
      size: 1,
    });
    expect(data.toString("latin1")).toContain("netlabd_a_b.speaker");
    expect(data.toString("hex")).toContain(`00160010fe80${"00".repeat(13)}01`);
  });

  it("have a head that says what the packets are", () => {
    expect(messagesHead("0.0.0", []).includes(Buffer.from("fc000000", "hex"))).toBe(true);
  });
});
