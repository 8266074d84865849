/** `netlabctl explain --capture FILE`: what happened in a conversation of two others, and whose mistake is in it. */
import * as z from "zod";
import { exitCodes } from "../errors.ts";
import { formatHostPort } from "../machines/_options.ts";
import type { Looked } from "../onlooker/look.ts";
import { printable } from "../printable.ts";
import { entriesText, type Look } from "../repl/explain-text.ts";
import { lookedConclusion, shownSide } from "../repl/looked-text.ts";
import { capturedWords } from "../repl/looked-words.ts";
import { styleOf, styleWord } from "../repl/style.ts";
import { shellWord } from "../shell-words.ts";
import { byVerdict } from "../stories/verdict.ts";
import type { CaptureView, NamedConversation } from "./capture-view.ts";
import { documentOf, noteOf, rowOf, type Told } from "./captured-document.ts";
import { captureOptions, openCapture } from "./captured-options.ts";
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
    const view = await openCapture(call);
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
    ...lookedConclusion(
      looked,
      { stopped: capturedWords, again: `netlabctl explain ${named.id} --capture ${shellWord(view.file)}` },
      look,
      options,
    ),
  ].join("\n");
}

const BY: Readonly<Record<Looked["guess"]["by"], string>> = {
  told: "as --role says",
  words: "known by what is said",
  others: "known by what is said in another conversation with this server",
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
