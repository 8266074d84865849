import * as z from "zod";
import { NetlabError } from "../../errors.ts";
import type { Lab, LabClassView } from "../../lab/lab.ts";
import { printable } from "../../printable.ts";
import { classOf, studentOf } from "../class-of.ts";
import { defineCommand } from "../command.ts";

export default defineCommand({
  name: "submit",
  group: "class",
  level: "operate",
  summary: "takes a flag that a student hands in: it counts as a case passed, in class and in the gradebook",
  args: [{ name: "flag", summary: "as the student's program has read it, e.g. flag-k7mq2xw9rt" }],
  options: z.object({
    student: z.string().min(1).optional().describe("who hands it in: another's flag is refused, and told"),
  }),
  example: "submit flag-k7mq2xw9rt --student s042",
  notes: ["A lab file has flags with flags: true under class:, and {flag} in a text file of files:."],
  async run({ lab, args: { flag = "" }, options, out, err, data, isJson }) {
    const all = classOf(lab);
    const { findFlag, FLAG_ROLE } = await import("../../class/flags.ts");
    const found = all.plan && findFlag(all.plan, flag);
    if (!found) throw new NetlabError("no-such-student/flag", { flag });
    const { student, file } = found;
    const by = options.student === undefined ? student : studentOf(lab, options.student);
    if (by.id !== student.id) {
      err(`not taken from ${by.shown}: it is the flag of ${printable(file)} of ${student.shown}`);
      return 1;
    }
    const { passed, isNew } = await keep(lab, all, { ...found, role: FLAG_ROLE });
    const of = all.plan?.flagFiles.length ?? 0;
    const document = { student: student.shown, file, isNew, passed, of };
    if (isJson) data(document);
    else
      out(
        `${student.shown}: the flag of ${printable(file)}${isNew ? "" : " again"}, ${passed} of ${of} handed in`,
      );
    return 0;
  },
});

interface Found {
  readonly student: LabClassView["students"][number];
  readonly file: string;
}

/** All of the student's flags are one result, so the newest one has each that was handed in. */
async function keep(lab: Lab, all: LabClassView, { student, file, role }: Found & { readonly role: string }) {
  const { id, derived } = student;
  const before = all
    .results()
    .filter((one) => one.student === id && one.role === role && one.status === "passed")
    .map((one) => one.case);
  const passed = new Set([...before, file]);
  const isNew = !before.includes(file);
  const files = all.plan?.flagFiles ?? [];
  const results = files.map((name) => {
    const status = passed.has(name) ? "passed" : "failed";
    return { id: name, status, grade: "MUST", weight: 1, message: "" };
  });
  const at = Math.round(lab.clock.now());
  const about = { version: lab.version, seed: derived.seed, role, side: "client" } as const;
  if (isNew) await lab.keepCheck({ ...about, target: "submit", at, student: id, results });
  return { passed: results.filter(({ status }) => status === "passed").length, isNew };
}
