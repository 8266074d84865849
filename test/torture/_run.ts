/** Finds ordeals and runs one: bounded in time, its programs and folder gone afterwards, what it threw a finding. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { messageOf } from "../../src/errors.ts";
import { Scene } from "../e2e/scene.ts";
import type { Finding, Ordeal, Size } from "./_ordeal.ts";
import { Random } from "./_random.ts";

const LIMIT_MS: Readonly<Record<Size, number>> = { short: 60_000, long: 240_000 };

/** How long it may take. */
export const limitOf = (ordeal: Ordeal, size: Size): number => ordeal.limitMs?.[size] ?? LIMIT_MS[size];

/** An error may have all that a program said in it; a table of that is never finished. */
const FIGURE_CHARACTERS = 600;

export interface Outcome {
  readonly ordeal: string;
  readonly size: Size;
  readonly seed: number;
  readonly tookMs: number;
  readonly findings: readonly Finding[];
}

export interface RunOptions {
  readonly size: Size;
  readonly seed: number;
  readonly scale?: number;
  readonly note?: (text: string) => void;
}

/** Every ordeal of this folder, by name. */
export async function scanOrdeals(): Promise<Ordeal[]> {
  const names = readdirSync(import.meta.dirname).filter((name) => /^[^_.][^.]*\.ts$/.test(name));
  return Promise.all(names.sort().map(load));
}

async function load(file: string): Promise<Ordeal> {
  const loaded = (await import(pathToFileURL(join(import.meta.dirname, file)).href)) as { default?: Ordeal };
  const ordeal = loaded.default;
  if (ordeal?.name !== file.replace(/\.ts$/, ""))
    throw new Error(`test/torture/${file} must export an ordeal of its own name by default`);
  return ordeal;
}

export async function runOrdeal(
  ordeal: Ordeal,
  { size, seed, scale = 1, note }: RunOptions,
): Promise<Outcome> {
  const scene = new Scene();
  const startedAt = performance.now();
  let findings: readonly Finding[];
  const trial = {
    size,
    scale,
    random: new Random(seed),
    scene,
    sized: <Value>(short: Value, long: Value) => (size === "short" ? short : long),
    note: note ?? (() => undefined),
  };
  try {
    findings = await within(limitOf(ordeal, size), ordeal.run(trial));
  } catch (error) {
    findings = [
      {
        promised: ordeal.summary,
        done: "it was tried",
        figure: messageOf(error).slice(0, FIGURE_CHARACTERS),
        held: false,
      },
    ];
  } finally {
    await scene.end();
  }
  return { ordeal: ordeal.name, size, seed, tookMs: Math.round(performance.now() - startedAt), findings };
}

async function within<Answer>(limitMs: number, answer: Promise<Answer>): Promise<Answer> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`not at its end after ${Math.round(limitMs / 1_000)} s`)),
    limitMs,
  );
  try {
    return await Promise.race([answer, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

export const hasHeld = ({ findings }: Outcome): boolean =>
  findings.length > 0 && findings.every(({ held }) => held);
