/** Programs that peers may run [ECHO-1]: never a shell, in a root, with little of everything. */
import type { Programs } from "../machines/_world.ts";

export function localPrograms(rootOf: (root: string) => string): Programs {
  return {
    run: async (root) => ({ output: Buffer.from(`no programs are run in ${rootOf(root)}`) }),
  };
}
