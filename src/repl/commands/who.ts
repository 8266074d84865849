import * as z from "zod";
import { duration } from "../../machines/_options.ts";
import { classOf, personsOf } from "../class-of.ts";
import { defineCommand } from "../command.ts";
import { namesOption } from "../guarded-options.ts";
import { byNeed, silentMs } from "../student-need.ts";
import { studentTable, timeText } from "../student-table.ts";

export default defineCommand({
  name: "who",
  group: "class",
  level: "observe",
  summary: "lists the students who are stuck or waiting, the longest first",
  options: z.object({
    stuck: duration().default(0).describe("for at least so long, e.g. 2m (default: any time)"),
    names: namesOption(),
  }),
  example: "who --stuck 2m",
  run({ lab, options: { stuck, names }, out, data, isJson, columns, style }) {
    const all = classOf(lab);
    const rows = byNeed(lab.students()).filter((row) => (silentMs(row) ?? -1) >= stuck);
    if (isJson) return data(rows);
    if (rows.length === 0)
      return out(`no student is stuck or waiting${stuck > 0 ? ` for ${timeText(stuck)} or longer` : ""}`);
    return out(studentTable(rows, { columns, style, persons: names ? personsOf(all) : undefined }));
  },
});
