import { z } from "zod";
import { time } from "../attributes.ts";
import { Delayed } from "../delayed.ts";
import { defineFault } from "../fault.ts";

export default defineFault({
  name: "slow_open",
  summary: "nothing goes for this time from the beginning, as on a slow handshake",
  transports: ["tcp"],
  isDestructive: false,
  attributes: z.object({ delay: time(1_000).describe("how long, from when the fault is there") }),
  stage({ delay }, host) {
    const held = new Delayed(host);
    const openAt = host.now() + delay;
    return {
      take: (piece) => held.add(piece, openAt),
      release: () => held.release(),
      get heldBytes() {
        return held.heldBytes;
      },
    };
  },
});
