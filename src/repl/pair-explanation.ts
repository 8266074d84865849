/** A pair of a proxy, explained as one conversation of a client and a server, and whose mistake is in it. */
import type { Lab } from "../lab/lab.ts";
import { selectStories, shortId } from "../lab/selectors.ts";
import { formatHostPort } from "../machines/_options.ts";
import type { Looked } from "../onlooker/look.ts";
import type { Pair, PairLook, Untold } from "../onlooker/proxied.ts";
import { printable } from "../printable.ts";
import { causeText } from "../stories/cause-text.ts";
import type { Visibility } from "../stories/entry-text.ts";
import type { Leg, Story } from "../stories/story.ts";
import { type Judged, worstOf } from "../stories/verdict.ts";
import { entriesText, type Look } from "./explain-text.ts";
import { badLineText, cardDocument, explain, explanationDocument } from "./explanation.ts";
import { disagreementDocuments, lookedConclusion, shownSide } from "./looked-text.ts";
import { proxiedWords } from "./looked-words.ts";
import { styleWord } from "./style.ts";
import { wrapped } from "./wrapped.ts";

export interface PairExplanation {
  readonly pair: Pair;
  /** Name of the role whose protocol they speak. */
  readonly role: string;
  readonly look: PairLook | Untold;
}

/** The last pair of a proxy, or that of one of its connections; undefined: it is about something else. */
export function pairOf(lab: Lab, term: string): Pair | undefined {
  const stories = lab.find(term)?.side === "proxy" ? selectStories(lab, [term]) : [];
  const named = stories.filter(({ subject }) => subject.leg === "client");
  const last = named.toSorted((a, b) => a.openedAt - b.openedAt).at(-1);
  return last && otherOf(lab, last);
}

/** With the other connection of it; undefined where its story is no longer there. */
export function otherOf(lab: Lab, story: Story): Pair | undefined {
  const { leg, pair } = story.subject;
  const other = leg && lab.stories().find(({ subject }) => subject.id === pair);
  if (!other) return undefined;
  return leg === "client" ? { client: story, server: other } : { client: other, server: story };
}

export async function explainPair(lab: Lab, pair: Pair): Promise<PairExplanation> {
  const { lookAtPair, proxiedRole } = await import("../onlooker/proxied.ts");
  const look = await lookAtPair(pair, { roles: lab.roles, now: lab.clock.now() });
  return { pair, role: proxiedRole(pair, lab.roles)?.name ?? "unknown", look };
}

/** Why it is not judged. */
export function untoldText(why: Untold, { client, server }: Pair): string {
  switch (why) {
    case "unconnected":
      return "Client and server never spoke with each other, so there is nothing to judge.";
    case "bad-line":
      return badLineText([client, server]);
    case "loaded-role":
      return "Its role is one of your own. Such a role is judged by its dialogue, and here the client did not follow it, or the role has none: so it is told and not judged.";
    case "no-role":
      return "It is told and not judged: its role is not known here any more.";
    case "operator":
      return "An operator spoke in one program's place, so it is told and not judged.";
  }
}

export function pairText(
  { pair, role, look: found }: PairExplanation,
  look: Look,
  visibility: Visibility,
): string {
  const { client, server } = pair;
  const isJudged = typeof found === "object";
  const again = `explain ${shortId(client)}`;
  const rows = headRows({ pair, role, look: found }, (word) => styleWord(look.style, word));
  return [
    look.style.bold(`${client.subject.instance}: ${shortId(client)} and ${shortId(server)}`),
    ...rows.flatMap(([name, text]) =>
      wrapped(text, look.columns - LABEL).map(
        (line, index) => `  ${(index === 0 ? name : "").padEnd(8)} ${line}`,
      ),
    ),
    "",
    ...entriesText(isJudged ? shownSide(found.looked).story : client, look, visibility),
    "",
    ...(isJudged
      ? lookedConclusion(found.looked, { stopped: proxiedWords, again }, look, visibility)
      : wrapped(untoldText(found, pair), Math.min(look.columns, MOST_COLUMNS))),
  ].join("\n");
}

const LABEL = 11;
const MOST_COLUMNS = 80;

/** `styled`: a verdict as it is shown. */
export function headRows(
  { pair, role, look: found }: PairExplanation,
  styled: (verdict: string) => string = (verdict) => verdict,
): [string, string][] {
  const { client, server } = pair;
  const { transport } = client.subject;
  const fault = typeof found === "object" ? found.looked.fault : undefined;
  const verdict = judgedOf(found, pair).verdict;
  return [
    ["role", `${printable(role)}, as --as says`],
    ["client", `${endOf(client)}${troubleOf(client)}`],
    ["server", `${endOf(server)}/${transport}${troubleOf(server)}`],
    ["state", client.endedAt === undefined ? client.state : "closed"],
    ["verdict", styled(verdict) + (fault ? `: a mistake of the ${fault}` : "")],
    ["bytes", `${client.bytesIn} from the client, ${server.bytesIn} from the server`],
    ["since", new Date(client.openedAt).toISOString()],
  ];
}

const endOf = (story: Story) => {
  const { address: host, port } = story.subject.remote;
  return formatHostPort({ host, port });
};

/** Trouble of this side's connection. */
function troubleOf({ cause, entries }: Story): string {
  const ends = entries.flatMap((entry) =>
    entry.kind === "closed" || entry.kind === "remark" ? [entry.cause] : [],
  );
  const why = cause ?? ends.findLast((one) => one !== undefined);
  return why ? `: ${printable(causeText(why))}` : "";
}

/** The graver of the two sides. */
function judgedOf(found: PairExplanation["look"], { client, server }: Pair): Judged {
  if (typeof found === "object") {
    const { verdict, cards } = found.looked.judged;
    return { cards, turn: "nobody", verdict: worstOf(verdict, worstOf(...verdictsOf(found.judged))) };
  }
  return { cards: [], turn: "nobody", verdict: worstOf(client.fault ?? "ok", server.fault ?? "ok") };
}

const verdictsOf = ({ client, server }: Readonly<Record<Leg, Judged>>) =>
  [client.verdict, server.verdict] as const;

/** The document of the client's connection, and what is known of the pair besides. */
export function pairDocument(lab: Lab, { pair, role, look }: PairExplanation, visibility: Visibility) {
  const explanation = explain(lab, pair.client, visibility);
  const isJudged = typeof look === "object";
  const judged = judgedOf(look, pair);
  const { server } = pair;
  return {
    ...explanationDocument({ ...explanation, judged }),
    diagnoses: isJudged ? cardsOf(look.looked) : [],
    proxied: {
      role,
      server: endOf(server),
      fault: (isJudged && look.looked.fault) || null,
      judgedTo: isJudged ? (look.looked.stopped ?? "whole") : look,
      disagreements: isJudged ? disagreementDocuments(look.looked) : [],
    },
  };
}

function cardsOf(looked: Looked) {
  const { story } = shownSide(looked);
  return looked.cards.map((card) => ({ ...cardDocument(card, story), side: card.side }));
}
