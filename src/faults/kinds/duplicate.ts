import { z } from "zod";
import { share } from "../attributes.ts";
import { defineFault } from "../fault.ts";

export default defineFault({
  name: "duplicate",
  summary: "this share of the datagrams comes twice",
  transports: ["udp"],
  isDestructive: true,
  attributes: z.object({ duplicate: share(0.1).describe("how many, e.g. 20%") }),
  stage: ({ duplicate }, host) => ({
    take(piece) {
      const isTwice = host.random() < duplicate;
      host.next(piece);
      if (!isTwice || !piece.bytes) return;
      host.did("doubled", piece.bytes.length);
      host.next({ bytes: piece.bytes });
    },
    release: () => undefined,
  }),
});
