/**
 * The line being typed, and everything that is printed while it is. node:readline edits; its output goes through a
 * gate, so that this file alone decides when the line is on the screen:
 *
 *   hidden (gate shut: keys are taken, nothing is echoed) → show(prompt) → shown → a finished line, or drop() → hidden
 *
 * `print` may come at any time: a shown line is taken off the screen, and drawn again below the text.
 *
 * Long, because the gate is only right if every path to the screen is in one file.
 */
import {
  clearScreenDown,
  createInterface,
  cursorTo,
  emitKeypressEvents,
  type Interface,
  type Key,
  moveCursor,
} from "node:readline";
import { Writable } from "node:stream";
import { historySize } from "./history-file.ts";
import { HistorySearch } from "./history-search.ts";
import { asLines, type InputStream, ignoreError, type OutputStream } from "./output-stream.ts";

export interface LineEditorOptions {
  readonly input: InputStream;
  readonly output: OutputStream;
  /** The newest first; the editor adds to it. */
  readonly history: string[];
  /** A finished line, typed while the editor was shown or hidden. When it is told, the editor is hidden. */
  readonly onLine: (line: string) => void;
  readonly onCtrlC: () => void;
  /** Ctrl-D on an empty line. The editor goes on. */
  readonly onCtrlD: () => void;
  readonly onTab: () => void;
  /** The terminal is gone. */
  readonly onHangUp: () => void;
}

const CLEAR_SCREEN = "\x1b[H\x1b[2J\x1b[3J";
const lineEnd = { ctrl: true, name: "e" };
const eraseToStart = { ctrl: true, name: "u" };
const backspace = { name: "backspace" };

/** Stream that readline draws on. It passes writes on at once or drops them; it never holds any back. */
class Gate extends Writable {
  isOpen = false;
  columns: number | undefined;
  readonly #output: OutputStream;

  constructor(output: OutputStream) {
    super({ decodeStrings: false });
    this.#output = output;
    this.columns = output.columns;
  }

  override _write(text: string, _encoding: BufferEncoding, done: () => void): void {
    if (this.isOpen) this.#output.write(text);
    done();
  }
}

/** Method by which readline takes each key. Node's own REPL searches its history through this, too; there is no other way in. */
interface KeyTaker {
  _ttyWrite(text: string | undefined, key: Key): void;
}

/** readline sets the flag while it takes keys out of one chunk, all but the last: that is how it knows a paste. */
interface PasteWatch {
  isCompletionEnabled: boolean;
}
/** A stream is watched once, however many editors it has in its life. */
const pasteWatches = new WeakMap<InputStream, PasteWatch>();

/**
 * With the interface itself as the watch, readline would write pasted keys without counting the rows they fill, and
 * tear a pasted line that wraps. So the watch is an object of its own, and `Tab` asks it.
 */
function watchPastes(input: InputStream): PasteWatch {
  const watch = pasteWatches.get(input) ?? { isCompletionEnabled: true };
  if (!pasteWatches.has(input)) emitKeypressEvents(input, watch as unknown as Interface);
  pasteWatches.set(input, watch);
  return watch;
}

export class LineEditor {
  readonly #options: LineEditorOptions;
  readonly #output: OutputStream;
  readonly #gate: Gate;
  readonly #pastes: PasteWatch;
  readonly #readline: Interface;
  readonly #closeReadline: () => void;
  /** Takes a key as readline does, past the search. */
  readonly #takeKey: KeyTaker["_ttyWrite"];
  #prompt = "";
  #search: HistorySearch | undefined;
  /** Set while what is typed must not be remembered: the history as it was. */
  #keptHistory: readonly string[] | undefined;
  #isClosed = false;
  #answerRows = 0;

  constructor(options: LineEditorOptions) {
    const { input, output, history } = options;
    this.#options = options;
    this.#output = output;
    this.#gate = new Gate(output);
    this.#pastes = watchPastes(input);
    const completer = () => this.#tab();
    this.#readline = createInterface({
      input,
      output: this.#gate,
      terminal: true,
      history,
      historySize,
      removeHistoryDuplicates: true,
      completer,
    });
    const taker = this.#readline as unknown as KeyTaker;
    this.#takeKey = taker._ttyWrite.bind(taker);
    taker._ttyWrite = (text, key) => this.#key(text, key ?? {});
    // readline closes itself on Ctrl-D and at the end of its input; when to close is the session's to say.
    this.#closeReadline = this.#readline.close.bind(this.#readline);
    this.#readline.close = () => (input.readableEnded ? options.onHangUp() : options.onCtrlD());
    this.#readline.on("line", (line) => this.#finished(line));
    this.#readline.on("history", () => {
      if (this.#keptHistory) history.splice(0, history.length, ...this.#keptHistory);
    });
    this.#readline.on("SIGINT", options.onCtrlC);
    // After Ctrl-Z and `fg` the shell's own lines stand where ours was.
    this.#readline.on("SIGCONT", () => (this.isShown ? this.#draw() : this.#readline.resume()));
    this.#readline.on("error", options.onHangUp);
    // A terminal that is gone may say so late, and more than once.
    output.on("error", ignoreError);
    output.on("error", options.onHangUp);
    output.on("resize", this.#resized);
  }

  get isShown(): boolean {
    return this.#gate.isOpen;
  }

  get line(): string {
    return this.#readline.line;
  }

  get cursor(): number {
    return this.#readline.cursor;
  }

  /** From here on, what is printed while no prompt is shown is the answer to one line. */
  beginAnswer(): void {
    this.#answerRows = 0;
  }

  get answerRows(): number {
    return this.#answerRows;
  }

  /** Puts the prompt on the screen, with what was typed ahead behind it. */
  show(prompt: string, { isRemembered = true } = {}): void {
    if (this.#isClosed) return;
    this.#keptHistory = isRemembered ? undefined : [...this.#options.history];
    this.#prompt = prompt;
    this.#search = undefined;
    this.#readline.setPrompt(prompt);
    this.#draw();
  }

  /** Resolves when the terminal took the text. The cursor stands at the start of a row before and after it. */
  async print(text: string): Promise<void> {
    const wasShown = this.isShown;
    if (!wasShown) this.#answerRows += asLines(text).split("\n").length - 1;
    this.#output.cork();
    if (wasShown) this.hide();
    this.#output.write(asLines(text));
    if (wasShown) this.#draw();
    this.#output.uncork();
    if (this.#output.writableNeedDrain) await drained(this.#output);
  }

  /** Takes the line off the screen; what was typed stays, for the next show. */
  hide(): void {
    if (!this.isShown) return;
    this.#eraseRows();
    this.#gate.isOpen = false;
  }

  /** Forgets what was typed but leaves it on the screen with the mark behind it, as shells do. */
  drop(mark: string): void {
    if (this.isShown) this.#readline.write(null, lineEnd);
    this.#gate.isOpen = false;
    this.#output.write(`${mark}\n`);
    this.takeTyped();
  }

  /** Takes away what was typed so far; only while hidden. */
  takeTyped(): string {
    const typed = this.line;
    this.#readline.write(null, lineEnd);
    this.#readline.write(null, eraseToStart);
    return typed;
  }

  typeIn(text: string): void {
    if (!this.#isClosed) this.#readline.write(text);
  }

  /** Replaces what stands between `from` and the cursor. */
  replace(from: number, text: string): void {
    const typed = this.line.slice(from, this.cursor);
    const isLonger = text.startsWith(typed);
    for (const _ of isLonger ? "" : typed) this.#readline.write(null, backspace);
    this.typeIn(isLonger ? text.slice(typed.length) : text);
  }

  clearScreen(): void {
    this.#output.write(CLEAR_SCREEN);
  }

  /** Gives the terminal back. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    if (this.isShown) this.drop("");
    this.#isClosed = true;
    this.#output.off("resize", this.#resized);
    this.#output.off("error", this.#options.onHangUp);
    // Within a key readline still touches its input, and fails if that is closed by then.
    await new Promise((resolve) => setImmediate(resolve));
    this.#closeReadline();
  }

  // -- keys --------------------------------------------------------------------------------------------------

  #key(text: string | undefined, key: Key): void {
    const mayBegin = key.ctrl === true && key.name === "r" && this.isShown && !this.#keptHistory;
    if (this.#search) this.#searchKey(this.#search, text, key);
    else if (mayBegin) this.#showSearch(new HistorySearch(this.#options.history, this.line));
    else this.#takeKey(text, key);
  }

  #searchKey(search: HistorySearch, text: string | undefined, key: Key): void {
    const isPlain = !key.ctrl && !key.meta;
    if (key.ctrl && key.name === "r") search.older();
    else if (key.name === "backspace") search.eraseLast();
    else if (isPlain && key.name !== "escape" && text && text >= " ") search.type(text);
    else {
      this.#endSearch(search, text, key);
      return;
    }
    this.#showSearch(search);
  }

  /** Esc and Ctrl-G leave the line as it was; any other key takes what was found, and does what it always does. */
  #endSearch(search: HistorySearch, text: string | undefined, key: Key): void {
    const isCancelled =
      key.name === "escape" || (key.ctrl === true && (key.name === "g" || key.name === "c"));
    this.#search = undefined;
    this.#readline.setPrompt(this.#prompt);
    this.#setLine((isCancelled ? undefined : search.match) ?? search.typedBefore);
    const isDone = key.name === "escape" || key.name === "tab" || (key.ctrl === true && key.name === "g");
    if (!isDone) this.#takeKey(text, key);
  }

  #showSearch(search: HistorySearch): void {
    this.#search = search;
    this.#readline.setPrompt(search.prompt);
    this.#setLine(search.match ?? search.typedBefore);
  }

  #setLine(text: string): void {
    this.#takeKey(undefined, lineEnd);
    this.#takeKey(undefined, eraseToStart);
    if (text !== "") this.#takeKey(text, {});
    this.#readline.prompt(true);
  }

  #finished(line: string): void {
    // A line that the terminal's end cut off was never sent off by the person.
    if (this.#options.input.readableEnded) return;
    this.#gate.isOpen = false;
    this.#options.onLine(line);
  }

  /** readline's own completion knows no summaries and stops reading keys, so it is given nothing to complete. */
  #tab(): [string[], string] {
    if (!this.#pastes.isCompletionEnabled) this.typeIn(" ");
    else if (this.isShown) this.#options.onTab();
    return [[], ""];
  }

  // -- the screen --------------------------------------------------------------------------------------------

  /** From a fresh row. */
  #draw(): void {
    // Before it draws, readline climbs the rows that it believes to be above the cursor. A refresh behind the shut
    // gate makes that the rows of the line as it is now, and as many line feeds make them true.
    this.#gate.isOpen = false;
    this.#readline.prompt(true);
    this.#output.write("\n".repeat(this.#readline.getCursorPos().rows));
    this.#gate.isOpen = true;
    this.#readline.prompt(true);
  }

  #eraseRows(): void {
    moveCursor(this.#output, 0, -this.#readline.getCursorPos().rows);
    cursorTo(this.#output, 0);
    clearScreenDown(this.#output);
  }

  /** Terminals wrap anew what they show, so the rows to erase are those of the new width. */
  readonly #resized = (): void => {
    this.#gate.columns = this.#output.columns;
    if (!this.isShown) return;
    this.#eraseRows();
    this.#draw();
  };
}

/** Also when the terminal goes away meanwhile: that is not waited for for ever. */
function drained(output: OutputStream): Promise<void> {
  return new Promise((resolve) => {
    const events = ["drain", "close", "error"];
    const done = () => {
      for (const event of events) output.off(event, done);
      resolve();
    };
    for (const event of events) output.once(event, done);
  });
}
