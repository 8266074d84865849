import { z } from "zod";
import { time } from "../attributes.ts";
import { defineFault } from "../fault.ts";

export default defineFault({
  name: "timeout",
  summary: "nothing gets through; after this time the connection is cut, 0 is never",
  transports: ["tcp"],
  isDestructive: true,
  attributes: z.object({ timeout: time(0).describe("until it is cut; 0 is never") }),
  stage({ timeout }, host) {
    let isTold = false;
    const cut = (how: "rst" | "fin") => {
      host.did("cut");
      host.cut(how);
    };
    const takeBack = timeout > 0 ? host.later(() => cut("fin"), timeout) : undefined;
    return {
      take(piece) {
        if (!isTold) host.did("blocked", piece.bytes?.length ?? 0);
        isTold = true;
        host.lose(piece);
      },
      release() {
        takeBack?.();
        // Bytes that went lost would be missing in the middle: better no conversation than a false one.
        if (isTold) cut("rst");
      },
    };
  },
});
