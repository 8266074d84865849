import * as z from "zod";
import fileClient, { type FetchResult } from "../machines/file-client.ts";
import { printable } from "../printable.ts";
import { hintText } from "../stories/cause-text.ts";
import type { Entry, Story } from "../stories/story.ts";
import { fileProgress, noProgress } from "./file-progress.ts";
import { type Outcome, printOutcome } from "./outcome.ts";
import { runClient } from "./run-client.ts";
import { defineStandalone, EXPLAIN } from "./standalone-command.ts";
import { stepPrinter } from "./step-printer.ts";

const { service: _service, file: _file, ...clientOptions } = fileClient.options.shape;
const options = z.object({
  ...clientOptions,
  explain: EXPLAIN,
  showTokens: z.boolean().default(false).describe("show tokens in --explain as they are"),
});

export default defineStandalone({
  name: "fetch",
  summary: "discovers a file server and fetches one file from it",
  args: [
    { name: "service", summary: "the kind of file, e.g. pdf" },
    { name: "filename", summary: "its name on the server" },
  ],
  options,
  isValidatedByRole: true,
  example: "netlabctl fetch pdf server.pdf --bootstrap localhost:1234",
  async run(call) {
    const { args, options: own, signal, err, out, hasColors, isJson } = call;
    const { explain, showTokens, ...rest } = own;
    const progress = isJson ? noProgress : fileProgress(process.stderr);
    const explainStep = stepPrinter(fileClient, progress.above(err), hasColors, { showTokens });
    const onEntry = (story: Story, entry: Entry) => {
      if (explain) explainStep(story, entry);
      if (entry.kind === "file") progress.start(story, entry.told);
    };
    let outcome: Outcome;
    try {
      const given = { ...rest, service: args.service, file: args.filename };
      outcome = await runClient(fileClient, given, {
        onEntry,
        signal,
        screen: { show: () => undefined, hint: (hint) => progress.above(err)(printable(hintText(hint))) },
      });
    } finally {
      progress.stop();
    }
    const result = outcome.output as FetchResult;
    if (!result.ok) return printOutcome(outcome, call);
    const { path, sizeBytes, sha256 } = result;
    const saved = { ...outcome, output: { path, sizeBytes, sha256 } };
    return printOutcome(saved, call, {
      say: () => out(`saved ${path}  ${sizeBytes} bytes  sha256 ${sha256}`),
    });
  },
});
