import { z } from "zod";
import { time } from "../attributes.ts";
import { defineFault } from "../fault.ts";

export default defineFault({
  name: "reset_peer",
  summary: "the connection is reset (RST), now or after this time",
  transports: ["tcp"],
  isDestructive: true,
  attributes: z.object({ timeout: time(0).describe("how long it still goes on") }),
  stage({ timeout }, host) {
    const takeBack = host.later(() => {
      host.did("cut");
      host.cut("rst");
    }, timeout);
    return { take: (piece) => host.next(piece), release: () => takeBack() };
  },
});
