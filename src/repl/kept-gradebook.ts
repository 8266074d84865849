/** `class gradebook`: the kept results of check, as a spreadsheet or a learning platform reads them. */
import * as z from "zod";
import { NetlabError } from "../errors.ts";
import { printable } from "../printable.ts";
import { classOf } from "./class-of.ts";
import type { Call } from "./command.ts";

export const gradebookOptions = {
  format: z
    .enum(["csv", "moodle", "canvas"])
    .default("csv")
    .describe("of class gradebook: a table of its own, or what Moodle or Canvas imports"),
  decimal: z.enum([".", ","]).default(".").describe("of class gradebook: the decimal mark"),
  separator: z.enum([",", ";", "tab"]).default(",").describe("of class gradebook: stands between fields"),
  max: z
    .number()
    .positive()
    .max(1_000_000)
    .default(100)
    .describe("of class gradebook: points for a program that passes every case"),
  out: z.string().min(1).optional().describe("of class gradebook: write it to this file"),
};

type GradebookCall = Call<z.output<z.ZodObject<typeof gradebookOptions>> & { readonly names: boolean }>;

/** In pseudonyms, unless names are asked for: a platform knows no pseudonyms, so what it imports needs them. */
export async function gradebook({
  lab,
  options,
  out,
  data,
  isJson,
  writeFile,
}: GradebookCall): Promise<void> {
  const { format, decimal, max, names, out: file } = options;
  const all = classOf(lab);
  if (format !== "csv" && !names)
    throw new NetlabError("usage/of-command", {
      command: "class gradebook",
      why: `--format ${format} needs --names: it matches students by their ids, and a gradebook without names has pseudonyms`,
    });
  const { keptLines } = await import("../class/kept-results.ts");
  const { canvasText, gradebookText, moodleText } = await import("../class/gradebook.ts");
  const flagFiles = all.plan?.flagFiles ?? [];
  const lines = keptLines(all.students, all.results(), { max, names, flagFiles });
  if (isJson) return data(lines);
  const form = { decimal, separator: options.separator === "tab" ? "\t" : options.separator } as const;
  const about = { title: all.plan?.title ?? all.name, max };
  const text = {
    csv: () => gradebookText(lines, form),
    moodle: () => moodleText(lines, about, form),
    canvas: () => canvasText(lines, about, form),
  }[format]();
  if (file === undefined) return out(text.trimEnd());
  await writeFile(file, text);
  const judged = lines.filter(({ points }) => points !== null).length;
  return out(`wrote ${printable(file)}: ${lines.length} students, ${judged} with results`);
}
