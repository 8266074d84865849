/**
 * `play`: goes through a lab sheet. With a person at the terminal each step waits for Enter; `--check` waits for none,
 * shows only what is wrong, and ends with the exit status of the first step that fails (1 where it is an expectation).
 */
import { exitCodeOf, exitCodes, messageOf, NetlabError } from "../errors.ts";
import { type Style, styleOf } from "../repl/style.ts";
import type { ClientCall } from "./client-commands.ts";
import { readNamedFile } from "./client-file.ts";
import type { Console } from "./console.ts";
import { firstMissing, saidInstead } from "./expectation.ts";
import type { LineRunner } from "./line-runner.ts";
import { proseText } from "./prose.ts";
import { type Block, parseSheet } from "./sheet.ts";
import { SheetTraces } from "./sheet-traces.ts";
import { StepRecord } from "./step-record.ts";
import { isIdle } from "./typed-line.ts";

const STEP = "  Enter runs this, s skips it, q leaves: ";
const OTHER_TERMINAL = "  Type that in another terminal. Enter goes on, q leaves: ";
const FAILED = "  Not as expected. r runs it again, Enter goes on, q leaves: ";
const INDENT = "    ";

export function play(call: ClientCall): Promise<number> {
  return new SheetPlayer(call).run();
}

/** The sheet is over before its end: the person left, or a step failed where no one could be asked. */
class Over extends Error {
  readonly exit: number;

  constructor(exit: number) {
    super("the sheet is over");
    this.exit = exit;
  }
}

class SheetPlayer {
  readonly #name: string;
  readonly #runner: LineRunner;
  readonly #console: Console;
  readonly #isCheck: boolean;
  readonly #style: Style;
  readonly #traces: SheetTraces;
  readonly #record: StepRecord;
  #commands = 0;
  #expectations = 0;
  #leftOut = 0;

  constructor({ runner, console, args, options }: ClientCall) {
    this.#name = args.sheet ?? "";
    this.#runner = runner;
    this.#traces = new SheetTraces(runner);
    const formats = (options.format ?? []) as readonly string[];
    this.#record = new StepRecord(this.#name, "sheet", formats);
    this.#isCheck = options.check === true || formats.length > 0;
    this.#console = this.#isCheck ? { ...console, isAttended: false } : console;
    this.#style = styleOf(console.hasColors);
  }

  async run(): Promise<number> {
    const text = await readNamedFile(this.#name, { argv: [this.#name] });
    const blocks = parseSheet(text, this.#name);
    await this.#record.begin();
    let isOver = false;
    try {
      for (const { title, line } of blocks.flatMap(stepsOf)) this.#record.plan(line, title);
      const exit = await this.#playAll(blocks);
      isOver = exit !== exitCodes.interrupted;
      return exit;
    } finally {
      for (const result of await this.#record.end(isOver)) await this.#console.out(result);
    }
  }

  async #playAll(blocks: readonly Block[]): Promise<number> {
    let isWhole = false;
    try {
      await this.#traces.begin();
      for (const [index, block] of blocks.entries()) {
        if (this.#console.signal.aborted) return exitCodes.interrupted;
        // Expectations belong to the step before them.
        if (block.kind !== "expect") await this.#show(block, blocks[index + 1]);
      }
      isWhole = true;
    } catch (error) {
      if (error instanceof Over) return error.exit;
      throw error;
    } finally {
      if (!isWhole) await this.#clear();
    }
    if (this.#isCheck && !this.#record.ownsOutput) await this.#console.out(this.#sum());
    return exitCodes.done;
  }

  /** Puts the lab back as it was, so that the sheet can be played again. */
  async #clear(): Promise<void> {
    const cleared = await this.#traces.clear();
    if (cleared.length > 0) await this.#console.err(`cleared what the sheet left: ${cleared.join(", ")}`);
  }

  #sum(): string {
    const leftOut = this.#leftOut > 0 ? `, ${count(this.#leftOut, "step")} by hand left out` : "";
    return `${this.#name}: ${count(this.#commands, "command")}, ${count(this.#expectations, "expected line")}, all as it says${leftOut}`;
  }

  async #show(block: Block, next: Block | undefined): Promise<void> {
    const { kind, lines } = block;
    if (kind === "commands" || kind === "by-hand") {
      const expected = next?.kind === "expect" ? next : undefined;
      if (kind === "by-hand" && !this.#console.isAttended) this.#leaveOut([block, expected]);
      else await this.#step(block, expected);
    } else if (!this.#isCheck) {
      if (kind === "prose") await this.#console.out(`${proseText(lines, this.#columns, this.#style)}\n\n`);
      else await this.#print(lines, "other");
      if (kind === "shell") await this.#asked(OTHER_TERMINAL);
    }
  }

  #leaveOut(blocks: readonly (Block | undefined)[]): void {
    this.#leftOut += 1;
    const steps = blocks.flatMap((block) => (block ? stepsOf(block) : []));
    for (const { line, title } of steps)
      this.#record.leftOut(line, title, "by hand: it speaks of the reader's own program");
  }

  /** Plays a block of commands, as often as the person wants. */
  async #step(block: Block, expected: Block | undefined): Promise<void> {
    if (!this.#isCheck) await this.#print(block.lines, "commands");
    if ((await this.#asked(STEP)) === "s") return;
    for (;;) {
      const exit = await this.#attempt(block, expected);
      if (exit === exitCodes.done) return;
      if (!this.#console.isAttended || exit === exitCodes.interrupted) throw new Over(exit);
      if ((await this.#asked(FAILED)) !== "r") return;
    }
  }

  async #attempt(block: Block, expected: Block | undefined): Promise<number> {
    const said: string[] = [];
    const console = this.#listening(said);
    for (const { line: number, text: line } of stepsOf(block)) {
      if (!this.#isCheck && block.lines.length > 1)
        await this.#console.out(this.#style.dim(`netlab> ${line}`));
      this.#commands += 1;
      this.#traces.note(line);
      const [before, began] = [said.length, performance.now()];
      const exit = await this.#run(line, console);
      const output = said.slice(before).join("\n");
      const message = `ended with exit status ${exit}`;
      this.#record.ran({ line: number, title: line, exit, ms: performance.now() - began, message, output });
      if (exit === exitCodes.done) continue;
      if (this.#isCheck) await this.#console.err(said.join("\n"));
      await this.#complain(number, `${message}: ${line}`);
      return exit;
    }
    return expected ? this.#compare(expected, said.join("\n")) : this.#gap();
  }

  async #run(line: string, console: Console): Promise<number> {
    try {
      return await this.#runner.runLine(line, console);
    } catch (error) {
      if (!this.#runner.client.isOpen || !(error instanceof NetlabError)) throw error;
      await console.err(messageOf(error));
      return exitCodeOf(error);
    }
  }

  /** Console that keeps what commands say, and shows it as it comes unless under --check. */
  #listening(said: string[]): Console {
    const console = this.#console;
    const keep = (show: (text: string) => void | Promise<void>) => (text: string) => {
      said.push(text);
      return this.#isCheck ? undefined : show(text);
    };
    return { ...console, out: keep(console.out), err: keep(console.err), frame: keep(console.frame) };
  }

  async #compare(block: Block, said: string): Promise<number> {
    const wanted = stepsOf(block);
    const missing = firstMissing(
      wanted.map(({ text }) => text),
      said,
    );
    const first = missing === undefined ? undefined : wanted[missing];
    for (const { title, line } of wanted.slice(0, missing))
      this.#record.ran({ line, title, exit: exitCodes.done, ms: 0 });
    if (!first) {
      this.#expectations += wanted.length;
      return this.#gap(this.#style.good("  as the sheet says"));
    }
    const { line, title } = first;
    this.#record.ran({ line, title, exit: exitCodes.checkFailed, ms: 0, message: title, output: said });
    await this.#complain(line, `${title}\n${saidInstead(said)}`);
    return exitCodes.checkFailed;
  }

  async #gap(words?: string): Promise<number> {
    if (!this.#isCheck) await this.#console.out(words === undefined ? "" : `${words}\n\n`);
    return exitCodes.done;
  }

  async #complain(line: number, what: string): Promise<void> {
    await this.#console.err(`${this.#name}:${line}: ${what}`);
  }

  async #print(lines: readonly string[], kind: "commands" | "other"): Promise<void> {
    const paint = (text: string) => (kind === "commands" ? this.#style.accent(text) : text);
    await this.#console.out(`${lines.map((line) => INDENT + paint(line)).join("\n")}\n\n`);
  }

  /** The answer's first letter; nothing where no one is asked. */
  async #asked(question: string): Promise<string> {
    if (!this.#console.isAttended) return "";
    const answer = (await this.#console.ask(question)).trim().slice(0, 1).toLowerCase();
    if (this.#console.signal.aborted) throw new Over(exitCodes.interrupted);
    if (answer === "q") throw new Over(exitCodes.done);
    return answer;
  }

  get #columns(): number {
    return this.#console.screen.columns || 80;
  }
}

interface SheetStep {
  readonly text: string;
  readonly title: string;
  readonly line: number;
}

/** Lines of a block that are run or expected, and where they stand in the sheet. */
function stepsOf({ kind, lines, line }: Block): SheetStep[] {
  const isIdleLine = kind === "expect" ? (text: string) => text === "" : isIdle;
  if (kind !== "commands" && kind !== "by-hand" && kind !== "expect") return [];
  return lines.flatMap((whole, index) => {
    const text = whole.trim();
    const title = kind === "expect" ? `expected: ${text}` : text;
    return isIdleLine(text) ? [] : [{ text, title, line: line + index }];
  });
}

const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? "" : "s"}`;
