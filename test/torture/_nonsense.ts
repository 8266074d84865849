/** Messages that are nearly right, and others that are nothing at all, in every way to end and to cut them. */
import type { Random } from "./_random.ts";

export type Habit = "line" | "crlf" | "bare" | "nul" | "padded";
export const habits: readonly Habit[] = ["line", "crlf", "bare", "nul", "padded"];

const SPECIAL = [
  "\0",
  "\n",
  "\r",
  "\r\n",
  "|",
  ":",
  ",",
  "..",
  "/",
  " ",
  "\u001b[2J",
  "%s%n",
  "\u00e9",
  "\ud83d\ude00",
];
const BUFFERS = [256, 512, 1_024, 4_096, 5_000];

/** One message: random, or one of these with something done to it. */
export function nonsense(random: Random, right: readonly Buffer[]): Buffer {
  if (random.chance(0.15) || right.length === 0) return random.bytes(random.int(0, 48));
  let bytes = random.pick(right);
  for (let times = random.int(0, 3); times > 0; times -= 1) bytes = mutated(random, bytes, right);
  return bytes;
}

function mutated(random: Random, bytes: Buffer, right: readonly Buffer[]): Buffer {
  const at = random.int(0, bytes.length);
  switch (random.int(0, 6)) {
    case 0:
      return bytes.subarray(0, at);
    case 1:
      return Buffer.concat([bytes.subarray(0, at), Buffer.from(random.pick(SPECIAL)), bytes.subarray(at)]);
    case 2:
      return Buffer.concat([bytes.subarray(0, at), random.pick(right)]);
    case 3:
      return Buffer.concat([bytes, bytes]);
    case 4:
      return flipped(random, bytes);
    case 5:
      return Buffer.concat([bytes.subarray(at), bytes.subarray(0, at)]);
    default:
      return Buffer.concat([bytes, random.bytes(random.int(1, 8))]);
  }
}

function flipped(random: Random, bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  if (copy.length > 0) copy[random.int(0, copy.length - 1)] = random.int(0, 255);
  return copy;
}

/** As a peer of this habit writes it. */
export function written(random: Random, message: Buffer, habit: Habit): Buffer {
  switch (habit) {
    case "line":
      return Buffer.concat([message, Buffer.from("\n")]);
    case "crlf":
      return Buffer.concat([message, Buffer.from("\r\n")]);
    case "nul":
      return Buffer.concat([message, Buffer.alloc(1)]);
    case "padded": {
      const padded = Buffer.alloc(random.pick(BUFFERS));
      message.copy(padded);
      return padded;
    }
    case "bare":
      return message;
  }
}

/** The same bytes in pieces, cut anywhere; mostly in few. */
export function cut(random: Random, bytes: Buffer): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = random.chance(0.1) ? random.int(1, 3) : random.int(1, 16_384);
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
}
