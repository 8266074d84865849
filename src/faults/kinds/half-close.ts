import { z } from "zod";
import { count } from "../attributes.ts";
import { defineFault } from "../fault.ts";

export default defineFault({
  name: "half_close",
  summary: "a FIN comes after so many bytes in this direction; the other one goes on",
  transports: ["tcp"],
  isDestructive: true,
  attributes: z.object({ bytes: count(0).describe("so many still go") }),
  stage({ bytes: limit }, host) {
    let left = limit;
    let isOver = false;
    return {
      take(piece) {
        if (isOver) return host.lose(piece);
        const size = piece.bytes?.length ?? 0;
        if (piece.bytes && size < left) {
          left -= size;
          return host.next(piece);
        }
        isOver = true;
        if (piece.bytes && left > 0) host.next({ bytes: piece.bytes.subarray(0, left) });
        if (!piece.bytes) return host.next(piece);
        host.did("cut", size - left);
        host.lose(piece);
        host.next({ bytes: undefined });
      },
      release: () => undefined,
    };
  },
});
