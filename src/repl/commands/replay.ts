import * as z from "zod";
import { exitCodes } from "../../errors.ts";
import { entryDocument } from "../../lab/documents.ts";
import type { Replayed, ReplayRequest } from "../../replay/replay.ts";
import { contextOf } from "../../stories/editions.ts";
import { describeEntry } from "../../stories/entry-text.ts";
import { type Call, defineCommand } from "../command.ts";
import { showTokensOption } from "../guarded-options.ts";
import { findWhole } from "../journaled.ts";
import { playAgain, replayRequest } from "../replaying.ts";
import { sinceStart } from "../reports.ts";

const options = z.object({
  role: z.string().min(1).optional().describe("play it to this role instead, with default options"),
  showTokens: showTokensOption(),
});

export default defineCommand({
  name: "replay",
  group: "connections",
  level: "observe",
  summary: "plays the recorded bytes to a fresh machine, and tells where it behaves differently",
  args: [
    {
      name: "connection",
      summary: "live or ended; default @last",
      isOptional: true,
      completes: "story",
    },
  ],
  options,
  example: "replay @last",
  async run(call) {
    const { lab, args, options } = call;
    const story = await findWhole(lab, args.connection ?? "@last");
    const request = replayRequest(lab, story, options.role);
    const replayed = await playAgain(lab, request);
    return tellReplayed(replayed, request, call);
  },
});

type Telling = Pick<Call<{ readonly showTokens: boolean }>, "options" | "out" | "data" | "isJson" | "style">;

/** Answers the exit status: 1 where it went another way. */
export function tellReplayed(replayed: Replayed, request: ReplayRequest, call: Telling): number {
  if (call.isJson) call.data(documentOf(replayed, request, call));
  else call.out(textOf(replayed, request, call));
  return replayed.difference ? exitCodes.checkFailed : exitCodes.done;
}

function documentOf(replayed: Replayed, { story, role }: ReplayRequest, { options }: Telling) {
  const { same, given, total, difference, cutShort } = replayed;
  return {
    connection: story.subject.id,
    role: role.name,
    entries: total,
    same,
    given,
    cutShort: cutShort ?? null,
    difference: difference
      ? {
          entry: difference.number,
          recorded: difference.recorded ? entryDocument(difference.recorded, story, options) : null,
          replayed: difference.played ? entryDocument(difference.played, story, options) : null,
        }
      : null,
  };
}

function textOf(replayed: Replayed, { story, role }: ReplayRequest, { options, style }: Telling): string {
  const { subject } = story;
  const { same, given, total, difference, cutShort } = replayed;
  const words = (entry: Parameters<typeof describeEntry>[0]) =>
    describeEntry(entry, contextOf(story), options).trim();
  const lines = [style.bold(`${subject.id}, played again to ${role.name}`)];
  lines.push(
    `  ${same} of ${total} entries are the same${given > 0 ? `; ${given} of them came from others, and were taken as they were` : ""}`,
  );
  if (cutShort) lines.push(style.odd(`  cut short: ${cutShort}`));
  if (!difference) return [...lines, style.good("  the same machine, the same transitions")].join("\n");
  const at = difference.recorded ? `, ${sinceStart(difference.recorded).trim()} s` : "";
  return [
    ...lines,
    style.bad(`  it goes another way at entry ${difference.number}${at}`),
    `    recorded  ${difference.recorded ? words(difference.recorded) : "nothing more"}`,
    `    replayed  ${difference.played ? words(difference.played) : "nothing"}`,
    // Of a conversation of two others only the file knows.
    ...(subject.isSeen
      ? []
      : [
          style.dim(
            `  rewind ${subject.id} --to ${Math.max(1, difference.number - 1)} shows the moment before`,
          ),
        ]),
  ].join("\n");
}
