import { z } from "zod";
import { count, time } from "../attributes.ts";
import { Delayed } from "../delayed.ts";
import { defineFault } from "../fault.ts";

export default defineFault({
  name: "slicer",
  summary: "every chunk is cut into small ones, so that a message comes in several reads",
  transports: ["tcp"],
  isDestructive: false,
  attributes: z.object({
    average_size: count(64, 1).describe("bytes of a piece"),
    size_variation: count(0).describe("at most so many bytes more or fewer"),
    delay: time(5).describe("between two pieces; without one they may be read as one"),
  }),
  stage({ average_size, size_variation, delay }, host) {
    const held = new Delayed(host);
    const sizeNow = () => Math.max(1, Math.round(average_size + size_variation * (2 * host.random() - 1)));
    return {
      take(piece) {
        const { bytes } = piece;
        if (!bytes || bytes.length === 0) return held.add(piece, host.now());
        let dueAt = Math.max(host.now(), held.lastDueAt === undefined ? 0 : held.lastDueAt + delay);
        for (let at = 0; at < bytes.length; ) {
          const part = bytes.subarray(at, at + sizeNow());
          at += part.length;
          held.add({ bytes: part, onGone: at >= bytes.length ? piece.onGone : undefined }, dueAt);
          dueAt += delay;
        }
      },
      release: () => held.release(),
      get heldBytes() {
        return held.heldBytes;
      },
    };
  },
});
