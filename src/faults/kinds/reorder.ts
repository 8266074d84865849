import { z } from "zod";
import { share, time } from "../attributes.ts";
import { defineFault, type Piece } from "../fault.ts";

export default defineFault({
  name: "reorder",
  summary: "this share of the datagrams comes after the next one",
  transports: ["udp"],
  isDestructive: true,
  attributes: z.object({
    reorder: share(0.1).describe("how many, e.g. 20%"),
    time: time(200).describe("how long one waits for a next one"),
  }),
  stage({ reorder, time: waitMs }, host) {
    let held: Piece | undefined;
    let takeBack: (() => void) | undefined;
    const release = () => {
      takeBack?.();
      takeBack = undefined;
      const piece = held;
      held = undefined;
      if (piece) host.next(piece);
    };
    return {
      take(piece) {
        const isHeld = host.random() < reorder && !held;
        if (isHeld) {
          held = piece;
          host.did("reordered", piece.bytes?.length);
          takeBack = host.later(release, waitMs);
          return;
        }
        host.next(piece);
        release();
      },
      release,
      get heldBytes() {
        return held?.bytes?.length ?? 0;
      },
    };
  },
});
