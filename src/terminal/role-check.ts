/** `check` at the prompt: of a server that runs, made by this client, so that the daemon's roles wait for nothing. */
import { addressIn } from "../check/address.ts";
import { explainCase, listCases, type Telling } from "../check/check-list.ts";
import { bundleOf, checkableOf } from "../check/checkable.ts";
import { text } from "../check/formats/text.ts";
import { exitOf, type Grade } from "../check/report.ts";
import { type CheckRequest, casesOf, runCheck } from "../check/run-check.ts";
import { NetlabError } from "../errors.ts";
import { harmlessJson } from "../printable.ts";
import { styleOf } from "../repl/style.ts";
import type { ClientCall } from "./client-commands.ts";
import { keepReport } from "./kept-report.ts";
import { columnsOf } from "./output-stream.ts";

interface CheckOptions {
  readonly case: readonly string[];
  readonly grade: readonly Grade[];
  readonly seed: number;
  readonly repeat: number;
  readonly strict: boolean;
  readonly keep: boolean;
  readonly student?: string | undefined;
  readonly run?: string | undefined;
}

export async function check(call: ClientCall): Promise<number> {
  const { what = "", role = "", at } = call.args;
  const { run } = call.options as unknown as CheckOptions;
  if (what === "client" || run !== undefined)
    throw new NetlabError("usage/check-in-shell", { side: what, role });
  if (what === "server") return checkServer(call, role, at);
  if (what !== "list" && what !== "explain") throw new NetlabError("usage/check-what", { what });
  const said: string[] = [];
  const telling = tellingOf(call, said);
  const exit =
    what === "list"
      ? listCases(await checkableOf(role, await bundleOf(role)), telling)
      : await explainCase(role, telling);
  await call.console.out(said.join("\n"));
  return exit;
}

const tellingOf = ({ isJson, console }: ClientCall, said: string[]): Telling => ({
  isJson,
  columns: columnsOf(console.screen),
  out: (words) => void said.push(words),
  data: (document) => void said.push(harmlessJson(document)),
});

async function checkServer(call: ClientCall, role: string, at: string | undefined): Promise<number> {
  const { console, isJson, runner } = call;
  const { seed, repeat, strict, keep, student, ...selection } = call.options as unknown as CheckOptions;
  if (at === undefined) throw new NetlabError("usage/check-nowhere");
  const bundle = await bundleOf(role);
  const subject = await checkableOf(role, bundle);
  const request: CheckRequest = {
    side: "server",
    role: subject.role.name,
    bundle,
    at: addressIn(at),
    cases: selection.case,
    grades: selection.grade,
    seed,
    repeat,
    asked: ["server", role, at],
  };
  const { length } = casesOf(request, subject.cases);
  if (length === 0)
    throw new NetlabError("usage/check-no-case", { side: "server", role, globs: selection.case });
  // Said once: the daemon's notices of what the cases do to a role of its own would tear a line that is drawn over.
  if (console.screen.isTTY && !isJson)
    await console.err(`checking ${length} ${length === 1 ? "case" : "cases"} of ${at}; Ctrl-C ends it`);
  const report = await runCheck(request, {
    subject,
    programs: undefined,
    signal: console.signal,
  });
  const shown = isJson ? harmlessJson(report) : text(report, styleOf(console.hasColors));
  await console.out(shown.replace(/\n$/, ""));
  const exit = exitOf(report, strict);
  if (!keep && student === undefined) return exit;
  const reader = { isJson, out: console.out, err: console.err };
  const kept = await keepReport(runner.client, report, reader, student);
  return kept === 0 ? exit : kept;
}
