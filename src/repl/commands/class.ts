import { setTimeout as delay } from "node:timers/promises";
import * as z from "zod";
import { nearest } from "../../catalogue/instance-options.ts";
import { NetlabError } from "../../errors.ts";
import type { StudentRow } from "../../lab/lab.ts";
import { duration } from "../../machines/_options.ts";
import { printable } from "../../printable.ts";
import { classOf, personsOf, studentOf } from "../class-of.ts";
import { type Call, defineCommand } from "../command.ts";
import { namesOption } from "../guarded-options.ts";
import { gradebook, gradebookOptions } from "../kept-gradebook.ts";
import { refuseBeyond } from "../levels.ts";
import { byNeed } from "../student-need.ts";
import { classHead, studentTable } from "../student-table.ts";

const SHORTEST_MS = 100;

const options = z.object({
  watch: z.boolean().default(false).describe("draw it again and again, until Ctrl-C"),
  every: duration()
    .refine((ms) => ms >= SHORTEST_MS, `at least ${SHORTEST_MS}ms`)
    .default(1_000)
    .describe("with --watch: how often (default: 1s)"),
  n: z.number().int().min(1).max(1_000_000).optional().describe("with --watch: so many times"),
  names: namesOption(),
  ...gradebookOptions,
});
type ClassCall = Call<z.output<typeof options>>;

const ACTIONS = ["who", "gradebook", "forget"];

export default defineCommand({
  name: "class",
  group: "class",
  level: "observe",
  summary: "shows the class, a line a student, who needs help first",
  args: [
    {
      name: "action",
      summary:
        "who VALUE: whose token, seed or file it is; gradebook: the kept results of check as CSV; forget STUDENT: removes what is kept of one who left",
      isOptional: true,
      choices: ACTIONS,
    },
    { name: "value", summary: "what the action needs", isOptional: true },
  ],
  options,
  // The name of one who is forgotten would be in the audit again.
  auditedAs: (words) => (words.includes("forget") ? "class forget (forgotten)" : undefined),
  example: "class --watch",
  notes: [
    "KEPT is the rule furthest in the conversation that the student's program kept. done: all checks passed, or where there are none,",
    "a conversation with each role of each: that kept its last rule and ended without a mistake. docs/class.md tells more.",
  ],
  async run(call) {
    const { action } = call.args;
    if (call.options.out !== undefined && action !== "gradebook")
      throw new NetlabError("usage/of-command", { command: "class", why: "--out is for class gradebook" });
    if (action === "who") return who(call);
    if (action === "gradebook") return gradebook(call);
    if (action === "forget") return forget(call);
    if (action !== undefined) throw unknownAction(action);
    return call.options.watch ? watch(call) : show(call);
  },
});

function unknownAction(action: string): NetlabError {
  const near = nearest(action, ACTIONS);
  const hint = near
    ? `did you mean class ${near}?`
    : "use class, class who VALUE, class gradebook or class forget STUDENT";
  return new NetlabError("usage/of-command", {
    command: "class",
    why: `unknown word ${printable(action)}; ${hint}`,
  });
}

async function show({
  lab,
  out,
  data,
  isJson,
  columns,
  style,
  options: { names },
}: ClassCall): Promise<void> {
  const all = classOf(lab);
  const rows = await rowsOf(lab);
  if (isJson) return data(names ? rows.map((row) => ({ ...row, ...personOf(all, row.id) })) : rows);
  out(classHead(all, rows, lab.clock.now()));
  return out(studentTable(rows, { columns, style, persons: names ? personsOf(all) : undefined }));
}

/** Rows once all progress is stored: a student shown as done is done after a kill, too, also where the question has the conversation judged. */
async function rowsOf(lab: ClassCall["lab"]): Promise<readonly StudentRow[]> {
  const rows = byNeed(lab.students());
  await classOf(lab).stored();
  return rows;
}

function personOf(all: ReturnType<typeof classOf>, shown: string) {
  const { name = "", email, note } = all.find(shown) ?? {};
  return { name, email: email ?? null, note: note ?? null };
}

/** Lines of a screen that are not students: head, headings, the last line. */
const OTHER_LINES = 4;

async function watch(call: ClassCall): Promise<void> {
  const { lab, options: given, signal, columns, rows: height, style, frame } = call;
  const all = classOf(lab);
  const most = height === undefined ? Number.POSITIVE_INFINITY : Math.max(1, height - OTHER_LINES);
  for (let count = 0; count < (given.n ?? Number.POSITIVE_INFINITY) && !signal.aborted; count += 1) {
    if (count > 0) await delay(given.every, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) break;
    const rows = await rowsOf(lab);
    if (call.isJson) {
      call.data(rows);
      continue;
    }
    const shown = rows.slice(0, most);
    const persons = given.names ? personsOf(all) : undefined;
    const rest = rows.length > shown.length ? [`and ${rows.length - shown.length} more`] : [];
    frame(
      [classHead(all, rows, lab.clock.now()), studentTable(shown, { columns, style, persons }), ...rest].join(
        "\n",
      ),
    );
  }
}

async function who({ lab, args, out, data, isJson, signal }: ClassCall): Promise<void> {
  const { value } = args;
  const all = classOf(lab);
  if (value === undefined)
    throw new NetlabError("usage/of-command", {
      command: "class who",
      why: "name a token, a seed, a port or the SHA-256 of a file",
    });
  const port = Number(value);
  const owned = await all.who(value, signal);
  if (signal.aborted) return;
  const atPort = lab.instances.filter((one) => port > 0 && one.port === port && all.find(one.label ?? ""));
  const found = [
    ...owned.map(({ student, what }) => ({ student: student.shown, what })),
    ...atPort.map(({ label = "", type }) => ({ student: label, what: `port of ${type}` })),
  ];
  if (isJson) return data(found);
  if (found.length === 0) throw new NetlabError("no-such-student/value", { value });
  for (const { student, what } of found) out(`${student}: ${what}`);
  return undefined;
}

async function forget(call: ClassCall): Promise<void> {
  const { lab, args, out, data, isJson, level } = call;
  refuseBeyond(level, { name: "class forget", level: "own" });
  const all = classOf(lab);
  const { value } = args;
  if (value === undefined)
    throw new NetlabError("usage/of-command", {
      command: "class forget",
      why: "name a student who has left the roster",
    });
  const former = all.former(value);
  if (!former) {
    const { shown } = studentOf(lab, value);
    throw new NetlabError("wrong-state/in-roster", { student: shown });
  }
  await all.forget(former.id);
  const names = [former.id, former.pseudonym];
  const hadLink = await (await lab.web()).forgetStudent(names);
  const gone = await lab.forgetStudent(names);
  if (isJson) return data({ forgotten: value, hadLink, ...gone });
  out(`removed the place, the progress and the hints of ${printable(value)}`);
  out(
    `and ${counted(gone.stories, "connection")} of the journal, ${counted(gone.checks, "result")} and ${counted(gone.audit, "mention")} in the audit; backups keep theirs until you remove them, and memory until the daemon ends`,
  );
  if (hadLink) out("the link to the student's page has ended");
  return undefined;
}

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? "" : "s"}`;
