/** `check list` and `check explain`: the cases that there are, and how a person does the same by hand. */
import { suggestion } from "../catalogue/instance-options.ts";
import { shippedRoles } from "../catalogue/shipped-roles.ts";
import { NetlabError } from "../errors.ts";
import { type Dialogue, linesFor } from "../machines/_dialogue.ts";
import { wrapped } from "../repl/wrapped.ts";
import { wireRules } from "../wire-rules.ts";
import type { WholeCase } from "./case.ts";
import { Chance } from "./chance.ts";
import { type Checkable, checkableOf } from "./checkable.ts";
import { quotedRule } from "./rule-quotes.ts";

/** Reader's side: text in lines, or documents. */
export interface Telling {
  readonly isJson: boolean;
  readonly columns: number;
  out(text: string): void;
  data(document: unknown): void;
}

const MOST_COLUMNS = 80;

const documentOf = ({ id, side, grade, weight, rule, title, limitMs, needs }: WholeCase) => ({
  id,
  side,
  grade,
  weight,
  rule,
  rule_text: wireRules().get(rule) ?? null,
  title,
  limit_ms: limitMs,
  needs,
});

export function listCases({ role, cases }: Checkable, { out, data, isJson, columns }: Telling): number {
  if (isJson) {
    data(cases.map(documentOf));
    return 0;
  }
  for (const side of ["server", "client"] as const) {
    const some = cases.filter((one) => one.side === side);
    if (some.length === 0) continue;
    out(`${some.length} cases of a ${side} for ${role.name}:`);
    const idColumns = Math.max(...some.map(({ id }) => id.length));
    for (const one of some) out(caseLines(one, idColumns, Math.min(columns, MOST_COLUMNS)).join("\n"));
  }
  return 0;
}

function caseLines({ id, grade, weight, title }: WholeCase, idColumns: number, columns: number): string[] {
  const head = `${grade.padEnd(6)} ${weight}  ${id.padEnd(idColumns)} `;
  const [first = "", ...rest] = wrapped(title, columns - head.length - 1);
  return [`${head} ${first}`, ...rest.map((line) => `${" ".repeat(head.length)} ${line}`)];
}

export async function explainCase(id: string, call: Telling): Promise<number> {
  const { checkable, one } = await findCase(id);
  if (call.isJson) {
    call.data(documentOf(one));
    return 0;
  }
  const width = Math.min(call.columns, MOST_COLUMNS);
  const row = (label: string, text: string) =>
    wrapped(text, width - 12).map((line, index) => `  ${(index === 0 ? label : "").padEnd(10)}${line}`);
  const { side, grade, weight, title, rule, limitMs } = one;
  const ruleText = quotedRule(id, rule);
  call.out(
    [
      ...wrapped(`${id}  ${grade}: the ${side} ${title}`, width),
      ...(ruleText ? row("rule", `[${rule}] ${ruleText}`) : []),
      ...row("counts", `${weight} ${weight === 1 ? "point" : "points"}; it has ${limitMs / 1_000} s`),
      ...(one.needs.includes("start") ? row("needs", "a program that the checker starts: --run") : []),
      ...byHand(one, checkable, width),
    ].join("\n"),
  );
  return 0;
}

const EXAMPLE = "calculator";

/** The role is not named: the case is looked for in all of them, in those with a file of their own first. */
async function findCase(id: string): Promise<{ checkable: Checkable; one: WholeCase }> {
  const servers = [...(await shippedRoles()).values()].filter(({ side }) => side === "server");
  // Families are told by the simplest conversation that there is.
  servers.sort((a, b) => Number(b.name === EXAMPLE) - Number(a.name === EXAMPLE));
  const all = await Promise.all(servers.map(({ name }) => checkableOf(name)));
  for (const checkable of all) {
    const one = checkable.cases.find((other) => other.id === id);
    if (one) return { checkable, one };
  }
  const ids = [...new Set(all.flatMap(({ cases }) => cases.map((other) => other.id)))];
  throw new NetlabError("usage/check-unknown-case", { id, hint: suggestion(id, ids) });
}

function byHand(
  { byHand: own, example, side }: WholeCase,
  { role, checks }: Checkable,
  width: number,
): string[] {
  if (own !== undefined) return ["  by hand", ...wrapped(own, width - 4).map((line) => `    ${line}`)];
  if (side === "client")
    return ["  by hand", `    netlabctl spawn ${role.name} --name here, and your client`];
  if (example) return ["  by hand", ...dialogueByHand({ lines: example }, role.port)];
  const dialogue = checks?.dialogue?.(new Chance("by hand"), {}) ?? role.dialogue;
  if (!dialogue) return [];
  return [
    `  by hand   no conversation shows this case alone; the usual one of ${role.name}:`,
    ...dialogueByHand(dialogue, role.port),
  ];
}

function dialogueByHand(dialogue: Dialogue, port: number): string[] {
  const lines = linesFor(dialogue, "ann");
  return [
    `    ncat localhost ${port}`,
    ...lines.map((line) =>
      "client" in line ? `    you     ${line.client}` : `    server  ${line.server.trimEnd()}`,
    ),
  ];
}
