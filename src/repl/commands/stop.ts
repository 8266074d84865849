import { defineCommand } from "../command.ts";
import { operate, SELECTED } from "../operate.ts";

export default defineCommand({
  name: "stop",
  group: "roles",
  summary: "stops a role: no new peers, those under way finish to a limit",
  args: [SELECTED],
  example: "stop file-server-1",
  run: (call) => operate(call, (id) => call.lab.stop(id)),
});
