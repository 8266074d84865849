import * as z from "zod";
import { defineCommand } from "../command.ts";

const MOST_NAMED = 5;
const MOST_LISTED = 20;

/** Of a class, hundreds. */
const listed = (ids: readonly string[]) =>
  ids.length > MOST_LISTED ? `${ids.length} roles` : ids.join(", ");

export default defineCommand({
  name: "reload",
  group: "daemon",
  level: "operate",
  summary:
    "reads the lab file again: starts what is new in it, stops what is gone; a mistake in it changes nothing",
  options: z.object({
    yes: z.boolean().default(false).describe("do not ask whether students who left the roster are to leave"),
  }),
  example: "reload",
  async run({ lab, options: { yes }, out, data, isJson, ask }) {
    const before = lab.instances.map(({ id }) => id);
    await lab.reload(async (students) => {
      if (yes) return true;
      const who = `${students.slice(0, MOST_NAMED).join(", ")}${students.length > MOST_NAMED ? " …" : ""}`;
      const answer = await ask(
        `${students.length} no longer in the roster (${who}): their connections end. Go on? y/N `,
      );
      return /^y(es)?$/i.test(answer.trim());
    });
    const after = lab.instances.map(({ id }) => id);
    const added = after.filter((id) => !before.includes(id));
    const removed = before.filter((id) => !after.includes(id));
    if (isJson) return data({ lab: lab.name, added, removed });
    const parts = [
      ...(added.length > 0 ? [`added ${listed(added)}`] : []),
      ...(removed.length > 0 ? [`removed ${listed(removed)}`] : []),
    ];
    return out(`read the lab ${lab.name} again: ${parts.join("; ") || "no role changed"}`);
  },
});
