import * as z from "zod";
import { NetlabError } from "../../errors.ts";
import { printable } from "../../printable.ts";
import { Story } from "../../stories/story.ts";
import { defineCommand } from "../command.ts";
import { explanationPage } from "../explain-page.ts";
import { explanationText } from "../explain-text.ts";
import { explain, explanationDocument } from "../explanation.ts";
import { showTokensOption } from "../guarded-options.ts";
import { findStory, olderDocument, olderText } from "../journaled.ts";
import { explainPair, otherOf, pairDocument, pairOf, pairText } from "../pair-explanation.ts";
import { pairPage } from "../pair-page.ts";

export default defineCommand({
  name: "explain",
  group: "connections",
  level: "observe",
  summary: "tells a connection's story in order, with a card for each mistake that it recognises",
  args: [
    {
      name: "connection",
      summary: "live, ended, or in the journal, or a proxy; default @last",
      isOptional: true,
      completes: "story",
    },
  ],
  options: z.object({
    hex: z.boolean().default(false).describe("show every recorded byte, received and sent"),
    full: z
      .boolean()
      .default(false)
      .describe("all cards, with the rules' texts and the commands that show the same again"),
    html: z.string().min(1).optional().describe("write it as an HTML page to this file, e.g. to hand it in"),
    showTokens: showTokensOption(),
  }),
  example: "explain @last",
  async run({ lab, args, options, out, data, isJson, style, columns, writeFile }) {
    const term = args.connection ?? "@last";
    const ofProxy = pairOf(lab, term);
    const found = ofProxy?.client ?? (await findStory(lab, term));
    if (!(found instanceof Story)) {
      if (options.html !== undefined) throw new NetlabError("usage/explain-older");
      return isJson ? data(olderDocument(found)) : out(olderText(found));
    }
    const pair = ofProxy ?? otherOf(lab, found);
    if (pair) {
      const explained = await explainPair(lab, pair);
      if (options.html !== undefined) {
        const { version, clock } = lab;
        const request = { version, askedAt: clock.now(), visibility: options };
        await writeFile(options.html, pairPage(explained, request));
        if (!isJson) return out(`wrote ${printable(options.html)}`);
      }
      if (isJson) return data(pairDocument(lab, explained, options));
      return out(pairText(explained, { style, columns, hex: options.hex, full: options.full }, options));
    }
    const explanation = explain(lab, found, options);
    if (options.html !== undefined) {
      await writeFile(options.html, explanationPage(explanation, lab.version));
      if (!isJson) return out(`wrote ${printable(options.html)}`);
    }
    if (isJson) return data(explanationDocument(explanation));
    return out(explanationText(explanation, { style, columns, hex: options.hex, full: options.full }));
  },
});
