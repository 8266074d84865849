import { z } from "zod";
import { time } from "../attributes.ts";
import { Delayed } from "../delayed.ts";
import { defineFault } from "../fault.ts";

export default defineFault({
  name: "slow_close",
  summary: "the FIN comes this much later",
  transports: ["tcp"],
  isDestructive: false,
  attributes: z.object({ delay: time(1_000).describe("how much later") }),
  stage({ delay }, host) {
    const held = new Delayed(host);
    return {
      take: (piece) => held.add(piece, piece.bytes ? host.now() : host.now() + delay),
      release: () => held.release(),
      get heldBytes() {
        return held.heldBytes;
      },
    };
  },
});
