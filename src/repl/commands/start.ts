import { defineCommand } from "../command.ts";
import { operate, SELECTED } from "../operate.ts";

export default defineCommand({
  name: "start",
  group: "roles",
  level: "operate",
  summary: "starts a role that was stopped or has failed",
  args: [SELECTED],
  example: "start file-server-1",
  run: (call) => operate(call, (id) => call.lab.start(id)),
});
