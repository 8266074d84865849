/** Likely causes of what failed: the cards of the diagnoses, from the stories of the checker's own connections. */
import { parseOptions } from "../catalogue/instance-options.ts";
import { type Card, type Incident, judge } from "../diagnoses/table.ts";
import type { Role } from "../machines/_role.ts";
import { printable } from "../printable.ts";
import type { Story } from "../stories/story.ts";
import type { Likely } from "./report.ts";
import type { Blamed } from "./verdict.ts";

/** More is not read. */
const MAX_CARDS = 3;

/** Causes of silence: none where something came. */
const SILENCE: ReadonlySet<string> = new Set(["D32", "D38", "D74"]);
/** These take each write for a message: wrong where messages are cut, glued or padded on purpose. */
const OF_MESSAGES: ReadonlySet<string> = new Set(["D35", "D37", "D38", "D78", "D79", "D80"]);
const OTHER_REPLY = "D79";
const CUTS = /^FRAME-[24]$/;
/** Replies that the checker itself cut, or glued: a client that is led astray by that leaves early, and its way out is no cause. */
const CUT_REPLIES = /^FRAME-6\.|-in-two-reads$|-glued$/;

interface Failed {
  /** Rule of the case. */
  readonly rule: string;
  /** Text that the case wants; undefined: it names none. */
  readonly wanted?: string | undefined;
  /** Something came, where something else was expected. */
  readonly hasCome: boolean;
}

/** Of the conversation that failed alone, and of what came in it since the last thing that was as it should be. */
export function likelyOf(
  blamed: Blamed | undefined,
  role: Role | undefined,
  { rule, hasCome, wanted }: Failed,
): Likely[] {
  if (!blamed) return [];
  const { story, since } = blamed;
  const isOfFailure = ({ id, reads, expected }: Card) =>
    !(hasCome && SILENCE.has(id)) &&
    !(id === OTHER_REPLY && isOfAnother(expected, wanted)) &&
    !(CUTS.test(rule) && OF_MESSAGES.has(id)) &&
    (reads.length === 0 || reads.some(({ at }) => at > since));
  return foremost(cardsOf(incidentOf(story, role)).filter(isOfFailure));
}

/** The onlooker may follow the conversation in another state than the case, and name what is due there. */
function isOfAnother(expected: string, wanted: string | undefined): boolean {
  // Of several texts, and of those that are cut, it is not known.
  if (wanted === undefined || /[\n…]/.test(wanted + expected)) return false;
  const [due = "", named = ""] = [printable(wanted), expected].map((text) => text.replaceAll('"', "").trim());
  return due !== "" && named !== "" && !due.includes(named) && !named.includes(due);
}

/** Of all conversations of a client in a case. */
export function likelyOfAll(incidents: readonly Incident[], caseId: string): Likely[] {
  return CUT_REPLIES.test(caseId) ? [] : foremost(incidents.flatMap(cardsOf));
}

function foremost(cards: readonly Card[]): Likely[] {
  const known = new Map(cards.map((card) => [card.id, card]));
  return [...known.values()]
    .map(({ id, title, level, cause, advice }) => ({ id, title, level, cause, advice }))
    .toSorted((a, b) => rankOf(a) - rankOf(b))
    .slice(0, MAX_CARDS);
}

const rankOf = ({ level }: Likely) => (level === "violation" ? 0 : 1);

/** A finder that throws costs its card, not the verdict. */
function cardsOf(incident: Incident): readonly Card[] {
  try {
    return judge(incident).cards;
  } catch {
    return [];
  }
}

function incidentOf(story: Story, role: Role | undefined): Incident {
  const { remote } = story.subject;
  return {
    story,
    role,
    options: optionsOf(role),
    given: {},
    host: remote.address,
    port: remote.port,
    again: "",
    live: undefined,
    redact: (bytes) => ({ bytes, hidden: [] }),
  };
}

function optionsOf(role: Role | undefined): Record<string, unknown> {
  try {
    return role ? (parseOptions(role, {}) as unknown as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
