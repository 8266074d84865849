import { z } from "zod";
import { Delayed } from "../delayed.ts";
import { defineFault } from "../fault.ts";

/** Bytes go in pieces of so many milliseconds, so that a long write trickles. */
const PIECE_MS = 100;
const BYTES_PER_KB = 1_000;

export default defineFault({
  name: "bandwidth",
  summary: "no more than so many kilobytes a second",
  transports: ["tcp"],
  isDestructive: false,
  attributes: z.object({
    rate: z.coerce.number().min(0.001).max(1_000_000).default(10).describe("KB a second"),
  }),
  stage({ rate }, host) {
    const held = new Delayed(host);
    const bytesPerMs = (rate * BYTES_PER_KB) / 1_000;
    const most = Math.max(1, Math.floor(bytesPerMs * PIECE_MS));
    let freeAt = 0;
    return {
      take(piece) {
        const { bytes } = piece;
        if (!bytes) return held.add(piece, freeAt);
        for (let at = 0; at < bytes.length; at += most) {
          const part = bytes.subarray(at, at + most);
          freeAt = Math.max(freeAt, host.now()) + part.length / bytesPerMs;
          const isLast = at + most >= bytes.length;
          held.add({ bytes: part, onGone: isLast ? piece.onGone : undefined }, freeAt);
        }
      },
      release: () => held.release(),
      get heldBytes() {
        return held.heldBytes;
      },
    };
  },
});
