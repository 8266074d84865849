/** Stories written as a capture, as `netlabctl capture` does with what the daemon hands over: megabytes of file a second. */
import { openSync, writeSync } from "node:fs";
import { CaptureEncoder, captureHead } from "../../src/capture/capture-encoder.ts";
import type { StoryRecord } from "../../src/stories/story-record.ts";
import { answer, options } from "./_sockets.ts";

const { stories, entries, bytes } = options<{ stories: number; entries: number; bytes: number }>();
const MB = 1e6;
/** After one to warm up. */
const ROUNDS = 4;
const PORTION = 1_000;
const payload = { "~bytes": Buffer.alloc(bytes, "12 + 34\n").toString("base64") };

function record(nth: number): StoryRecord {
  const moved = Array.from({ length: entries }, (_, index) => ({
    kind: index % 2 === 0 ? "in" : "out",
    at: 10 + index,
    bytes: payload,
    size: bytes,
  }));
  return {
    version: 1,
    subject: {
      id: `calculator-1/c${nth}`,
      instance: "calculator-1",
      role: "calculator",
      edition: 0,
      transport: "tcp",
      local: { address: "127.0.0.1", port: 4_389 },
      remote: { address: "127.0.0.1", port: 20_000 + nth },
    },
    openedAt: Date.UTC(2026, 0, 1),
    endedAt: null,
    state: "computing",
    waitsFor: null,
    bytesIn: 0,
    bytesOut: 0,
    framing: "line",
    lastRule: null,
    fault: null,
    cause: null,
    secrets: [],
    entries: [
      { kind: "opened", at: 0, state: "awaitingName" },
      ...moved,
      { kind: "closed", at: 9_999, by: "us" },
    ],
    live: null,
  };
}

const told = Array.from({ length: stories }, (_, nth) => ({ opener: "peer" as const, record: record(nth) }));
const file = openSync("/dev/null", "w");
write();
const started = performance.now();
const size = Array.from({ length: ROUNDS }, write).reduce((sum, one) => sum + one, 0);
answer({ perSecond: size / MB / ((performance.now() - started) / 1_000) });

function write(): number {
  const packets = new CaptureEncoder().stories(told);
  let written = writeSync(file, captureHead("0.0.0", []));
  for (let at = 0; at < packets.length; at += PORTION)
    written += writeSync(file, Buffer.concat(packets.slice(at, at + PORTION)));
  return written;
}
