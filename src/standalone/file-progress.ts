/** Bar of a file that comes: on the last row of the terminal, with room for sentences above it. */
import { SingleBar } from "cli-progress";
import prettyBytes from "pretty-bytes";
import type { Story } from "../stories/story.ts";

const PROGRESS_MS = 100;
const CLEAR_ROW = "\r\x1b[K";

export interface Progress {
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

/** None: a file that is piped somewhere, or is answered as JSON, wants no bar. */
export const noProgress: Progress = {
  start: () => undefined,
  stop: () => undefined,
  above: (print) => print,
};

/** On a terminal only. */
export function fileProgress(stream: NodeJS.WriteStream): Progress {
  if (!stream.isTTY) return noProgress;
  const bar = new SingleBar({
    stream,
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
      stream.write(CLEAR_ROW);
      print(text);
      redraw(bar);
    },
  };
}
