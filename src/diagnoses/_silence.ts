/** The last silence of a conversation: how long, in which state, and whose turn it was. */
import type { Role } from "../machines/_role.ts";
import type { LiveView } from "../stories/live-view.ts";
import type { Entry, EntryOf, Story } from "../stories/story.ts";
import type { Turn } from "../stories/verdict.ts";

export interface Silence {
  /** How long nothing moved: until now, or until the first side left. */
  readonly ms: number;
  /** The connection is over. */
  readonly isOver: boolean;
  readonly whose: Turn;
  /** In this state. */
  readonly state: string;
  /** Expected input of that state, in words. */
  readonly waitsFor: string | undefined;
}

/** Facts from which the silence is read. */
export interface Conversation {
  readonly story: Story;
  readonly role: Role | undefined;
  readonly entries: readonly Entry[];
  readonly live: LiveView | undefined;
}

/** Each of these ends a conversation, or shows a peer the door. */
const LEAVING = new Set<Entry["kind"]>(["ended", "fin", "closed", "refused", "crashed"]);
const PARTING = new Set(["peer.ended", "peer.closed"]);
/** With these an operator speaks; all others end the conversation. */
const SPEAKING = new Set(["send", "event", "say"]);

export function silenceOf(conversation: Conversation): Silence {
  const { story, live } = conversation;
  const isOver = live === undefined;
  const moment = isOver ? lastMoment(conversation) : { ms: live.stillMs, state: story.state };
  const waitsFor = isOver ? phaseOf(conversation, moment.state)?.expects : story.waitsFor;
  return { ...moment, isOver, waitsFor, whose: turnIn(conversation, moment.state, waitsFor) };
}

/** Before anybody left: the state, and how long nothing had moved. */
function lastMoment({ entries, story }: Conversation): { ms: number; state: string } {
  const end = entries.findIndex(isLeaving);
  const before = end < 0 ? entries : entries.slice(0, end);
  // A message that came with the FIN is read after it.
  const parting = entries.find((entry) => entry.kind === "transition" && PARTING.has(entry.event));
  const state =
    (parting?.kind === "transition" ? parting.from : undefined) ??
    before.findLast((entry) => entry.kind === "transition")?.to ??
    firstState(entries) ??
    story.state;
  const last = before.findLast(isMove);
  const left = entries[end];
  const from = last ? movedUntil(last, before) : (entries[0]?.at ?? 0);
  return { state, ms: left ? Math.max(0, left.at - from) / 1_000 : 0 };
}

function isLeaving(entry: Entry): boolean {
  return LEAVING.has(entry.kind) || (entry.kind === "operator" && !SPEAKING.has(entry.action));
}

const isMove = (entry: Entry) => entry.kind === "in" || entry.kind === "out" || entry.kind === "file";

/** A file is stamped with its beginning; it was through when the machine went on. */
function movedUntil(move: Entry, before: readonly Entry[]): number {
  if (move.kind !== "file") return move.at;
  const next = before.slice(before.indexOf(move)).find(({ kind }) => kind === "transition");
  return next?.at ?? move.at;
}

function firstState(entries: readonly Entry[]): string | undefined {
  const first = entries.find(
    (entry): entry is EntryOf<"opened"> | EntryOf<"transition"> =>
      entry.kind === "opened" || entry.kind === "transition",
  );
  return first?.kind === "transition" ? first.from : first?.state;
}

const phaseOf = ({ role }: Conversation, state: string) => role?.phases[state];

function turnIn(conversation: Conversation, state: string, waitsFor: string | undefined): Turn {
  const { role, story, entries } = conversation;
  if (role?.side === "client") {
    if (phaseOf(conversation, state)?.due === "user") return "operator";
    return phaseOf(conversation, state) || story.subject.transport === "udp" ? "theirs" : "ours";
  }
  if (story.subject.transport === "udp") return "nobody";
  if (waitsFor === undefined) return "ours";
  if (role?.hub === undefined || !entries.some(({ kind }) => kind === "message")) return "theirs";
  return role.hub.isAnsweredByOperator && lastBytes(entries)?.kind === "in" ? "operator" : "nobody";
}

function lastBytes(entries: readonly Entry[]): Entry | undefined {
  return entries.findLast(({ kind }) => kind === "in" || kind === "out");
}
