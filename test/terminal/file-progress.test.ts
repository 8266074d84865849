/** The bar of `fetch`, and what `--explain` says above it, as a terminal shows both. */
import { afterEach, describe, expect, it } from "vitest";
import { fileProgress, noProgress, type Progress } from "../../src/standalone/file-progress.ts";
import type { Story } from "../../src/stories/story.ts";
import { FakePipe } from "./fake-terminal.ts";

const story = { bytesIn: 500 } as Story;
let progress: Progress = noProgress;
afterEach(() => progress.stop());

function terminal() {
  return Object.assign(new FakePipe(), { isTTY: true, columns: 100 });
}

describe("a file's progress", () => {
  it("leaves the row to a sentence, and stands below it again", () => {
    const screen = terminal();
    progress = fileProgress(screen as never);
    progress.start(story, 1_000);
    expect(screen.text).toContain("0%");
    const before = screen.text.length;
    progress.above((text) => void screen.write(`${text}\n`))("recv() from the server");
    const [cleared = "", below = ""] = screen.text.slice(before).split("recv() from the server\n");
    expect(cleared, "and a long sentence is wrapped, not cut").toBe("\r\x1b[K\x1b[?7h");
    expect(below).toContain("0%");
    expect(below, "its end clears this row, not the one where it began").toMatch(/^\x1b\[\?7l\x1b7/);
  });

  it("says nothing of the time left where nothing has come yet", () => {
    const screen = terminal();
    progress = fileProgress(screen as never);
    progress.start(story, 1_000);
    progress.stop();
    expect(screen.text).toContain("0 B of 1 kB");
    expect(screen.text).not.toMatch(/LL|INF|undefined/);
  });

  it("has no row once it has stopped, so a sentence stands alone", () => {
    const screen = terminal();
    progress = fileProgress(screen as never);
    progress.start(story, 1_000);
    progress.stop();
    const before = screen.text.length;
    progress.above((text) => void screen.write(`${text}\n`))("saved");
    expect(screen.text.slice(before)).toBe("saved\n");
  });

  it("is none where nobody looks: in a pipe", () => {
    expect(fileProgress(new FakePipe() as never)).toBe(noProgress);
  });
});
