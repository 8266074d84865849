import { z } from "zod";
import { share } from "../attributes.ts";
import { defineFault } from "../fault.ts";

export default defineFault({
  name: "loss",
  summary: "this share of the datagrams is lost",
  transports: ["udp"],
  isDestructive: true,
  attributes: z.object({ loss: share(0.1).describe("how many, e.g. 20%") }),
  stage: ({ loss }, host) => ({
    take(piece) {
      if (host.random() >= loss) return host.next(piece);
      host.did("lost", piece.bytes?.length);
      host.lose(piece);
    },
    release: () => undefined,
  }),
});
