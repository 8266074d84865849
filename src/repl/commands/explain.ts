import { z } from "zod";
import { selectStory } from "../../lab/selectors.ts";
import { printable } from "../../printable.ts";
import { defineCommand } from "../command.ts";
import { explanationPage } from "../explain-page.ts";
import { explanationText } from "../explain-text.ts";
import { explain, explanationDocument } from "../explanation.ts";

export default defineCommand({
  name: "explain",
  group: "connections",
  summary: "tells a connection's story in order, and what went wrong in it, with a card for each mistake",
  args: [
    {
      name: "connection",
      summary: "live or ended; default @last",
      isOptional: true,
      completes: "connection",
    },
  ],
  options: z.object({
    hex: z.boolean().default(false).describe("every byte that is kept, of what was sent too"),
    full: z
      .boolean()
      .default(false)
      .describe("all cards, with the rules' texts and the commands that show the same again"),
    html: z
      .string()
      .min(1)
      .optional()
      .describe("write it as one page to this file, to be handed in or mailed"),
    showTokens: z.boolean().default(false).describe("show tokens as they are"),
  }),
  example: "explain @last",
  async run({ lab, args, options, out, data, isJson, style, columns, writeFile }) {
    const explanation = explain(lab, selectStory(lab, args.connection ?? "@last"), options);
    if (options.html !== undefined) {
      await writeFile(options.html, explanationPage(explanation, lab.version));
      if (!isJson) return out(`${explanation.story.subject.id} is explained in ${printable(options.html)}`);
    }
    if (isJson) return data(explanationDocument(explanation));
    return out(explanationText(explanation, { style, columns, hex: options.hex, full: options.full }));
  },
});
