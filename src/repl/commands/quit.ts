import { defineCommand } from "../command.ts";

export default defineCommand({
  name: "quit",
  aliases: ["exit"],
  group: "daemon",
  level: "observe",
  summary: "leaves the prompt; the daemon goes on",
  example: "quit",
  // The terminal leaves by itself; a one-shot command has nothing to leave.
  run: ({ err }) => err("there is no prompt to leave; shutdown stops the daemon"),
});
