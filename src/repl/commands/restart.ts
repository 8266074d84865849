import { defineCommand } from "../command.ts";
import { operate, SELECTED } from "../operate.ts";

export default defineCommand({
  name: "restart",
  group: "roles",
  level: "operate",
  summary: "stops a role and starts it again",
  args: [SELECTED],
  example: "restart file-server-1",
  run: (call) => operate(call, (id) => call.lab.restart(id)),
});
