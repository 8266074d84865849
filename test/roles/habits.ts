/** How lab programs send a message, and how one is ended that is sent to them [FRAME-1…FRAME-5]. */
import { expect } from "vitest";
import type { Conversation } from "../actors/conversation.ts";
import { eventually, type TestLab, turns } from "../actors/harness.ts";
import type { SimulatedClock } from "../actors/simulated-clock.ts";

export interface Habit {
  readonly what: string;
  /** What is found out about the peer. */
  readonly framing: "bare" | "line" | "nul";
  readonly ending: string;
  readonly encode: (text: string) => string | Buffer;
  /** Sizes of the pieces that a message leaves in; without it, in one. */
  readonly cut?: number;
}

export const habits: readonly Habit[] = [
  { what: "bare text", framing: "bare", ending: "", encode: (text) => text },
  { what: "lines", framing: "line", ending: "\n", encode: (text) => `${text}\n` },
  { what: "lines byte by byte", framing: "line", ending: "\n", encode: (text) => `${text}\n`, cut: 1 },
  { what: "lines in pieces of three", framing: "line", ending: "\n", encode: (text) => `${text}\n`, cut: 3 },
  { what: "CRLF lines", framing: "line", ending: "\n", encode: (text) => `${text}\r\n` },
  { what: "CRLF lines byte by byte", framing: "line", ending: "\n", encode: (text) => `${text}\r\n`, cut: 1 },
  { what: "NUL-terminated strings", framing: "nul", ending: "\0", encode: (text) => `${text}\0` },
  { what: "lines in C strings", framing: "nul", ending: "\0", encode: (text) => `${text}\n\0` },
  { what: "cleared buffers of 1024 bytes", framing: "nul", ending: "\0", encode: buffers(1_024, "\0") },
  {
    what: "buffers of 1024 bytes with stale ones",
    framing: "nul",
    ending: "\0",
    encode: buffers(1_024, "stale; "),
  },
];

/** A buffer that still holds what was in it before. */
function buffers(size: number, before: string): (text: string) => Buffer {
  const buffer = Buffer.alloc(size, before);
  return (text) => {
    buffer.write(`${text}\0`);
    return Buffer.from(buffer);
  };
}

/** Longer than the quiet time: what comes next is no part of what came before. */
const APART_MS = 31;

/**
 * A peer that says each message as its habit is, in segments of their own as far as the kernel lets us; the clock stands
 * still until the last of them has been read, so that no slow machine makes a pause where the peer makes none.
 */
export function speaker({ encode, cut }: Habit, peer: Conversation, lab: TestLab, clock: SimulatedClock) {
  let saidBytes = 0;
  return async (text: string): Promise<void> => {
    const bytes = Buffer.from(encode(text));
    saidBytes += bytes.length;
    for (let start = 0; start < bytes.length; start += cut ?? bytes.length) {
      peer.say(bytes.subarray(start, start + (cut ?? bytes.length)));
      await turns(1);
    }
    await eventually(() => expect(lab.storyOf(peer).bytesIn).toBe(saidBytes));
    clock.advance(APART_MS);
  };
}
