import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LineEditor, type LineEditorOptions } from "../../src/terminal/line-editor.ts";
import { eventually } from "../repl/eventually.ts";
import { FakeKeyboard, FakeScreen } from "./fake-terminal.ts";

const PROMPT = "netlab> ";
const COLUMNS = 20;
const LEFT = "\x1b[D";
let editor: LineEditor;
let keyboard: FakeKeyboard;
let screen: FakeScreen;
let lines: string[];

function open(options: Partial<LineEditorOptions> = {}, rows = 8): void {
  keyboard = new FakeKeyboard();
  screen = new FakeScreen(COLUMNS, rows);
  lines = [];
  editor = new LineEditor({
    input: keyboard,
    output: screen,
    history: [],
    onLine: (line) => void lines.push(line),
    onCtrlC: () => editor.drop("^C"),
    onCtrlD: () => {},
    onTab: () => {},
    onHangUp: () => {},
    ...options,
  });
}

/** Keys one by one, as a person types, until the editor has taken them all. */
async function type(text: string): Promise<void> {
  for (const key of text.startsWith("\x1b") ? text.split(/(?=\x1b)/) : text) keyboard.write(key);
  await eventually(() => expect(keyboard.writableLength + keyboard.readableLength).toBe(0));
}

/** How a terminal shows a text that it wraps. */
function wrapped(text: string): string[] {
  return (text.match(new RegExp(`.{1,${COLUMNS}}`, "gu")) ?? []).map((row) => row.trimEnd());
}

function expectLine(above: string[], text: string, cursor: number): void {
  expect(screen.rows).toEqual([...above, ...wrapped(PROMPT + text)]);
  const at = PROMPT.length + cursor;
  const expected = { row: above.length + Math.floor(at / COLUMNS), column: at % COLUMNS };
  expect(screen.terminal.cursor).toEqual(expected);
}

// readline draws nothing on a terminal that cannot move its cursor.
beforeEach(() => void vi.stubEnv("TERM", "xterm"));

afterEach(async () => {
  await editor.close();
  vi.unstubAllEnvs();
});

describe("output while somebody types", () => {
  const text = "The-quick-brown-fox-jumps-over-the-lazy-dog-twice";

  it.each([1, 5, 11, 12, 13, 20, 31, 32, 33, 49])(
    "keeps a line of %i characters, and its cursor anywhere",
    async (length) => {
      // From an almost empty screen, and from one that scrolls with every row.
      for (const rows of [30, 6]) {
        open({}, rows);
        editor.show(PROMPT);
        await type(text.slice(0, length));
        const above: string[] = [];
        for (let cursor = length; cursor >= 0; cursor -= 1) {
          expect(editor.cursor).toBe(cursor);
          await editor.print(`notice ${cursor}`);
          above.push(`notice ${cursor}`);
          expectLine(above, text.slice(0, length), cursor);
          if (cursor > 0) await type(LEFT);
        }
        await editor.close();
      }
    },
  );

  it("keeps the line through text that wraps, and through several rows at once", async () => {
    open();
    editor.show(PROMPT);
    await type("short");
    await editor.print("a notice that is longer than one row\nand one more\n");
    expectLine(["a notice that is lon", "ger than one row", "and one more"], "short", 5);
    await type("er");
    expectLine(["a notice that is lon", "ger than one row", "and one more"], "shorter", 7);
  });

  it("keeps a line that was pasted over several rows, also when it is edited afterwards", async () => {
    open();
    editor.show(PROMPT);
    keyboard.write(text);
    await eventually(() => expect(editor.line).toBe(text));
    expectLine([], text, text.length);
    await type("\x7f");
    expectLine([], text.slice(0, -1), text.length - 1);
    await editor.print("notice");
    expectLine(["notice"], text.slice(0, -1), text.length - 1);
    // Into its middle, with the cursor in its first row.
    await type(LEFT.repeat(text.length - 5));
    keyboard.write("+++++");
    const edited = `${text.slice(0, 4)}+++++${text.slice(4, -1)}`;
    await eventually(() => expect(editor.line).toBe(edited));
    expectLine(["notice"], edited, 9);
  });

  it("draws the line anew when the terminal gets narrower or wider", async () => {
    open();
    editor.show(PROMPT);
    await editor.print("above");
    await type("abc");
    screen.resize(COLUMNS + 10);
    await type("d");
    expect(screen.rows).toEqual(["above", `${PROMPT}abcd`]);
    screen.resize(COLUMNS);
    expectLine(["above"], "abcd", 4);
  });
});

describe("a hidden line", () => {
  it("takes keys without a trace, and shows them with the prompt", async () => {
    open();
    await type("typed ahead, over more than one row");
    await editor.print("output");
    expect(screen.rows).toEqual(["output"]);
    editor.show(PROMPT);
    expectLine(["output"], "typed ahead, over more than one row", 35);
  });

  it("is what a finished line leaves, so that the rest of a paste is not echoed", async () => {
    open();
    editor.show(PROMPT);
    keyboard.write("one\ntwo\r\nthr");
    await eventually(() => expect(lines).toEqual(["one", "two"]));
    await eventually(() => expect(editor.line).toBe("thr"));
    expect(editor.isShown).toBe(false);
    expect(screen.rows).toEqual([`${PROMPT}one`]);
    editor.show(PROMPT);
    expectLine([`${PROMPT}one`], "thr", 3);
  });

  it("can be taken away and typed in again", async () => {
    open();
    await type("later");
    expect(editor.takeTyped()).toBe("later");
    editor.show("Sure? ");
    expect(screen.rows).toEqual(["Sure?"]);
    await type("y\r");
    expect(lines).toEqual(["y"]);
    editor.typeIn("later");
    editor.show(PROMPT);
    expectLine(["Sure? y"], "later", 5);
  });
});

describe("keys", () => {
  it("of Ctrl-C leave the line on the screen, and an empty one behind", async () => {
    open();
    editor.show(PROMPT);
    await type("a line that wraps into the next row");
    await type(LEFT.repeat(30));
    keyboard.write("\x03");
    await eventually(() => expect(editor.line).toBe(""));
    editor.show(PROMPT);
    expectLine(wrapped(`${PROMPT}a line that wraps into the next row^C`), "", 0);
  });

  it("of Tab ask for completion, but stand for blanks within a paste", async () => {
    const onTab = vi.fn();
    open({ onTab });
    editor.show(PROMPT);
    keyboard.write("show\tchat");
    await eventually(() => expect(editor.line).toBe("show chat"));
    expect(onTab).not.toHaveBeenCalled();
    keyboard.write("\t");
    await eventually(() => expect(onTab).toHaveBeenCalledOnce());
    expect(editor.line).toBe("show chat");
  });

  it("of Ctrl-D are told, and the end of the terminal is told apart", async () => {
    const onCtrlD = vi.fn();
    const onHangUp = vi.fn();
    open({ onCtrlD, onHangUp });
    editor.show(PROMPT);
    keyboard.write("\x04");
    await eventually(() => expect(onCtrlD).toHaveBeenCalledOnce());
    await type("half a li");
    keyboard.end();
    await eventually(() => expect(onHangUp).toHaveBeenCalledOnce());
    expect(lines).toEqual([]);
  });

  it("of Up bring back what was typed, but no answers", async () => {
    const history = ["older"];
    open({ history });
    editor.show("Sure? ", { isRemembered: false });
    await type("y");
    keyboard.write("\r");
    await eventually(() => expect(lines).toEqual(["y"]));
    editor.show(PROMPT);
    await type("newer");
    keyboard.write("\r");
    await eventually(() => expect(lines).toEqual(["y", "newer"]));
    expect(history).toEqual(["newer", "older"]);
    editor.show(PROMPT);
    await type("\x1b[A");
    expect(editor.line).toBe("newer");
  });
});

describe("the terminal", () => {
  it("is raw while the editor has it, and given back at the start of a row", async () => {
    open();
    expect(keyboard.isRaw).toBe(true);
    editor.show(PROMPT);
    await type("half");
    await editor.close();
    expect(keyboard.isRaw).toBe(false);
    expect(screen.terminal.cursor).toEqual({ row: 1, column: 0 });
    expect(screen.listenerCount("resize")).toBe(0);
  });

  it("can have an editor again, pastes included", async () => {
    open();
    await editor.close();
    const again = new LineEditor({
      input: keyboard,
      output: screen,
      history: [],
      onLine: (line) => void lines.push(line),
      onCtrlC: () => {},
      onCtrlD: () => {},
      onTab: () => lines.push("tab"),
      onHangUp: () => {},
    });
    again.show(PROMPT);
    keyboard.write("a\tb\r");
    await eventually(() => expect(lines).toEqual(["a b"]));
    await again.close();
  });

  it("that is full slows its writer", async () => {
    open();
    const written = vi.spyOn(screen, "writableNeedDrain", "get").mockReturnValue(true);
    let isDone = false;
    const printed = editor.print("text").then(() => {
      isDone = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(isDone).toBe(false);
    screen.emit("drain");
    await printed;
    written.mockRestore();
  });
});
