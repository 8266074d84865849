import * as z from "zod";
import { exitCodes } from "../../errors.ts";
import { defineCommand } from "../command.ts";

export default defineCommand({
  name: "shutdown",
  group: "daemon",
  level: "own",
  summary: "stops the daemon and all its roles; asks first",
  options: z.object({ yes: z.boolean().default(false).describe("do not ask") }),
  example: "shutdown --yes",
  async run({ lab, options, ask, out, err, data, isJson }) {
    const peers = lab.status().connections;
    const running = lab.instances.filter(({ state }) => state === "running").length;
    if (!options.yes) {
      const answer = await ask(`Stop the daemon, ${running} roles and ${peers} peers? [y/N] `);
      if (!/^y(es)?$/i.test(answer.trim())) {
        err(answer === "" ? "not stopped: answer y, or use shutdown --yes" : "not stopped");
        return exitCodes.refused;
      }
    }
    if (isJson) data({ stopping: true, pid: lab.pid });
    else out("stopping");
    lab.shutdown("an operator said shutdown");
    return exitCodes.done;
  },
});
