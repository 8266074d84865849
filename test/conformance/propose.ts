/**
 * Tells what mutants fail, for a person who declares it: node test/conformance/propose.ts [--all] [--seed N] WORD...
 *
 * Of each mutant whose peer and name hold one of the words, the cases that failed and why, and where that is not as it is declared. It
 * writes nothing: whether a case fails rightly is read in its message, and only then is the list put into mutants/*.yaml. `--all`
 * tries all cases of the peer, not just those that `npm run mutants` tries.
 */
import { parseArgs } from "node:util";
import type { Report } from "../../src/check/report.ts";
import { known, type Mutant, mutants } from "./mutants.ts";
import { casesToTry, failedOf, tried } from "./trials.ts";

const JOBS = 2;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    all: { type: "boolean" },
    seed: { type: "string", default: "1" },
    jobs: { type: "string", default: String(JOBS) },
  },
});

const waiting = mutants.filter(({ of, name }) => positionals.some((word) => `${of}/${name}`.includes(word)));
let different = 0;
const count = waiting.length;
await Promise.all(Array.from({ length: Number(values.jobs) }, work));
process.stdout.write(`${count} mutants, ${different} of them fail otherwise than is declared\n`);

async function work(): Promise<void> {
  for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
    const cases = values.all ? (known.get(mutant.of) ?? []) : await casesToTry(mutant);
    tell(mutant, await tried({ peer: mutant.of, mutant, seed: Number(values.seed), cases }));
  }
}

function tell(mutant: Mutant, report: Report): void {
  const failed = failedOf(report);
  const declared = mutant.kills;
  const isSame = failed.length === declared.length && declared.every((id) => failed.includes(id));
  if (!isSame) different += 1;
  const lines = report.results
    .filter(({ status, id }) => status !== "passed" || declared.includes(id))
    .map(({ id, status, message }) => {
      const mark = status === "passed" ? "-" : declared.includes(id) ? " " : status === "failed" ? "+" : "?";
      return `  ${mark} ${id} ${status} ${message.slice(0, 160)}`;
    });
  process.stdout.write(
    [
      `${isSame ? "as declared" : "OTHERWISE"}  ${mutant.of}/${mutant.name} (${report.ms} ms)`,
      ...lines,
      `  kills: [${failed.join(", ")}]`,
      "",
    ].join("\n"),
  );
}
