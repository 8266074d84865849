/** `npm run bench [-- NAME…]`: each question with its contestants, run by run in turn; one table, or JSON. */
import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";
import Table from "cli-table3";
import { Command } from "commander";
import { ask, type Result } from "./ask.ts";
import { checkOut, comparing, type OtherCheckout } from "./comparison.ts";
import { machine } from "./machine.ts";
import { isQuiet, peaceText } from "./peace.ts";
import type { Question } from "./question.ts";
import { benchFolder, checkout } from "./scene.ts";
import { asMarkdown, figure, goalOf, metOf, othersOf, ratioOf } from "./words.ts";

const program = new Command("bench")
  .description("netlabd beside what a user would run instead; ratios of medians of alternating runs")
  .argument("[names...]", "questions by name or its beginning; all of them without")
  .option("--runs <n>", "runs of each contestant", (text) => Number.parseInt(text, 10), 5)
  .option("--json", "the results as one JSON document on standard output")
  .option("--markdown", "the table as docs/performance.md has it")
  .option(
    "--compare <ref>",
    "another commit of netlabd is the only other: built outside this folder, and run in turn",
  )
  .option("--list", "the questions, and no run")
  .parse();
const { runs, json, markdown, list, compare } = program.opts<{
  runs: number;
  compare?: string;
  json?: boolean;
  markdown?: boolean;
  list?: boolean;
}>();

const begun = performance.now();
let questions = await readQuestions(program.args);
if (questions.length === 0) program.error("no such question: --list names them", { exitCode: 2 });
if (list) {
  for (const { name, what } of questions) console.log(`${name.padEnd(22)} ${what}`);
  process.exit(0);
}
execFileSync("npm", ["run", "--silent", "build"], { cwd: checkout, stdio: ["ignore", "inherit", "inherit"] });
const other = compare === undefined ? undefined : otherCheckout(compare);
if (other) questions = questions.flatMap((question) => comparing(question, other) ?? []);
const results: Result[] = [];
let failures = 0;
for (const question of questions) {
  process.stderr.write(`${question.name} …`);
  const started = performance.now();
  try {
    const result = await ask(question, runs);
    results.push(result);
    const seconds = ((performance.now() - started) / 1_000).toFixed(0);
    process.stderr.write(
      ` ${seconds} s${isQuiet(result.otherWork) ? "" : `; ${peaceText(result.otherWork)}`}\n`,
    );
  } catch (error) {
    // The others are answered all the same, and the exit status tells.
    process.stderr.write(` failed: ${error instanceof Error ? error.message : error}\n`);
    failures += 1;
  }
}
const minutes = (performance.now() - begun) / 60_000;
const peace = peaceText(results.flatMap(({ otherWork }) => otherWork));
if (json) console.log(JSON.stringify({ machine: machine(), runs, peace, results }, null, 2));
else if (markdown) console.log(`${asMarkdown(results)}\n\n${scene()}`);
else print(results);
process.exitCode = failures > 0 || results.some(({ isMet }) => isMet === false) ? 1 : 0;

/** On what, of what and when: the lines behind a table. */
function scene(): string {
  const commit = execFileSync("git", ["describe", "--always", "--dirty"], {
    cwd: checkout,
    encoding: "utf8",
  });
  const day = new Date().toISOString().slice(0, 10);
  const took = `${runs} runs each in ${minutes.toFixed(0)} minutes`;
  return `${Object.values(machine()).join(", ")}; ${day}, commit ${commit.trim()}, ${took}; ${peace}.`;
}

function otherCheckout(ref: string): OtherCheckout {
  process.stderr.write(`building ${ref} …\n`);
  const built = checkOut(ref);
  process.on("exit", () => built.remove());
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));
  return built;
}

async function readQuestions(names: readonly string[]): Promise<Question[]> {
  const folder = path.join(benchFolder, "questions");
  const all: Question[] = [];
  for (const file of readdirSync(folder).sort()) {
    const module = (await import(path.join(folder, file))) as { default: Question | readonly Question[] };
    all.push(...[module.default].flat());
  }
  if (names.length === 0) return all.filter(({ isAskedByName }) => !isAskedByName || list);
  return all.filter(({ name }) => names.some((one) => name.startsWith(one)));
}

function print(all: readonly Result[]): void {
  console.log(Object.values(machine()).join(" · "));
  const table = new Table({
    head: ["what", "netlabd", "the other", "ratio", "goal", "met"],
    colWidths: [38, 12, 32, 18, 9, 6],
    wordWrap: true,
    style: { head: [], border: [] },
  });
  for (const result of all) {
    const { question, ours } = result;
    table.push([
      question.what,
      figure(ours.median, question),
      othersOf(result).join("\n"),
      ratioOf(result),
      goalOf(question),
      metOf(result),
    ]);
  }
  console.log(table.toString());
  console.log(`ratio of medians (lowest - highest of ${runs} runs, each contestant in turn); ${peace}`);
}
