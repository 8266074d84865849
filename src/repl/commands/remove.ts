import { defineCommand } from "../command.ts";
import { operate, SELECTED } from "../operate.ts";

export default defineCommand({
  name: "remove",
  aliases: ["rm"],
  group: "roles",
  level: "operate",
  summary: "stops a role and forgets it",
  args: [SELECTED],
  example: "remove file-server-5",
  run: (call) =>
    operate(
      call,
      (id) => call.lab.remove(id),
      ({ id, isFromLab }) =>
        isFromLab
          ? `${id} is removed; it comes from the lab file, and so back at the next start`
          : `${id} is removed`,
    ),
});
