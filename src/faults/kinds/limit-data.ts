import { z } from "zod";
import { count } from "../attributes.ts";
import { defineFault } from "../fault.ts";

export default defineFault({
  name: "limit_data",
  summary: "after so many bytes the connection is cut",
  transports: ["tcp"],
  isDestructive: true,
  attributes: z.object({
    bytes: count(1_024).describe("so many still go"),
    how: z.enum(["fin", "rst"]).default("fin").describe("how it is cut: as at an end, or as by a crash"),
  }),
  stage({ bytes: limit, how }, host) {
    let left = limit;
    let isCut = false;
    return {
      take(piece) {
        if (isCut) return host.lose(piece);
        if (!piece.bytes || piece.bytes.length <= left) {
          left -= piece.bytes?.length ?? 0;
          return host.next(piece);
        }
        isCut = true;
        if (left > 0) host.next({ bytes: piece.bytes.subarray(0, left) });
        host.lose(piece);
        host.did("cut", piece.bytes.length - left);
        host.cut(how);
      },
      release: () => undefined,
    };
  },
});
