import { z } from "zod";
import { reasonOf } from "../../actors/verdict.ts";
import { defineCommand } from "../command.ts";
import { connectionDocument, entryDocument } from "../documents.ts";
import { connectionHead, storyLines } from "../reports.ts";
import { selectStory } from "../selectors.ts";

export default defineCommand({
  name: "explain",
  group: "connections",
  summary: "tells a connection's story in order: what came, how it was read, what it caused, what was sent",
  args: [
    {
      name: "connection",
      summary: "live or ended; default @last",
      isOptional: true,
      completes: "connection",
    },
  ],
  options: z.object({ showTokens: z.boolean().default(false).describe("show tokens as they are") }),
  example: "explain @last",
  run({ lab, args, options, out, data, isJson, style, columns }) {
    const story = selectStory(lab, args.connection ?? "@last");
    const now = lab.clock.now();
    if (isJson) {
      return data({
        ...connectionDocument(story, now),
        reason: reasonOf(story, now) ?? null,
        omitted: story.omitted,
        entries: story.entries.map((entry) => entryDocument(entry, story, options)),
      });
    }
    const legend = style.dim("  → from the peer   ← from us   times in seconds since it opened");
    return out(
      [...connectionHead(story, now, style), "", legend, ...storyLines(story, style, columns, options)].join(
        "\n",
      ),
    );
  },
});
