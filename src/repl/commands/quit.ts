import { defineCommand } from "../command.ts";

export default defineCommand({
  name: "quit",
  aliases: ["exit"],
  group: "daemon",
  summary: "leaves the REPL; the daemon goes on",
  example: "quit",
  // The terminal leaves by itself; a one-shot command has nothing to leave.
  run: ({ err }) => err("nothing to leave here: quit is for the REPL, shutdown stops the daemon"),
});
