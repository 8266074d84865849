/** `netlabctl explain --capture FILE`: what happened in a conversation of two others, and whose mistake is in it. */
import * as z from "zod";
import { exitCodes } from "../errors.ts";
import { formatHostPort } from "../machines/_options.ts";
import type { Looked } from "../onlooker/look.ts";
import { printable } from "../printable.ts";
import { alsoLines, briefCard, wholeCard } from "../repl/card-text.ts";
import { entriesText, type Look } from "../repl/explain-text.ts";
import { lastLine } from "../repl/last-line.ts";
import { styleOf, styleWord } from "../repl/style.ts";
import { wrapped } from "../repl/wrapped.ts";
import { shellWord } from "../shell-words.ts";
import { causeText } from "../stories/cause-text.ts";
import type { Visibility } from "../stories/entry-text.ts";
import { byVerdict } from "../stories/verdict.ts";
import { CaptureView, type NamedConversation } from "./capture-view.ts";
import { documentOf, noteOf, rowOf, shownSide, type Told } from "./captured-document.ts";
import { captureOptions, tellCut } from "./captured-options.ts";
import { defineStandalone, type StandaloneCall } from "./standalone-command.ts";

/** More are listed only. */
const MOST_TOLD = 5;

const options = z.object({
  ...captureOptions,
  hex: z.boolean().default(false).describe("show every recorded byte, received and sent"),
  full: z
    .boolean()
    .default(false)
    .describe("all cards, with the rules' texts and the commands that show the same again"),
  showTokens: z.boolean().default(false).describe("show tokens as they are"),
});
type Options = z.output<typeof options>;
type Call = StandaloneCall<Options>;

export default defineStandalone({
  name: "explain",
  onlyWith: "--capture",
  summary: "tells the conversations of a capture file, and whose mistake is in each",
  args: [
    {
      name: "connection",
      summary: "one of them, e.g. c3; default those in which a mistake is recognised, the worst first",
      isOptional: true,
    },
  ],
  options,
  example: "netlabctl explain --capture lab.pcapng",
  async run(call) {
    const view = await CaptureView.open({ file: call.options.capture, role: call.options.role });
    tellCut(view, call);
    const { connection } = call.args;
    if (connection !== undefined) return tellOne(view, view.find(connection), call);
    return tellWorst(view, call);
  },
});

async function tellOne(view: CaptureView, named: NamedConversation, call: Call): Promise<number> {
  const told = { named, looked: await view.look(named) };
  if (call.isJson) call.data(documentOf(told, call.options));
  else call.out(textOf(told, view, call));
  return exitCodes.done;
}

async function tellWorst(view: CaptureView, call: Call): Promise<number> {
  const all: Told[] = [];
  for (const named of view.conversations) all.push({ named, looked: await view.look(named) });
  const wrong = all
    .filter(({ looked }) => looked.cards.length > 0 || looked.disagreements.length > 0)
    .toSorted((a, b) => byVerdict(a.looked.judged.verdict, b.looked.judged.verdict));
  const told = wrong.slice(0, MOST_TOLD);
  const rest = all.filter((one) => !told.includes(one));
  if (call.isJson)
    call.data({ told: told.map((one) => documentOf(one, call.options)), others: rest.map(rowOf) });
  else {
    const texts = told.map((one) => textOf(one, view, call));
    call.out([...texts, othersText(rest, told.length, view)].filter((text) => text !== "").join("\n\n"));
  }
  return exitCodes.done;
}

// -- as text ----------------------------------------------------------------------------------------------------------

function textOf({ named, looked }: Told, view: CaptureView, call: Call): string {
  const { options, columns, hasColors } = call;
  const look: Look = { style: styleOf(hasColors), columns, hex: options.hex, full: options.full };
  const { story } = shownSide(looked);
  return [
    ...headOf(named, looked, look),
    "",
    ...entriesText(story, look, options),
    "",
    ...conclusion(named, looked, view, look, options),
  ].join("\n");
}

const BY: Readonly<Record<Looked["guess"]["by"], string>> = {
  told: "as --role says",
  words: "known by what is said",
  port: "guessed from the port",
  nothing: "not known: name it with --role",
};

function headOf({ id, conversation, guess }: NamedConversation, looked: Looked, { style }: Look): string[] {
  const { client, server, transport } = conversation;
  const at = ({ address: host, port }: typeof client) => formatHostPort({ host, port });
  const { story, judged, fault } = looked;
  const rows: [string, string][] = [
    ["role", guess.name === undefined ? BY.nothing : `${printable(guess.name)}, ${BY[guess.by]}`],
    ["client", at(client)],
    ["server", `${at(server)}/${transport}`],
    ["verdict", styleWord(style, judged.verdict) + (fault ? `: a mistake of the ${fault}` : "")],
    ["bytes", `${story.bytesIn} from the client, ${story.bytesOut} from the server`],
    ["since", new Date(story.openedAt).toISOString()],
  ];
  return [style.bold(id), ...rows.map(([name, value]) => `  ${name.padEnd(8)} ${value}`)];
}

function conclusion(
  { id }: NamedConversation,
  looked: Looked,
  view: CaptureView,
  look: Look,
  visibility: Visibility,
): string[] {
  const { cards } = looked;
  const lines = (text: string) => wrapped(text, Math.min(look.columns, MOST_COLUMNS));
  const disagreement = looked.disagreements.length > 0 ? lines(disagreementText(looked)) : [];
  const [first, ...others] = cards;
  if (!first) {
    const why = STOPPED[looked.stopped ?? "whole"];
    const last = looked.server
      ? lastLine({ ...looked.server.judgement, story: looked.story, visibility })
      : "";
    return disagreement.length > 0 ? disagreement : [...lines(why), ...(last === "" ? [] : lines(last))];
  }
  if (look.full)
    return [...disagreement, ...cards.flatMap((card) => ["", ...wholeCard(card, look)])].slice(
      disagreement.length > 0 ? 0 : 1,
    );
  const more = `netlabctl explain ${id} --capture ${shellWord(view.file)} --full: the rule${others.length > 0 ? ", the other cards" : ""}, and how to see it again`;
  return [...disagreement, ...briefCard(first, look), ...alsoLines(others, look), look.style.dim(more)];
}

const MOST_COLUMNS = 80;

/** Why there is no card. */
const STOPPED: Readonly<Record<NonNullable<Looked["stopped"]> | "whole", string>> = {
  whole: "No mistake recognised. (That does not prove the programs right.)",
  "no-role":
    "None of netlabd's roles is known in it, so it is told and not judged: name the server's with --role.",
  beginning: "The beginning is not in the capture, so it is told and not judged.",
  lost: "Bytes are missing in the capture; up to there, no mistake is recognised.",
  parted:
    "The server goes another way than the rules name, where more than one may be meant; up to there, no mistake is recognised.",
  left: "No mistake recognised. (That does not prove the programs right.)",
  unknown: "What the server knew here cannot be told from its words; up to there, no mistake is recognised.",
};

/** `The server answered "50", the rules say "50.0" [CALC-1].` */
function disagreementText({ disagreements, story }: Looked): string {
  const [first] = story.entries.flatMap((entry) =>
    entry.kind === "remark" && OTHERWISE.has(entry.cause.code) ? [entry.cause] : [],
  );
  if (!first) return "";
  const text = printable(causeText(first));
  const rule = first.rule === undefined ? "" : ` [${first.rule}]`;
  const more =
    disagreements.length > 1 ? ` The same goes for ${disagreements.length - 1} more of its answers.` : "";
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${rule}.${more}`;
}

const OTHERWISE: ReadonlySet<string> = new Set(["answered-otherwise", "not-answered"]);

function othersText(others: readonly Told[], told: number, view: CaptureView): string {
  if (others.length === 0) return "";
  const rows = others
    .slice(0, MOST_LISTED)
    .map(({ named, looked }) =>
      `  ${named.id.padEnd(20)} ${looked.judged.verdict.padEnd(10)} ${noteOf(looked)}`.trimEnd(),
    );
  const left = others.length - rows.length;
  const title =
    told === 0
      ? "No mistake is recognised in these conversations:"
      : "In these, no mistake is recognised, or it is told above:";
  return [
    title,
    ...rows,
    ...(left > 0 ? [`  and ${left} more: netlabctl conns --capture ${shellWord(view.file)} --all`] : []),
  ].join("\n");
}

const MOST_LISTED = 20;
