import { z } from "zod";
import { time } from "../attributes.ts";
import { Delayed } from "../delayed.ts";
import { defineFault } from "../fault.ts";

export default defineFault({
  name: "latency",
  summary: "everything is later by this time, give or take the jitter; order is kept",
  transports: ["tcp", "udp"],
  isDestructive: false,
  attributes: z.object({
    latency: time(100).describe("how much later"),
    jitter: time(0).describe("at most so much earlier or later than that"),
  }),
  stage({ latency, jitter }, host) {
    const held = new Delayed(host);
    return {
      take: (piece) => held.add(piece, host.now() + latency + jitter * (2 * host.random() - 1)),
      release: () => held.release(),
      get heldBytes() {
        return held.heldBytes;
      },
    };
  },
});
