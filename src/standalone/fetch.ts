import { SingleBar } from "cli-progress";
import prettyBytes from "pretty-bytes";
import { z } from "zod";
import fileClient, { type FetchResult } from "../machines/file-client.ts";
import { printable } from "../printable.ts";
import { hintText } from "../stories/cause-text.ts";
import type { Entry, Story } from "../stories/story.ts";
import { defineStandalone, EXPLAIN, type StandaloneCall } from "./command.ts";
import { type Outcome, tellOutcome } from "./outcome.ts";
import { runClient } from "./run-client.ts";
import { stepPrinter } from "./step-printer.ts";

const { service: _service, file: _file, ...clientOptions } = fileClient.options.shape;
const options = z.object({
  ...clientOptions,
  explain: EXPLAIN,
  showTokens: z.boolean().default(false).describe("show tokens in --explain as they are"),
});

const PROGRESS_MS = 100;
const CLEAR_ROW = "\r\x1b[K";

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
    const { args, options: own, signal, err, out, hasColors } = call;
    const { explain, showTokens, ...rest } = own;
    const progress = progressBar(call);
    const explainStep = stepPrinter(fileClient, progress.above(err), hasColors, { showTokens });
    const onEntry = (story: Story, entry: Entry) => {
      if (explain) explainStep(story, entry);
      if (entry.kind === "file") progress.start(story, entry.size);
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
    if (!result.ok) return tellOutcome(outcome, call);
    const { path, sizeBytes, sha256 } = result;
    const saved = { ...outcome, output: { path, sizeBytes, sha256 } };
    return tellOutcome(saved, call, {
      say: () => out(`saved ${path}  ${sizeBytes} bytes  sha256 ${sha256}`),
    });
  },
});

interface Progress {
  start(story: Story, totalBytes: number): void;
  stop(): void;
  /** Prints above the bar, which stands on the last row. */
  above(print: (text: string) => void): (text: string) => void;
}

/** A bar is not drawn again where it looks as it did, so it has to forget how that was. */
function redraw(bar: SingleBar): void {
  Object.assign(bar, { lastDrawnString: "" });
  bar.render();
}

/** On a terminal only: a file that is piped somewhere wants no bar. */
function progressBar({ isJson }: StandaloneCall<unknown>): Progress {
  if (isJson || !process.stderr.isTTY)
    return { start: () => undefined, stop: () => undefined, above: (print) => print };
  const bar = new SingleBar({
    stream: process.stderr,
    format: "{bar} {percentage}%  {got} of {all}  {eta_formatted} left",
    barsize: 30,
    clearOnComplete: true,
    hideCursor: true,
  });
  let timer: NodeJS.Timeout | undefined;
  return {
    start(story, totalBytes) {
      const before = story.bytesIn;
      const show = () => ({ got: prettyBytes(story.bytesIn - before), all: prettyBytes(totalBytes) });
      bar.start(totalBytes, 0, show());
      timer = setInterval(
        () => bar.update(Math.min(totalBytes, story.bytesIn - before), show()),
        PROGRESS_MS,
      );
    },
    stop() {
      clearInterval(timer);
      timer = undefined;
      bar.stop();
    },
    above: (print) => (text) => {
      if (timer === undefined) return print(text);
      process.stderr.write(CLEAR_ROW);
      print(text);
      redraw(bar);
    },
  };
}
