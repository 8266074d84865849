import { z } from "zod";
import { share } from "../attributes.ts";
import { defineFault } from "../fault.ts";

export default defineFault({
  name: "corrupt",
  summary: "in this share of the datagrams a bit is turned over, past the checksum",
  transports: ["udp"],
  isDestructive: true,
  attributes: z.object({ corrupt: share(0.1).describe("how many, e.g. 20%") }),
  stage: ({ corrupt }, host) => ({
    take(piece) {
      // So many draws for every datagram, whatever becomes of it: those that follow have theirs.
      const isHit = host.random() < corrupt;
      const place = host.random();
      if (!isHit || !piece.bytes || piece.bytes.length === 0) return host.next(piece);
      const bytes = Buffer.from(piece.bytes);
      const bit = Math.floor(place * bytes.length * 8);
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      host.did("corrupted", bytes.length);
      host.next({ ...piece, bytes });
    },
    release: () => undefined,
  }),
});
