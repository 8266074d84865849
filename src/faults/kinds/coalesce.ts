import { z } from "zod";
import { count, time } from "../attributes.ts";
import { defineFault, type Piece } from "../fault.ts";

export default defineFault({
  name: "coalesce",
  summary: "chunks are held and go as one, so that several messages come in one read",
  transports: ["tcp"],
  isDestructive: false,
  attributes: z.object({
    time: time(200).describe("how long the first one waits for others"),
    size: count(65_536, 1).describe("from so many bytes on nothing waits"),
  }),
  stage({ time: holdMs, size }, host) {
    let held: Extract<Piece, { bytes: Buffer }>[] = [];
    let bytes = 0;
    let takeBack: (() => void) | undefined;
    const release = () => {
      takeBack?.();
      takeBack = undefined;
      const all = held;
      held = [];
      bytes = 0;
      if (all.length === 0) return;
      host.next({
        bytes: Buffer.concat(all.map((piece) => piece.bytes)),
        onGone: (error) => {
          for (const { onGone } of all) onGone?.(error);
        },
      });
    };
    return {
      take(piece) {
        if (piece.bytes) {
          held.push(piece);
          bytes += piece.bytes.length;
          takeBack ??= host.later(release, holdMs);
          if (bytes >= size) release();
          return;
        }
        release();
        host.next(piece);
      },
      release,
      get heldBytes() {
        return bytes;
      },
    };
  },
});
