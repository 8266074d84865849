import { z } from "zod";
import { defineCommand } from "../command.ts";
import { explanationText } from "../explain-text.ts";
import { explain, explanationDocument } from "../explanation.ts";
import { selectStory } from "../selectors.ts";

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
    showTokens: z.boolean().default(false).describe("show tokens as they are"),
  }),
  example: "explain @last",
  run({ lab, args, options, out, data, isJson, style, columns }) {
    const explanation = explain(lab, selectStory(lab, args.connection ?? "@last"), options);
    if (isJson) return data(explanationDocument(explanation));
    return out(explanationText(explanation, { style, columns, hex: options.hex }));
  },
});
