/** Bar of a file that comes: on the last row of the terminal, with room for sentences above it. */
import { SingleBar } from "cli-progress";
import prettyBytes from "pretty-bytes";
import type { Story } from "../stories/story.ts";

const PROGRESS_MS = 100;
const CLEAR_ROW = "\r\x1b[K";
const SAVE_CURSOR = "\x1b7";
/** Bars stay on one row with these, and sentences do not. */
const WRAP = { on: "\x1b[?7h", off: "\x1b[?7l" };

/** `2m 5s left`; nothing where the library has no estimate, which it tells as a word: "NULL" or "INF". */
function timeLeft(seconds: number): string {
  if (!Number.isFinite(seconds)) return "";
  const [minutes, rest] = [Math.floor(seconds / 60), Math.round(seconds % 60)];
  return `${minutes > 0 ? `${minutes}m ` : ""}${rest}s left`;
}

export interface Progress {
  start(story: Story, totalBytes: number): void;
  stop(): void;
  /** Prints above the bar, which stands on the last row. */
  above(print: (text: string) => void): (text: string) => void;
}

/** A bar is not drawn again where it looks as it did, so it forgets how that was; and it ends where its cursor was saved: on this row. */
function redraw(bar: SingleBar, stream: NodeJS.WriteStream): void {
  Object.assign(bar, { lastDrawnString: "" });
  stream.write(SAVE_CURSOR);
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
    format: "{bar} {percentage}%  {got} of {all}  {eta_formatted}",
    formatTime: timeLeft,
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
      stream.write(`${CLEAR_ROW}${WRAP.on}`);
      print(text);
      stream.write(WRAP.off);
      redraw(bar, stream);
    },
  };
}
