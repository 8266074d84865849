import * as z from "zod";
import { drawingText } from "../../charts/drawing-text.ts";
import { sequenceOf } from "../../charts/sequence.ts";
import { sequenceDocument } from "../../charts/sequence-document.ts";
import { withoutPeers } from "../../charts/sequence-joined.ts";
import { fitsSideBySide, layoutSequence } from "../../charts/sequence-layout.ts";
import { sequenceMermaid } from "../../charts/sequence-mermaid.ts";
import { sequencePlain } from "../../charts/sequence-plain.ts";
import type { Sequence } from "../../charts/sequence-steps.ts";
import { sequenceSvg } from "../../charts/sequence-svg.ts";
import type { ClusterView } from "../../lab/cluster-view.ts";
import type { Lab } from "../../lab/lab.ts";
import { isConnectionTerm, selectStories, shortId } from "../../lab/selectors.ts";
import type { Story } from "../../stories/story.ts";
import { paintedBy } from "../chart-report.ts";
import { type Call, defineCommand } from "../command.ts";
import { deliver, formatOf, outOption, styleFor } from "../drawing-output.ts";
import { showTokensOption } from "../guarded-options.ts";
import { findFacts } from "../journaled.ts";
import { sequenceAcross, termsByNode } from "../node-sequences.ts";

/** Limit where there is no terminal's width: more would be no drawing any more. */
const MAX_CONNECTIONS = 12;

const FORMATS = ["text", "mermaid", "svg", "json"] as const;

const options = z.object({
  n: z.number().int().min(1).max(2_000).default(60).describe("show at most this many steps, the last ones"),
  ascii: z.boolean().default(false).describe("ASCII signs only"),
  plain: z.boolean().default(false).describe("sentences instead of a drawing, e.g. for a screen reader"),
  format: z.enum(FORMATS).optional().describe("the format; text is for the terminal"),
  out: outOption,
  showTokens: showTokensOption(),
});
type Options = z.output<typeof options>;
type Format = (typeof FORMATS)[number];

export default defineCommand({
  name: "seq",
  group: "connections",
  level: "observe",
  summary: "draws the messages of one connection, or of several and their role, in order",
  args: [
    { name: "selector", summary: "default @last", isOptional: true, isVariadic: true, completes: "selector" },
  ],
  options,
  example: "seq chat-1 --n 30",
  joinsNodes: true,
  async run(call) {
    const { rest, options, isJson, data, err } = call;
    const format = formatOf("seq", options, FORMATS);
    const { sequence, left, isAcross } = await drawingOf(call, format);
    const drawn = peersOf(sequence).length;
    if (isJson) return data(document(sequence, left));
    if (drawn === 0)
      return call.out(rest.length > 0 ? "no connection matches" : "no client has connected yet");
    await deliver(call, options.out, textOf(sequence, left, format, call));
    if (left > 0) err(leftOut(left, drawn));
    if (isAcross) err("each node tells times by its own clock");
  },
});

interface Drawn {
  readonly sequence: Sequence;
  /** Connections that are left out. */
  readonly left: number;
  readonly isAcross: boolean;
}

async function drawingOf(call: Call<Options>, format: Format): Promise<Drawn> {
  const { rest, lab, options } = call;
  const bounds = { most: options.n, showTokens: options.showTokens };
  const { cluster } = lab;
  const groups = cluster && termsByNode(cluster, rest);
  if (groups) return acrossNodes({ ...call, cluster }, groups, format);
  const stories = await storiesOf(lab, rest.length > 0 ? rest : ["@last"]);
  const drawn = chosen(stories, mostOf(stories, format, call));
  return { sequence: sequenceOf(drawn, bounds), left: stories.length - drawn.length, isAcross: false };
}

/** Each node has chosen its connections; those that do not stand side by side go, the last ones first. */
async function acrossNodes(
  call: Call<Options> & { readonly cluster: ClusterView },
  groups: ReadonlyMap<string, readonly string[]>,
  format: Format,
): Promise<Drawn> {
  const { lab, options } = call;
  const bounds = { most: options.n, showTokens: options.showTokens };
  const atHome = async (terms: readonly string[]) =>
    sequenceOf(chosen(await storiesOf(lab, terms), MAX_CONNECTIONS), bounds);
  const { sequence, left } = await sequenceAcross(call, groups, { ...bounds, atHome });
  const peers = peersOf(sequence);
  const others = sequence.participants.filter(({ kind }) => kind === "instance").map(({ name }) => name);
  const most = mostThatFit(format, call, (count) => [
    ...peers.slice(0, count).map(({ name }) => name),
    ...others,
  ]);
  const gone = new Set(peers.slice(most).map(({ id }) => id));
  return { sequence: withoutPeers(sequence, gone), left: left + gone.size, isAcross: true };
}

const peersOf = ({ participants }: Sequence) => participants.filter(({ kind }) => kind === "peer");

/** The stories that all terms fit; a connection that is named alone may be in the journal only. */
async function storiesOf(lab: Lab, terms: readonly string[]): Promise<Story[]> {
  const [term = "", ...others] = terms;
  const isOne = others.length === 0 && term !== "@last" && isConnectionTerm(term);
  return isOne ? [await findFacts(lab, term)] : selectStories(lab, terms);
}

const leftOut = (left: number, drawn: number) =>
  `${left} more ${left === 1 ? "connection is" : "connections are"} left out${drawn < MAX_CONNECTIONS ? `: a wider terminal, --plain or --format svg has room for ${MAX_CONNECTIONS}` : ""}`;

const document = (sequence: Sequence, leftOut: number) => ({
  ...sequenceDocument(sequence),
  connectionsLeftOut: leftOut,
});

function mostOf(stories: readonly Story[], format: Format, call: Call<Options>): number {
  return mostThatFit(format, call, (count) => {
    const some = chosen(stories, count);
    return [...some.map(shortId), ...new Set(some.map(({ subject }) => subject.instance))];
  });
}

/** As many as can be told apart: in a terminal, as many as stand side by side. `namesOf`: of so many, with their instances. */
function mostThatFit(
  format: Format,
  { options, isJson, columns }: Call<Options>,
  namesOf: (count: number) => readonly string[],
): number {
  if (isJson || options.plain || format !== "text") return MAX_CONNECTIONS;
  for (let most = MAX_CONNECTIONS; most > 1; most -= 1)
    if (fitsSideBySide(namesOf(most), columns)) return most;
  return 1;
}

/** Picks those that live, and then those that began last. */
function chosen(stories: readonly Story[], most: number): Story[] {
  const isOver = ({ endedAt }: Story) => (endedAt === undefined ? 0 : 1);
  return [...stories].sort((a, b) => isOver(a) - isOver(b) || b.openedAt - a.openedAt).slice(0, most);
}

function textOf(sequence: Sequence, left: number, format: Format, call: Call<Options>): string {
  const { ascii, plain, out } = call.options;
  if (format === "json") return JSON.stringify(document(sequence, left), null, 2);
  if (format === "mermaid") return sequenceMermaid(sequence).trimEnd();
  if (format === "svg") return sequenceSvg(sequence).trimEnd();
  if (plain) return sequencePlain(sequence);
  const painted = paintedBy(styleFor(call, out));
  return drawingText(layoutSequence(sequence, call.columns), { isAscii: ascii, painted });
}
