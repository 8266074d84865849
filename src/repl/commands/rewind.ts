import * as z from "zod";
import { NetlabError } from "../../errors.ts";
import { playable } from "../../replay/replay.ts";
import { contextOf } from "../../stories/editions.ts";
import { describeEntry } from "../../stories/entry-text.ts";
import { type Story, wallMs } from "../../stories/story.ts";
import { type Call, defineCommand } from "../command.ts";
import { showTokensOption } from "../guarded-options.ts";
import { findWhole } from "../journaled.ts";
import { momentDocument, momentText } from "../moment.ts";
import { playAgain, replayRequest } from "../replaying.ts";
import { sinceStart } from "../reports.ts";

const options = z.object({
  to: z.number().int().min(1).max(1_000_000).optional().describe("the entry to go back to, by its number"),
  showTokens: showTokensOption(),
});
type Options = z.output<typeof options>;

export default defineCommand({
  name: "rewind",
  group: "connections",
  level: "observe",
  summary: "shows one recorded moment: state, variables, unread bytes; without --to it lists the moments",
  args: [
    {
      name: "connection",
      summary: "live or ended; default @last",
      isOptional: true,
      completes: "story",
    },
  ],
  options,
  example: "rewind @last --to 5",
  async run(call) {
    const { lab, args, options, out, data, isJson, style } = call;
    const story = await findWhole(lab, args.connection ?? "@last");
    const { entries, cutShort } = playable(story);
    if (options.to === undefined) return isJson ? data(momentsDocument(story, call)) : out(list(story, call));
    if (options.to > entries.length) throw beyond(options.to, entries.length, cutShort);
    const replayed = await playAgain(lab, replayRequest(lab, story), options.to);
    if (isJson) return data(momentDocument(story, options.to, replayed, options));
    return out(momentText(story, options.to, replayed, { ...options, style }));
  },
});

function beyond(to: number, kept: number, cutShort: string | undefined): NetlabError {
  const why = cutShort ? `the story is cut short: ${cutShort}` : `the story has ${kept} entries`;
  return new NetlabError("usage/no-entry", { number: to, why });
}

function momentsDocument(story: Story, { options }: Call<Options>) {
  const { entries, cutShort } = playable(story);
  const moments = entries.map((entry, index) => ({
    entry: index + 1,
    at: new Date(wallMs(story, entry)).toISOString(),
    kind: entry.kind,
    text: describeEntry(entry, contextOf(story), options),
  }));
  return { connection: story.subject.id, moments, cutShort: cutShort ?? null };
}

/** The moments by their numbers. */
function list(story: Story, { options, columns, style }: Call<Options>): string {
  const { entries, cutShort } = playable(story);
  const lines = entries.map((entry, index) => {
    const line = `${String(index + 1).padStart(4)} ${sinceStart(entry)}  ${describeEntry(entry, contextOf(story), options)}`;
    return line.length > columns ? `${line.slice(0, columns - 1)}…` : line;
  });
  const end = cutShort ? [style.odd(`     cut short: ${cutShort}`)] : [];
  return [
    style.bold(story.subject.id),
    ...lines,
    ...end,
    style.dim(`rewind ${story.subject.id} --to N shows one`),
  ].join("\n");
}
