import { defineCommand } from "../command.ts";
import { operate, SELECTED } from "../operate.ts";

export default defineCommand({
  name: "stop",
  group: "roles",
  level: "operate",
  summary: "stops a role; open connections get 10 s to finish",
  args: [SELECTED],
  example: "stop file-server-1",
  run: (call) => operate(call, (id) => call.lab.stop(id)),
});
