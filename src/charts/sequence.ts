/**
 * Sequence of who said what to whom, from the stories of one connection or of several: arrows between peers and the instances that
 * play with them, and what that did to the state. Pure; tokens are hidden as everywhere.
 */

import { shortPeerId } from "../ids.ts";
import { printable, printableBytes } from "../printable.ts";
import { causeText, ruleBehind } from "../stories/cause-text.ts";
import { contextOf, isOpenedByUs } from "../stories/editions.ts";
import type { EntryOf } from "../stories/entry.ts";
import {
  actionText,
  type Display,
  fileSize,
  programText,
  type RedactionContext,
  readingOf,
  type ShownEntry,
  shownEntry,
  type Visibility,
} from "../stories/entry-text.ts";
import { lineFaultText } from "../stories/line-fault-text.ts";
import { type Entry, type Story, wallMs } from "../stories/story.ts";
import { merged, together } from "./sequence-order.ts";
import type { Participant, Sequence, Step, Tone } from "./sequence-steps.ts";

export interface SequenceBounds extends Visibility {
  /** At most so many steps, the last ones. */
  readonly most: number;
}

/** Text of a message: longer ones are cut, `explain` has them whole. */
const TEXT_BYTES = 120;

export function sequenceOf(stories: readonly Story[], { most, showTokens }: SequenceBounds): Sequence {
  const ordered = [...stories].sort(byAge);
  const all = together(
    merged(ordered.map((story) => stepsOf(story, { showTokens }))),
    ordered.map(({ subject }) => subject.id),
  );
  const shown = all.slice(-most);
  const left = all.length - shown.length;
  const gap = {
    kind: "gap",
    at: shown[0]?.at ?? 0,
    text: `${left} earlier steps are left out (--n)`,
  } as const;
  return {
    startedAt: Math.min(ordered[0]?.openedAt ?? 0, ...all.map(({ at }) => at)),
    participants: participantsOf(ordered),
    steps: left > 0 ? [gap, ...shown] : shown,
    ends: new Map(
      ordered.flatMap(({ subject, endedAt }) => (endedAt === undefined ? [] : [[subject.id, endedAt]])),
    ),
  };
}

/** Entries of one millisecond by their numbers. */
function byAge(a: Story, b: Story): number {
  return a.openedAt - b.openedAt || a.subject.id.localeCompare(b.subject.id, "en", { numeric: true });
}

function participantsOf(stories: readonly Story[]): Participant[] {
  const groups = Map.groupBy(stories, ({ subject }) => subject.instance);
  return [...groups].flatMap(([id, group]) => {
    const peers = group.map((story) => peerOf(story, stories.length === 1));
    const instance = { id, name: id, detail: group[0]?.subject.role ?? "", kind: "instance" } as const;
    return peers.toSpliced(Math.ceil(peers.length / 2), 0, instance);
  });
}

/** The peer of a client of ours is a server; among several, only the connection's id tells which. */
function peerOf(story: Story, isAlone: boolean): Participant {
  const { subject } = story;
  const { address, port } = subject.remote;
  const detail = address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
  const name =
    isAlone && isOpenedByUs(story)
      ? "server"
      : `${shortPeerId(subject.id)}${subject.leg ? ` ${subject.leg}` : ""}`;
  return { id: subject.id, name, detail, kind: "peer" };
}

// -- one story ------------------------------------------------------------------------------------------------------

function stepsOf(story: Story, visibility: Visibility): Step[] {
  const { entries, subject } = story;
  const context = contextOf(story);
  return entries.flatMap((entry): Step[] => {
    if (entry.kind !== "gap") return stepsFor(shownEntry(entry, context, visibility), entry, story, context);
    const text = `${entry.omitted} entries of ${shortPeerId(subject.id)} are no longer kept`;
    return [{ kind: "gap", at: wallMs(story, entry), text }];
  });
}

/** `whole` tells how much went over the wire, whatever is hidden of it. */
function stepsFor(
  entry: ShownEntry,
  whole: Entry,
  story: Story,
  { display, ends }: RedactionContext,
): Step[] {
  const { subject, state } = story;
  const { id: peer, instance } = subject;
  const at = wallMs(story, entry);
  const came = (text: string, tone: Tone = "plain"): Step[] => [
    { kind: "message", at, from: peer, to: [instance], text, tone },
  ];
  const went = (text: string, tone: Tone = "plain"): Step[] => [
    { kind: "message", at, from: instance, to: [peer], text, tone },
  ];
  const note = (text: string, tone: Tone = "plain"): Step[] => [
    { kind: "note", at, over: instance, about: peer, text, tone },
  ];
  switch (entry.kind) {
    case "opened": {
      const first = entry.state || state;
      const begins = first === "" ? [] : note(`in ${first}`, "state");
      return subject.transport === "udp" || isOpenedByUs(story) ? begins : [...came("connects"), ...begins];
    }
    case "connected":
      return went("connects");
    case "in":
      return came(bytesText(entry, whole, display));
    case "out":
      return went(bytesText(entry, whole, display));
    case "file":
      return entry.direction === "out"
        ? went(`the file ${printable(entry.name)}, ${fileSize(entry)}`)
        : came(`a file, ${fileSize(entry)}`);
    case "transition":
      return note(`in ${entry.to} (${entry.event})`, "state");
    case "remark":
      return note(`note: ${printable(causeText(entry.cause))}`);
    case "refused":
      return note(`refused${ruleBehind(entry.cause)}: ${printable(causeText(entry.cause))}`, "bad");
    case "operator":
      return note(`operator: ${printable(actionText(entry))}`);
    case "drained":
      return came(`${bytesText(entry, whole, display)}, after ${ends?.us ?? "we"} had closed`);
    case "late":
      return came(`${bytesText(entry, whole, display)}, which ${ends?.us ?? "our side"} no longer reads`);
    case "ended":
      return came(`FIN: ${ends?.peer ?? "it"} sends no more`);
    case "fin":
      return went(`FIN: ${ends ? `${ends.us} sends` : "we send"} no more`);
    case "closed":
      return closedSteps(entry, { came, went, note }, story);
    case "crashed":
      return note(`crashed: ${printable(causeText(entry.cause))}`, "bad");
    case "fault":
      return note(`the line: ${lineFaultText(entry, ends)}`, "bad");
    case "program":
      return note(programText(entry));
    case "message":
    case "dropped":
    case "input":
    case "gap":
      return [];
  }
}

type Say = (text: string, tone?: Tone) => Step[];

function closedSteps(
  { by, cause }: EntryOf<"closed">,
  { came, went, note }: Record<"came" | "went" | "note", Say>,
  { entries }: Story,
): Step[] {
  // Our FIN has gone before, and is a step of its own.
  const isFinTold = entries.some(({ kind }) => kind === "fin");
  if (!cause) return by === "us" && !isFinTold ? went("FIN: we close") : note("closed");
  return by === "us"
    ? went(`breaks off: ${printable(causeText(cause))}`, "bad")
    : came(`breaks off: ${printable(causeText(cause))}`, "bad");
}

function bytesText(entry: ShownEntry & { readonly bytes: Buffer }, whole: Entry, display?: Display): string {
  const { size } = whole as { readonly size: number };
  return `${printableBytes(entry.bytes, TEXT_BYTES, entry.hidden)}${readingOf(entry, display)}  ${size} ${size === 1 ? "byte" : "bytes"}`;
}
