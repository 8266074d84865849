import { describe, expect, it } from "vitest";
import { FrameDrawer } from "../../src/terminal/frame-drawer.ts";
import { FakePipe } from "./fake-terminal.ts";

const terminal = (columns: number, rows: number) =>
  Object.assign(new FakePipe(), {
    isTTY: true,
    columns,
    getWindowSize: () => [columns, rows] as [number, number],
  });

describe("a frame", () => {
  it("is drawn over the one before it", () => {
    const frames = new FrameDrawer(terminal(40, 10));
    expect(frames.draw("a\nb")).toBe("\x1b[Ja\nb\n");
    expect(frames.draw("c")).toBe("\x1b[2A\r\x1b[Jc\n");
    expect(frames.draw("d\n")).toBe("\x1b[1A\r\x1b[Jd\n");
  });

  it("stands below what was printed meanwhile", () => {
    const frames = new FrameDrawer(terminal(40, 10));
    frames.draw("a\nb");
    frames.forget();
    expect(frames.draw("c")).toBe("\x1b[Jc\n");
  });

  it("is cut to the rows of the screen", () => {
    const frames = new FrameDrawer(terminal(40, 4));
    expect(frames.draw("a\nb\nc\nd\ne")).toBe("\x1b[Ja\nb\n… 3 lines more\n");
    expect(frames.draw("a\nb\nc")).toBe("\x1b[3A\r\x1b[Ja\nb\nc\n");
  });

  it("takes more rows where the screen has become narrower", () => {
    const screen = terminal(40, 10);
    const frames = new FrameDrawer(screen);
    frames.draw(`${"x".repeat(30)}\n\nb`);
    screen.columns = 20;
    expect(frames.draw("c")).toBe("\x1b[4A\r\x1b[Jc\n");
  });

  it("stands one below the other where there is no terminal", () => {
    const frames = new FrameDrawer(new FakePipe());
    expect(frames.draw("a\nb") + frames.draw("c")).toBe("a\nb\n\nc\n");
  });
});
