import { classOf } from "../class-of.ts";
import { defineCommand } from "../command.ts";

export default defineCommand({
  name: "freeze",
  group: "class",
  level: "operate",
  summary: "lets no new connections into the class; open ones go on, and each attempt is recorded",
  example: "freeze",
  notes: ["It holds over a restart of the daemon, until open."],
  async run({ lab, out, data, isJson }) {
    const all = classOf(lab);
    await all.setGate({ isFrozen: true, openUntil: 0 });
    if (isJson) return data({ frozen: true, openUntil: null });
    return out("the class is frozen: no new connections until open");
  },
});
