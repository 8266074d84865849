import { z } from "zod";
import { connectionDocument } from "../../lab/documents.ts";
import { selectStories, shortId } from "../../lab/selectors.ts";
import { printable } from "../../printable.ts";
import type { LiveView } from "../../stories/live-view.ts";
import type { Story } from "../../stories/story.ts";
import { byUrgency, reasonOf, verdictOf } from "../../stories/verdict.ts";
import { type Call, defineCommand } from "../command.ts";
import { type Style, styleWord } from "../style.ts";
import { table } from "../text-table.ts";

type LiveOf = (story: Story) => LiveView | undefined;

/** Rows before the rest is summed up. */
const MAX_ROWS = 20;
/** Columns of a terminal that has room for bytes and framing. */
const WIDE = 110;

export default defineCommand({
  name: "conns",
  group: "connections",
  summary: "lists connections, those that need a look first, and sums up the rest",
  args: [
    { name: "selector", summary: "only these", isOptional: true, isVariadic: true, completes: "selector" },
  ],
  options: z.object({ all: z.boolean().default(false).describe("list every one, ended ones too") }),
  example: "conns file-server state=awaitingFilename",
  run(call) {
    const { lab, rest, options, data, isJson, out } = call;
    const liveOf = (story: Story) => lab.liveView(story.subject.id);
    const stories = selectStories(lab, rest).sort(byUrgency(liveOf));
    // Senders that are asked for by name are wanted; otherwise a faultless datagram is no news.
    const isNews = ({ endedAt, subject }: Story) =>
      endedAt === undefined && (isJson || subject.transport === "tcp" || rest.length > 0);
    const isWanted = (story: Story) =>
      options.all || isNews(story) || verdictOf(story, liveOf(story)) !== "ok";
    const wanted = stories.filter(isWanted);
    if (isJson) return data(wanted.map((story) => connectionDocument(story, liveOf(story))));
    if (stories.length === 0)
      return out(rest.length > 0 ? "no connection matches" : "no client has connected yet");
    return list(call, stories, wanted, liveOf);
  },
});

function list(
  { out, options, columns, style }: Call<{ all: boolean }>,
  stories: Story[],
  wanted: Story[],
  liveOf: LiveOf,
): void {
  const needLook = wanted.filter((story) => verdictOf(story, liveOf(story)) !== "ok");
  // In the short form the faultless ones are listed only while they are few.
  const shown = options.all
    ? wanted
    : wanted.slice(0, Math.max(MAX_ROWS, Math.min(needLook.length, 2 * MAX_ROWS)));
  if (shown.length > 0) out(connectionTable(shown, columns, style, liveOf));
  const rest = sumUp(
    stories.filter((story) => !shown.includes(story)),
    liveOf,
  );
  if (rest) out(rest);
}

/** On a narrow terminal the columns go that `show` tells anyway. */
function connectionTable(stories: readonly Story[], columns: number, style: Style, liveOf: LiveOf): string {
  const isWide = columns >= WIDE;
  const rows = stories.map((story) => {
    const live = liveOf(story);
    const document = connectionDocument(story, live);
    const { role, remote, state, waitsFor, bytesIn, bytesOut, framing, verdict } = document;
    const note = printable(reasonOf(story, live) ?? (waitsFor ? `waits for ${waitsFor}` : ""));
    const wide = isWide ? [String(bytesIn), String(bytesOut), framing] : [];
    return [shortId(story), role, remote, state, ...wide, styleWord(style, verdict), note];
  });
  const wide = isWide ? ["IN", "OUT", "FRAMING"] : [];
  return table(["ID", "ROLE", "PEER", "STATE", ...wide, "VERDICT", "NOTE"], rows, columns, "NOTE");
}

function sumUp(stories: readonly Story[], liveOf: LiveOf): string | undefined {
  if (stories.length === 0) return undefined;
  const groups = Map.groupBy(stories, (story) =>
    story.endedAt === undefined ? story.state : `ended ${verdictOf(story, liveOf(story))}`,
  );
  const parts = [...groups].map(([what, { length }]) => `${length} ${what}`);
  return `and ${stories.length} more: ${parts.join(", ")} (--all lists them)`;
}
