/** `npm run torture [-- NAME…] [--seed N] [--short] [--scale F] [--json]`: runs ordeals one after another and prints their figures. */
import { parseArgs } from "node:util";
import Table from "cli-table3";
import { messageOf } from "../../src/errors.ts";
import type { Ordeal } from "./_ordeal.ts";
import { hasHeld, type Outcome, runOrdeal, scanOrdeals } from "./_run.ts";

const USAGE = "npm run torture [-- NAME…] [--seed N] [--short] [--scale F] [--json] [--list]";

function options() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seed: { type: "string" },
      scale: { type: "string", default: "1" },
      short: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      list: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(values.seed);
  if (!Number.isSafeInteger(seed)) throw new Error(`--seed takes a whole number: ${values.seed}`);
  const scale = Number(values.scale);
  if (!(scale > 0)) throw new Error(`--scale takes a number above 0: ${values.scale}`);
  return { ...values, seed, scale, names: positionals };
}

function chosen(all: readonly Ordeal[], names: readonly string[]): readonly Ordeal[] {
  const known = all.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`no ordeal ${unknown}: there are ${known.join(", ")}`);
  return names.length === 0 ? all : all.filter(({ name }) => names.includes(name));
}

/** Promised, done to it, figure, held or not: as wide as the terminal. */
function tableOf({ findings }: Outcome): string {
  const width = Math.max(80, Math.min(process.stdout.columns ?? 100, 140));
  const share = Math.floor((width - 13) / 3);
  const table = new Table({
    head: ["promised", "done to it", "figure", "held"],
    colWidths: [share, share, share, 8],
    wordWrap: true,
    style: { head: [], border: [] },
  });
  for (const { promised, done, figure, held } of findings)
    table.push([promised, done, figure, held ? "yes" : "NO"]);
  return table.toString();
}

async function main(): Promise<number> {
  const { names, seed, scale, short, json, list, help } = options();
  if (help) return say(USAGE);
  const all = await scanOrdeals();
  if (list) return say(all.map(({ name, summary }) => `${name.padEnd(12)} ${summary}`).join("\n"));
  const outcomes: Outcome[] = [];
  for (const ordeal of chosen(all, names)) {
    process.stderr.write(`${ordeal.name}: ${ordeal.summary} (--seed ${seed})\n`);
    const note = (text: string) => void process.stderr.write(`  ${text}\n`);
    const outcome = await runOrdeal(ordeal, { size: short ? "short" : "long", seed, scale, note });
    outcomes.push(outcome);
    if (!json) say(`${ordeal.name}, ${(outcome.tookMs / 1_000).toFixed(1)} s\n${tableOf(outcome)}`);
  }
  if (json) say(JSON.stringify(outcomes, null, 2));
  return outcomes.every(hasHeld) ? 0 : 1;
}

function say(text: string): number {
  process.stdout.write(`${text}\n`);
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${messageOf(error)}\nusage: ${USAGE}\n`);
  process.exitCode = 2;
}
