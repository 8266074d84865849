/** docs/cases.md: the cases of every role and side, and by which mistakes each is proved. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import type { WholeCase } from "../../src/check/case.ts";
import { casesFor, mutants, partsOf, peers } from "../../test/conformance/mutants.ts";

const HEAD = `# Cases of check, and what proves them

<!-- Made by \`npm run reference\`; do not edit. -->

What \`check\` tries of each role ([check.md](check.md)). A mutant is a right program of \`test/conformance/right\` with one mistake:
\`npm run mutants\` checks each of them, and it has to fail exactly the cases that its line in \`test/conformance/mutants\` names.`;

/** Reasons of the cases that no mutant fails, by peer. */
const unkilled = parse(
  readFileSync(path.join(import.meta.dirname, "../../test/conformance/unkilled.yaml"), "utf8"),
) as Readonly<Record<string, Readonly<Record<string, string>>>>;

export async function casesPage(): Promise<string> {
  const all = await Promise.all(peers.map(async (peer) => ({ peer, cases: await casesFor(peer) })));
  const some = all.filter(({ cases }) => cases.length > 0);
  return `${[HEAD, countsOf(some), reasonsText(), ...some.map(peerText)].join("\n\n")}\n`;
}

interface Cases {
  readonly peer: string;
  readonly cases: readonly WholeCase[];
}

function countsOf(all: readonly Cases[]): string {
  const rows = all.map(({ peer, cases }) => {
    const { role, side } = partsOf(peer);
    const ofGrade = (grade: string) => cases.filter((one) => one.grade === grade).length;
    const counts = [
      cases.length,
      ofGrade("MUST"),
      ofGrade("SHOULD"),
      ofGrade("INFO"),
      mutantsOf(peer).length,
    ];
    return { role, side, counts };
  });
  const totals = rows
    .map(({ counts }) => counts)
    .reduce((sums, counts) => sums.map((sum, column) => sum + (counts[column] ?? 0)));
  return [
    "| role | side | cases | MUST | SHOULD | INFO | mutants |",
    "|---|---|---:|---:|---:|---:|---:|",
    ...rows.map(({ role, side, counts }) => `| ${role} | ${side} | ${counts.join(" | ")} |`),
    `| all | | ${totals.join(" | ")} |`,
  ].join("\n");
}

function reasonsText(): string {
  const rows = Object.entries(unkilled).flatMap(([peer, cases]) =>
    Object.entries(cases).map(([id, why]) => `| ${peer} | ${id} | ${why} |`),
  );
  return ["Cases that no mutant fails:", "", "| program | case | why |", "|---|---|---|", ...rows].join("\n");
}

function peerText({ peer, cases }: Cases): string {
  const { role, side } = partsOf(peer);
  return [
    `## ${role}, ${side}`,
    "",
    `| case | grade | the ${side} | failed by one that |`,
    "|---|---|---|---|",
    ...cases.map(({ id, grade, title }) => {
      const killers = mutantsOf(peer).filter(({ kills }) => kills.includes(id));
      return `| ${id} | ${grade} | ${cell(title)} | ${cell(killers.map(({ name }) => name).join("; "))} |`;
    }),
  ].join("\n");
}

const mutantsOf = (peer: string) => mutants.filter(({ of }) => of === peer);
const cell = (text: string) => text.replaceAll("|", "\\|");
