/** Wireshark's own reader is the judge of what is written, where it is installed. */

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { cause } from "../../src/stories/causes.ts";
import type { Entry } from "../../src/stories/entry.ts";
import { hasTshark, readingWithChecksums } from "../has-tshark.ts";
import { captured, captureOf, octets } from "./scene.ts";

const folder = mkdtempSync(path.join(tmpdir(), "netlab-tshark-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const opened: Entry = { kind: "opened", at: 0, state: "awaitingName" };
const v6 = { local: { address: "::1", port: 3_401 }, remote: { address: "::1", port: 50_002 } };

function tshark(...args: string[]): string {
  const file = path.join(folder, "all.pcapng");
  writeFileSync(
    file,
    captureOf(
      captured([
        opened,
        octets("in", 10, "ann\n12 + 3\n"),
        { kind: "transition", at: 11, from: "awaitingName", to: "calculating", event: "peer.message" },
        octets("out", 12, "15.0\n"),
        { kind: "ended", at: 20 },
        { kind: "fin", at: 21 },
        { kind: "closed", at: 22, by: "us" },
      ]),
      captured(
        [
          opened,
          octets("in", 30, "odd"),
          octets("out", 31, Buffer.alloc(150_000, 0x61)),
          { kind: "file", at: 32, direction: "out", name: "b.bin", size: 20_000_000, told: 20_000_000 },
          octets("in", 33, "cut", 9_000),
          { kind: "gap", at: 34, omitted: 3, bytesIn: 70_001, bytesOut: 3 },
          octets("in", 35, "more"),
          { kind: "fin", at: 40 },
          { kind: "ended", at: 41 },
          { kind: "closed", at: 42, by: "us" },
        ],
        { id: "chat-1/c2", instance: "chat-1", ...v6 },
      ),
      captured(
        [
          opened,
          octets("in", 50, "x"),
          { kind: "closed", at: 60, by: "peer", cause: cause("peer-reset", {}) },
        ],
        {
          id: "calculator-1/c3",
          remote: { address: "127.0.0.1", port: 50_003 },
        },
      ),
      captured([opened, octets("in", 70, "Send me date"), octets("out", 71, "Sun"), octets("in", 72, "")], {
        id: "clock-1/c4",
        transport: "udp",
        remote: { address: "127.0.0.1", port: 50_004 },
      }),
    ),
  );
  return execFileSync("tshark", [...readingWithChecksums(file), ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
}

describe.skipIf(!hasTshark)("Wireshark (skipped without tshark)", () => {
  it("finds no error in our capture, no bad checksum, and no warning but the one reset", () => {
    const report = tshark("-q", "-z", "expert,warn");
    expect(report).not.toMatch(/Errors \(/);
    expect(report.match(/Warns \((\d+)\)/)?.[1]).toBe("1");
    expect(report).toContain("Connection reset (RST)");
  });

  it("finds nothing sent again, lost or out of order", () => {
    expect(tshark("-Y", "tcp.analysis.flags && !tcp.flags.reset")).toBe("");
  });

  it("follows a stream to the bytes that were said", () => {
    const followed = tshark("-q", "-z", "follow,tcp,ascii,0");
    expect(followed).toContain("ann\n12 + 3");
    expect(followed).toContain("15.0");
  });

  it("shows what the machine did in the comments", () => {
    expect(tshark("-T", "fields", "-e", "frame.comment")).toContain(
      "awaitingName → calculating  (peer.message)",
    );
  });
});
