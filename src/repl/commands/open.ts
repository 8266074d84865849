import { NetlabError } from "../../errors.ts";
import { duration } from "../../machines/_options.ts";
import { classOf } from "../class-of.ts";
import { defineCommand } from "../command.ts";
import { endOfOpening, gateText } from "../student-table.ts";

export default defineCommand({
  name: "open",
  group: "class",
  level: "operate",
  summary: "ends a freeze; with a time it opens the class for so much longer, even outside its hours",
  args: [{ name: "time", summary: "e.g. +10m", isOptional: true }],
  example: "open +10m",
  async run({ lab, args: { time }, out, data, isJson }) {
    const all = classOf(lab);
    const now = lab.clock.now();
    const openUntil = time === undefined ? 0 : Math.max(now, endOfOpening(all, now)) + timeOf(time);
    // After the time is over a freeze holds again; without a time it has ended.
    const isFrozen = time === undefined ? false : all.gate.isFrozen;
    await all.setGate({ isFrozen, openUntil });
    if (isJson)
      return data({
        frozen: isFrozen,
        openUntil: openUntil === 0 ? null : new Date(openUntil).toISOString(),
      });
    return out(`the class is ${gateText(all, now)}`);
  },
});

/** A number alone would be seconds, as elsewhere; who opens a class for a while thinks of minutes. */
function timeOf(word: string): number {
  const { success, data } = duration().safeParse(word.replace(/^\+/, ""));
  if (success && data > 0 && /[a-z]$/.test(word)) return data;
  throw new NetlabError("usage/of-command", {
    command: "open",
    why: `${JSON.stringify(word)} is not a time: write +10m, +1h or nothing`,
  });
}
