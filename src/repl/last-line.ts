/** Last thing that moved in a conversation, how long ago, and whose turn it is: for a story in which no mistake is recognised. */

import { printable, printableBytes } from "../printable.ts";
import { contextOf, endsOf, roleOf } from "../stories/editions.ts";
import { fileSize, type ShownEntry, shownEntry } from "../stories/entry-text.ts";
import type { Explanation } from "./explanation.ts";

type Told = Pick<Explanation, "story" | "silence" | "last" | "visibility">;

const SHOWN_BYTES = 40;

/** `Last: your program sent "15 + 35\\n" 3 s ago; it is the server's turn.` */
export function lastLine(told: Told): string {
  const turn = told.story.subject.leg || isLeftAsAgreed(told) ? "" : `; ${whoseTurn(told)}`;
  return `Last: ${whatMoved(told)} ${when(told)}${turn}.`;
}

/** Names of both sides. */
function sidesOf({ story }: Told) {
  const { ends } = contextOf(story);
  if (story.subject.leg && ends) return ends;
  if (story.subject.isSeen) return endsOf(roleOf(story));
  return roleOf(story)?.side === "client"
    ? { peer: "the server", us: "our client" }
    : { peer: "your program", us: "the server" };
}

function whatMoved(told: Told): string {
  const { story, last, visibility } = told;
  const { peer, us } = sidesOf(told);
  if (!last) return story.subject.transport === "udp" ? "nothing moved" : `${peer} connected`;
  const entry = shownEntry(last, contextOf(story), visibility);
  if (entry.kind === "file")
    return `${entry.direction === "out" ? us : peer} sent the file ${printable(entry.name)} (${fileSize(entry)})`;
  return `${entry.kind === "out" ? us : peer} sent ${bytesOf(entry)}`;
}

function bytesOf(entry: ShownEntry): string {
  return "bytes" in entry ? printableBytes(entry.bytes, SHOWN_BYTES, entry.hidden) : "something";
}

function when({ silence, story }: Told): string {
  const seconds = silence.ms >= 10_000 ? Math.floor(silence.ms / 1_000) : Math.round(silence.ms / 100) / 10;
  if (!silence.isOver) return seconds === 0 ? "just now" : `${seconds} s ago`;
  if (story.endedAt === undefined) return "";
  return seconds === 0 ? "just before the end" : `${seconds} s before the end`;
}

/** A message led to a state in which nothing more is due - q, close, the joke's end -, or our client has taken its leave. */
function isLeftAsAgreed({ silence, story }: Told): boolean {
  if (!silence.isOver || story.cause || story.entries.some(({ kind }) => kind === "operator")) return false;
  const phases = roleOf(story)?.phases;
  const last = story.entries.findLast((entry) => entry.kind === "transition");
  if (!phases || last?.kind !== "transition") return false;
  if (roleOf(story)?.side === "client" && silence.state === "leaving") return true;
  return last.event === "peer.message" && phases[last.to] === undefined;
}

function whoseTurn(told: Told): string {
  const { silence, story } = told;
  const { peer, us } = sidesOf(told);
  const [is, waits] = silence.isOver ? ["was", "waited"] : ["is", "waits"];
  switch (silence.whose) {
    case "theirs": {
      const due = silence.waitsFor === undefined ? "" : ` (${us} ${waits} for ${silence.waitsFor})`;
      return `it ${is} the turn of ${peer}${due}`;
    }
    case "ours":
      return `it ${is} the turn of ${us}`;
    case "operator":
      return `${peer} ${waits} for the operator: say ${story.subject.instance} …`;
    case "nobody":
      return silence.isOver ? "either side could speak" : "either side may speak";
  }
}
