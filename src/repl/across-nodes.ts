/**
 * A command where the lab has several nodes: at the node that a selector names, at all of them where the command lists, else here - and
 * where a name is unknown here, at the only node that knows it.
 */
import { exitCodes, NetlabError } from "../errors.ts";
import { type ClusterView, type NodeAnswers, type NodeRequest, otherNodes } from "../lab/cluster-view.ts";
import { isConnectionTerm } from "../lab/selectors.ts";
import { harmless } from "../printable.ts";
import type { CommandRun, Responder } from "./evaluator.ts";
import { aimOf } from "./node-aim.ts";
import { emptyAnswer, joinedDocuments, joinedTables, joinedTexts, type NodeAnswer } from "./node-answers.ts";
import { flagsOf } from "./option-flags.ts";
import { schemaFor } from "./parse-command.ts";
import { GAP, table } from "./text-table.ts";
import { UNCUT_COLUMNS } from "./wrapped.ts";

/** A node that has heard a question for a list is waited for no longer. */
const LIST_MS = 5_000;

export type AtHome = (run: CommandRun) => Promise<number>;

/** Resolves to the exit status; rejects as a command does. */
export async function runAcross(run: CommandRun, cluster: ClusterView, atHome: AtHome): Promise<number> {
  const { command, lab } = run;
  const aim = aimOf(command, flagsOf(schemaFor(command, run.words, lab)), run.words, cluster);
  const aimed = { ...run, words: aim.words };
  if (aim.node !== undefined && aim.node !== cluster.own) return askNode(aimed, cluster, aim.node);
  const others = otherNodes(cluster);
  if (aim.node === cluster.own || others.length === 0) return atHome(aimed);
  if (command.acrossNodes) return askAll(run, cluster, atHome);
  try {
    return await atHome(run);
  } catch (error) {
    const [term, ...more] = aim.terms;
    if (term === undefined || more.length > 0 || !isUnknown(error)) throw error;
    const [node, ...rest] = await nodesWith(run, cluster, term);
    if (node === undefined) throw error;
    if (rest.length > 0)
      throw new NetlabError("usage/several-nodes", {
        term,
        nodes: [node, ...rest].join(" and "),
        example: `${term}@${node}`,
      });
    const there = isConnectionTerm(term)
      ? run.words.map((word) => (word === term ? `${term}@${node}` : word))
      : run.words;
    return askNode({ ...run, words: there }, cluster, node);
  }
}

const UNKNOWN = new Set([
  "no-such-instance",
  "no-such-connection",
] satisfies NetlabError["code"][] as string[]);
const AWAY = "node-away" satisfies NetlabError["code"];
const isUnknown = (error: unknown) => error instanceof NetlabError && UNKNOWN.has(error.code);

function askNode(run: CommandRun, cluster: ClusterView, node: string): Promise<number> {
  const { request, responder } = run;
  const shown = (text: string) => harmless(text, request.colors);
  const answers: NodeAnswers = {
    out: (text) => responder.out(shown(text)),
    err: (text, code) => responder.err(shown(text), code as NetlabError["code"]),
    data: (document) => responder.data(document),
    frame: (text) => (responder.frame ?? responder.out)(shown(text)),
    ask: (question) => responder.ask(shown(question)),
    ...(responder.readFile ? { read: responder.readFile } : {}),
    ...(responder.writeFile ? { write: responder.writeFile } : {}),
  };
  return cluster.ask(node, requestFor(run), answers, run.signal);
}

function requestFor({ command, words, request, level }: CommandRun): NodeRequest {
  const { options, columns, rows, colors, user } = request;
  return { argv: [command.name, ...words], options, level, columns, rows, colors, user };
}

// -- all of them -----------------------------------------------------------------------------------------------------

async function askAll(run: CommandRun, cluster: ClusterView, atHome: AtHome): Promise<number> {
  const known = cluster.nodes().filter(({ isAlive, isOwn }) => isAlive || isOwn);
  const width = Math.max(...["NODE", ...known.map(({ name }) => name)].map(({ length }) => length)) + GAP;
  const { columns } = run.request;
  const narrower = columns === undefined ? run.request : { ...run.request, columns: columns - width };
  const asked = { ...run, request: narrower };
  const answers = await Promise.all(
    known.map(({ name, isOwn }) =>
      isOwn ? homeAnswer(asked, name, atHome) : answerOf(asked, cluster, name),
    ),
  );
  return tell(run, answers);
}

async function homeAnswer(run: CommandRun, node: string, atHome: AtHome): Promise<NodeAnswer> {
  const answer = emptyAnswer(node);
  const responder: Responder = {
    ...gatherer(answer, run.request.colors),
    ask: async () => "",
    isBehind: false,
  };
  try {
    answer.exit = await atHome({ ...run, responder });
  } catch (error) {
    failed(answer, error);
  }
  return answer;
}

async function answerOf(run: CommandRun, cluster: ClusterView, node: string): Promise<NodeAnswer> {
  const answer = emptyAnswer(node);
  const signal = AbortSignal.any([run.signal, AbortSignal.timeout(LIST_MS)]);
  try {
    const request = { ...requestFor(run), tables: true };
    answer.exit = await cluster.ask(node, request, gatherer(answer, run.request.colors), signal);
  } catch (error) {
    failed(answer, error);
  }
  return answer;
}

function failed(answer: NodeAnswer, error: unknown): void {
  if (!(error instanceof NetlabError)) throw error;
  answer.problems.push({ text: error.message, code: error.code });
  answer.exit = error.exitCode;
}

function gatherer(answer: NodeAnswer, colors: boolean | undefined) {
  const shown = (text: string) => harmless(text, colors);
  return {
    out: (text: string) => void answer.texts.push(shown(text)),
    err: (text: string, code?: string) => void answer.problems.push({ text: shown(text), code }),
    data: (document: unknown) => void answer.documents.push(document),
    table: ({ head, rows, firstToGive }: NodeAnswer["tables"][number]) =>
      void answer.tables.push({
        head: head.map(shown),
        rows: rows.map((row) => row.map(shown)),
        firstToGive,
      }),
  };
}

/** A name that is known at one node is no mistake because others do not know it. */
function tell({ responder, request, words }: CommandRun, answers: readonly NodeAnswer[]): number {
  const columns = words.includes("--wide") ? UNCUT_COLUMNS : (request.columns ?? UNCUT_COLUMNS);
  const done = answers.filter(({ exit }) => exit === exitCodes.done);
  const silent = answers.filter(({ exit }) => exit !== exitCodes.done);
  for (const cells of joinedTables(done))
    responder.out(table(cells.head, cells.rows, columns, cells.firstToGive));
  for (const text of joinedTexts(done)) responder.out(text);
  for (const document of joinedDocuments(done)) responder.data(document);
  const problems = silent.flatMap((answer) => answer.problems);
  const told =
    done.length > 0 ? problems.filter(({ code }) => code === undefined || !UNKNOWN.has(code)) : problems;
  const once = new Map(told.map((problem) => [problem.text, problem]));
  for (const { text, code } of once.values()) responder.err(text, code as NetlabError["code"]);
  // Rows of a node that did not answer are missing in the list: a script has to be able to tell.
  const missing = silent.find((answer) => answer.problems.some(({ code }) => code === AWAY));
  if (done.length > 0) return missing?.exit ?? exitCodes.done;
  return answers[0]?.exit ?? exitCodes.done;
}

// -- who knows it ----------------------------------------------------------------------------------------------------

/** Other nodes at which this selects something. */
async function nodesWith(run: CommandRun, cluster: ClusterView, term: string): Promise<string[]> {
  const argv = isConnectionTerm(term) ? ["conns", term, "--all", "--json"] : ["ls", term, "--json"];
  const others = otherNodes(cluster);
  const found = await Promise.all(
    others.map(async ({ name }) => {
      let count = 0;
      const data = (document: unknown) => {
        count += Array.isArray(document) ? document.length : 1;
      };
      await cluster.ask(name, { argv, level: "observe" }, { data }, run.signal).catch(() => undefined);
      return count > 0 ? [name] : [];
    }),
  );
  return found.flat();
}
