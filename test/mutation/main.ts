/**
 * `npm run mutate [-- NAME…]`: changes the code in small ways, one at a time, and tells which changes no test notices.
 * The names are areas or files; docs/mutation.md has what was found.
 */
import { globSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { MutantResult } from "@stryker-mutator/api/core";
import { Stryker } from "@stryker-mutator/core";
import { Command } from "commander";
import { type Area, areas } from "./areas.ts";

const GOAL = 0.85;
const LINE_CHARS = 110;

const program = new Command("mutate")
  .description("mutation testing: what share of small changes do the tests notice?")
  .argument("[names...]", "areas or files; all without")
  .option("--sample <share>", "a share of the functions, by chance: 0.1 is a tenth", Number, 1)
  .option("--seed <n>", "of that chance", Number, 1)
  .option("--slow", "with the tests that take seconds")
  .option("--list", "the areas, and no run")
  .parse();
const { sample, seed, slow, list } = program.opts<{
  sample: number;
  seed: number;
  slow?: true;
  list?: true;
}>();

const checkout = path.join(import.meta.dirname, "../..");
process.chdir(checkout);
if (list) {
  for (const { name, sources } of areas) console.log(`${name.padEnd(12)} ${sources.join(" ")}`);
  process.exit(0);
}

interface Asked {
  readonly area: Area;
  readonly files: readonly string[];
}

const asked = program.args.length === 0 ? areas.map((area) => askedOf(area)) : program.args.map(askedOfName);
let isEnough = true;
for (const { area, files } of asked) {
  const mutants = await mutantsOf(area, files);
  isEnough = tell(area, mutants) >= GOAL && isEnough;
}
process.exitCode = isEnough ? 0 : 1;

function askedOf(area: Area): Asked {
  return { area, files: area.sources.flatMap((pattern) => globSync(pattern)).sort() };
}

function askedOfName(name: string): Asked {
  const all = areas.map((one) => askedOf(one));
  const found = all.find(({ area }) => area.name === name);
  if (found) return found;
  const file = path.relative(checkout, path.resolve(name));
  const holder = all.find(({ files }) => files.includes(file));
  return holder
    ? { area: holder.area, files: [file] }
    : program.error(`no such area or file of one: ${name}`);
}

/** The processes that Stryker starts read it from the environment. */
async function mutantsOf(
  { tests, slow: late = [], pool = "threads" }: Area,
  files: readonly string[],
): Promise<MutantResult[]> {
  process.env.NETLAB_MUTATE_TESTS = tests.join(" ");
  process.env.NETLAB_MUTATE_WITHOUT = slow ? "" : late.join(" ");
  process.env.NETLAB_MUTATE_SHARE = String(sample);
  process.env.NETLAB_MUTATE_SEED = String(seed);
  const stryker = new Stryker({
    testRunner: "vitest",
    plugins: ["@stryker-mutator/vitest-runner", "./test/mutation/sample.ts"],
    ignorers: ["sample"],
    vitest: { configFile: "test/mutation/vitest.config.ts", related: true, pool },
    coverageAnalysis: "perTest",
    allowEmpty: true,
    mutate: [...files],
    concurrency: 1,
    // On a machine that is busy otherwise, a test that waits for its turn has not failed: what is noticed by time alone is told apart.
    timeoutMS: 30_000,
    dryRunTimeoutMinutes: 30,
    reporters: ["progress-append-only"],
    ignorePatterns: ["dist", "data/files", "coverage"],
    tempDirName: path.join(tmpdir(), `netlab-mutate-${process.pid}`),
    cleanTempDir: "always",
    // TypeScript 7 has no interface of the kind that would rewrite it; nothing in it concerns where the files lie.
    tsconfigFile: "no-tsconfig.json",
    disableTypeChecks: false,
    fileLogLevel: "off",
    logLevel: "warn",
  } as ConstructorParameters<typeof Stryker>[0]);
  return stryker.runMutationTest();
}

/** A line a file, and one for each change that no test has noticed. Answers the share that was. */
function tell({ name }: Area, mutants: readonly MutantResult[]): number {
  const tried = mutants.filter(({ status }) =>
    ["Killed", "Timeout", "Survived", "NoCoverage"].includes(status),
  );
  for (const [file, ofFile] of Map.groupBy(tried, ({ fileName }) => path.relative(checkout, fileName))) {
    console.log(`${file.padEnd(40)} ${shareText(ofFile)}`);
    const lines = readFileSync(file, "utf8").split("\n");
    for (const mutant of ofFile.filter((one) => !isNoticed(one)))
      console.log(`  ${survivorText(mutant, lines)}`);
  }
  console.log(`${name.padEnd(40)} ${shareText(tried)}\n`);
  return tried.length === 0 ? 1 : tried.filter(isNoticed).length / tried.length;
}

function isNoticed({ status }: MutantResult): boolean {
  return status === "Killed" || status === "Timeout";
}

function shareText(mutants: readonly MutantResult[]): string {
  const noticed = mutants.filter(isNoticed).length;
  const late = mutants.filter(({ status }) => status === "Timeout").length;
  const share = ((100 * noticed) / Math.max(1, mutants.length)).toFixed(1);
  return `${noticed} of ${mutants.length} noticed, ${share} %${late > 0 ? ` (${late} because it took too long)` : ""}`;
}

/** `301:18 () => undefined (not reached) in: const isAnyWord = () => true;` */
function survivorText(
  { location: { start }, replacement = "", status }: MutantResult,
  lines: readonly string[],
): string {
  const what = replacement.replace(/\s+/g, " ").slice(0, LINE_CHARS);
  const where = (lines[start.line - 1] ?? "").trim().slice(0, LINE_CHARS);
  return `${start.line}:${start.column} ${what}${status === "NoCoverage" ? " (not reached)" : ""} in: ${where}`;
}
