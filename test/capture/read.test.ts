import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CaptureError } from "../../src/capture/capture-error.ts";
import { type CapturedPacket, packetsIn } from "../../src/capture/capture-reader.ts";
import { conversationsOf } from "../../src/capture/conversations.ts";
import type { Entry } from "../../src/stories/entry.ts";
import { captured, captureOf, conversationsIn, octets, saidBy } from "./scene.ts";

const opened: Entry = { kind: "opened", at: 0, state: "any" };
const talk: Entry[] = [
  opened,
  ...Array.from({ length: 12 }, (_, index) =>
    octets(index % 2 === 0 ? "in" : "out", index * 10, `${"abcdefghijkl"[index]}${index} said so\n`),
  ),
  { kind: "ended", at: 900 },
  { kind: "closed", at: 1_000, by: "us" },
];
const file = captureOf(captured(talk));
const packets = [...packetsIn(file)];
const saidIn = (some: readonly CapturedPacket[]) => {
  const [one] = conversationsOf(some);
  if (!one) throw new Error("no conversation");
  return { client: saidBy(one, "client"), server: saidBy(one, "server") };
};
const whole = saidIn(packets);

/** The same packets as an older file: 24 bytes of header, then 16 before each. */
function pcap(isBig: boolean, isNano: boolean, linkType: number, frame: (ip: Buffer) => Buffer): Buffer {
  const words = (...values: number[]) => {
    const bytes = Buffer.alloc(values.length * 4);
    values.forEach((value, index) => {
      if (isBig) bytes.writeUInt32BE(value >>> 0, index * 4);
      else bytes.writeUInt32LE(value >>> 0, index * 4);
    });
    return bytes;
  };
  const version = isBig ? 0x00020004 : 0x00040002;
  const head = words(isNano ? 0xa1b23c4d : 0xa1b2c3d4, version, 0, 0, 262_144, linkType);
  const records = packets.map(({ ns, data }) => {
    const framed = frame(data);
    const fraction = Number(ns % 1_000_000_000n);
    const time = [Number(ns / 1_000_000_000n), isNano ? fraction : Math.floor(fraction / 1_000)] as const;
    return Buffer.concat([words(...time, framed.length, framed.length), framed]);
  });
  return Buffer.concat([head, ...records]);
}

const behind = (header: Buffer) => (ip: Buffer) => Buffer.concat([header, ip]);
const ethernet = Buffer.from("0200000000010200000000020800", "hex");
const withTag = Buffer.from("020000000001020000000002810000050800", "hex");
const cooked = Buffer.from("00000304000600000000000000000800", "hex");
const cooked2 = Buffer.from("0800000000000001030406000000000000000000", "hex");

describe("a capture file", () => {
  it.each([
    [
      "Ethernet, its frames filled up to 60 bytes",
      1,
      (ip: Buffer) => Buffer.concat([ethernet, ip, Buffer.alloc(Math.max(0, 46 - ip.length))]),
    ],
    ["Ethernet with the tag of a VLAN", 1, behind(withTag)],
    ["a BSD loopback", 0, behind(Buffer.of(2, 0, 0, 0))],
    ["an OpenBSD loopback", 108, behind(Buffer.of(0, 0, 0, 2))],
    ["raw IP", 101, (ip: Buffer) => ip],
    ["any interface of Linux", 113, behind(cooked)],
    ["any interface of a newer Linux", 276, behind(cooked2)],
  ] as const)("of %s is read", (_, linkType, frame) => {
    expect(saidIn([...packetsIn(pcap(false, false, linkType, frame))])).toEqual(whole);
  });

  it.each([
    [false, false],
    [false, true],
    [true, false],
    [true, true],
  ])(
    "of either byte order and both units of time has the same times (big-endian: %s, nanoseconds: %s)",
    (isBig, isNano) => {
      const read = [...packetsIn(pcap(isBig, isNano, 101, (ip) => ip))];
      expect(read.map(({ ns }) => ns)).toEqual(
        packets.map(({ ns }) => (isNano ? ns : (ns / 1_000n) * 1_000n)),
      );
    },
  );

  it.each([
    ["is no capture", Buffer.from("#!/usr/bin/env python3\n"), "no-capture", 0],
    ["is empty", Buffer.alloc(0), "no-capture", 0],
    ["ends in the middle of a packet", file.subarray(0, -10), "cut", undefined],
    [
      "of the older form ends in the middle of a packet",
      pcap(false, false, 101, (ip) => ip).subarray(0, -3),
      "cut",
      undefined,
    ],
  ] as const)("that %s is told with the place", (_, bytes, fault, at) => {
    const error = thrownBy(() => [...packetsIn(bytes)]);
    expect(error).toBeInstanceOf(CaptureError);
    expect(error).toMatchObject({ fault, ...(at === undefined ? {} : { at }) });
  });

  it("that is damaged anywhere throws nothing but a CaptureError", () => {
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.nat(255), fc.nat(file.length), (at, value, length) => {
        const damaged = Buffer.from(file.subarray(0, length));
        if (at < damaged.length) damaged[at] = value;
        const error = thrownBy(() => conversationsIn(damaged));
        return error === undefined || error instanceof CaptureError;
      }),
      { numRuns: 3_000 },
    );
  });
});

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("a stream", () => {
  it("is the same with packets that came twice, or out of order", () => {
    const order = fc.shuffledSubarray(packets.slice(3), { minLength: packets.length - 3 });
    fc.assert(
      fc.property(order, fc.subarray(packets), (shuffled, again) => {
        const said = saidIn([...packets.slice(0, 3), ...shuffled, ...again]);
        return said.client === whole.client && said.server === whole.server;
      }),
      { numRuns: 500 },
    );
  });

  it("tells bytes as lost whose packet is not there, and goes on behind them", () => {
    const gone = packets.findIndex(({ data }) => data.includes("c2 said so"));
    const [conversation] = conversationsOf(packets.filter((_, index) => index !== gone));
    expect(conversation?.events.filter(({ kind }) => kind === "lost")).toMatchObject([
      { from: "client", size: 11 },
    ]);
    expect(conversation && saidBy(conversation, "client")).toBe(
      whole.client.replace("c2 said so\n", "?".repeat(11)),
    );
  });

  it("that is cut into other segments is the same stream", () => {
    const [first] = conversationsIn(
      captureOf(captured([opened, octets("in", 1, "abc"), octets("in", 2, "def")])),
    );
    const [second] = conversationsIn(captureOf(captured([opened, octets("in", 1, "abcdef")])));
    expect(first && saidBy(first, "client")).toBe(second && saidBy(second, "client"));
  });

  it("that begins in the middle says so, and the side with the higher port counts as the client", () => {
    const [conversation] = conversationsOf(packets.slice(6));
    expect(conversation).toMatchObject({
      isFromStart: false,
      client: { port: 50_000 },
      server: { port: 3_400 },
    });
  });

  it("of which the SYN is answered by a reset is no connection, and one that is reset later is one", () => {
    const syn = packets[0] as CapturedPacket;
    const back = Buffer.from(packets[1]?.data ?? []);
    // The flags of the answer: RST and ACK.
    back[33] = 0x14;
    const refused = conversationsOf([syn, { ...(packets[1] as CapturedPacket), data: back }]);
    expect(refused.map(({ isRefused }) => isRefused)).toEqual([true]);
    const [later] = conversationsOf([
      ...packets.slice(0, 4),
      { ...(packets[1] as CapturedPacket), data: back },
    ]);
    expect(later?.isRefused).toBe(false);
  });

  it("of an address that connects again is another conversation", () => {
    const again = captured(
      talk.map((entry) => ({ ...entry, at: entry.at + 5_000_000 })),
      { id: "calculator-1/c2" },
    );
    expect(conversationsIn(captureOf(captured(talk), again))).toHaveLength(2);
  });

  it("is not kept beyond the limits of bytes and of conversations", () => {
    const few = { conversations: 1, bytes: 20 };
    expect(thrownBy(() => conversationsOf(packets, few))).toMatchObject({ fault: "too-large", at: 20 });
    const two = captureOf(
      captured([opened]),
      captured([opened], { remote: { address: "127.0.0.1", port: 50_001 } }),
    );
    expect(thrownBy(() => conversationsOf(packetsIn(two), few))).toMatchObject({ fault: "too-many", at: 1 });
  });
});
