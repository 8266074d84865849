import * as z from "zod";
import { duration } from "../../machines/_options.ts";
import { defineCommand } from "../command.ts";
import { Waiting } from "../wait-for-state.ts";

export default defineCommand({
  name: "wait-for",
  group: "scripts",
  level: "observe",
  summary: "waits until a role or a connection is in a state, or until a text has gone over it",
  args: [
    {
      name: "selector",
      summary: "a role, an id, c17 (also before there is one), @last, …",
      completes: "selector",
    },
    {
      name: "state",
      summary: "e.g. running, awaitingName, closed; or a verdict, e.g. stuck",
      isOptional: true,
      completes: "state",
    },
  ],
  options: z.object({
    timeout: duration().default(5_000).describe("give up after this, with exit status 124"),
    count: z.number().int().min(1).max(100_000).default(1).describe("wait for at least this many"),
    text: z.string().min(1).optional().describe("wait for this text, from the peer or to it"),
  }),
  example: "wait-for calculator computing --timeout 5s",
  run: (call) => new Waiting(call).ended,
});
