/**
 * The REPL on a terminal, attached to a daemon over its control socket. Leaving it never stops the daemon.
 *
 * One line's life: 1. typed at the prompt, or ahead of it while another runs → 2. run by the daemon; what it prints
 * comes as it happens, no prompt is shown → 3. its exit: the next line typed ahead, or the prompt again.
 */

import { ControlClient } from "../control/control-client.ts";
import type { NetlabError } from "../errors.ts";
import { ForegroundCommand } from "./foreground-command.ts";
import { HistoryFile } from "./history-file.ts";
import { LineEditor } from "./line-editor.ts";
import { Notices } from "./notices.ts";
import { type InputStream, type OutputStream, screenFields, wantsColors } from "./output-stream.ts";
import { watchSilence } from "./silence.ts";
import { TabCompletion } from "./tab-completion.ts";
import { isIdle, isLeaving } from "./typed-line.ts";

/** Why a session ended: the person left, the daemon said that it stops, or it went away without a word. */
export type Leaving = "left" | "stopped" | "lost";

export interface AttachOptions {
  readonly socketPath: string;
  readonly input: InputStream;
  readonly output: OutputStream;
  /** Whether the first screen is shown; it is, unless told otherwise. */
  readonly welcome?: boolean | undefined;
  /** File of remembered lines; without it they last as long as the session. */
  readonly historyPath?: string | undefined;
  /** Told when the terminal is free again. */
  readonly onLeave?: ((leaving: Leaving) => void) | undefined;
  /** Action of Ctrl-C twice on an empty line; the first one prints the hint. */
  readonly onDoubleCtrlC?: (() => void) | undefined;
  readonly doubleCtrlCHint?: string | undefined;
  /** By default as the terminal and NO_COLOR say. */
  readonly colors?: boolean | undefined;
  /** Milliseconds, for the time between two Ctrl-C. */
  readonly now?: (() => number) | undefined;
}

/** Answers of so many rows stay close to the prompt. */
const SHORT_ANSWER_ROWS = 3;
const DOUBLE_CTRL_C_MS = 2_000;
const DOUBLE_CTRL_C_HINT = "(Ctrl-C again stops the daemon; Ctrl-D leaves it running)";

/** Fails with a NetlabError when no daemon answers, or none that we understand. */
export async function attach(options: AttachOptions): Promise<Leaving> {
  const client = await ControlClient.connect(options.socketPath);
  const leaving = await new AttachedTerminal(client, options).run();
  options.onLeave?.(leaving);
  return leaving;
}

class AttachedTerminal {
  readonly #client: ControlClient;
  readonly #options: AttachOptions;
  readonly #history: HistoryFile;
  readonly #editor: LineEditor;
  readonly #notices: Notices;
  readonly #command: ForegroundCommand;
  readonly #completion: TabCompletion;
  /** Lines typed or pasted ahead. */
  readonly #ahead: string[] = [];
  /** Resolver of the next line, at the prompt. */
  #atPrompt: ((line: string | undefined) => void) | undefined;
  #isGreeted = false;
  #leaving: Leaving | undefined;
  #lastWord: string | undefined;
  /** Ctrl-D was typed, maybe ahead: what was typed before it still runs. */
  #isAtEnd = false;
  #isStopping = false;
  #ctrlCAt = Number.NEGATIVE_INFINITY;

  constructor(client: ControlClient, options: AttachOptions) {
    this.#client = client;
    this.#options = options;
    this.#history = new HistoryFile(options.historyPath);
    this.#editor = new LineEditor({
      input: options.input,
      output: options.output,
      history: this.#history.lines,
      onLine: (line) => this.#typed(line),
      onCtrlC: () => this.#ctrlC(),
      onCtrlD: () => this.#ctrlD(),
      onTab: () => void this.#tab(),
      onHangUp: () => this.#hangUp(),
    });
    this.#notices = new Notices(this.#editor, options.colors ?? wantsColors(options.output));
    this.#command = new ForegroundCommand(client, this.#editor, this.#notices, options.output);
    this.#completion = new TabCompletion(client, this.#editor);
    client.onNotice((text, level) => {
      this.#command.disturb();
      void this.#notices.say(level === "warn" || level === "error" ? level : "info", text);
    });
    client.onEvent((event, count) => this.#heard(event, count));
  }

  async run(): Promise<Leaving> {
    const stopWatching = watchSilence(this.#client, (sentence) => void this.#notices.say("warn", sentence));
    try {
      const hello = await this.#client.hello(screenFields(this.#options.output, this.#notices.hasColors));
      stopWatching();
      this.#isGreeted = true;
      this.#notices.setNodes(hello.nodes ?? 1);
      // From here on a daemon that goes away ends the session; before, it was never there.
      this.#client.onClose((error) => this.#lost(error));
      if (this.#options.welcome !== false && hello.welcome) await this.#editor.print(hello.welcome);
      while (this.#leaving === undefined) {
        const line = await this.#nextLine();
        if (line !== undefined) await this.#obey(this.#command.isUnfinished ? line : line.trim());
      }
      if (this.#lastWord !== undefined) await this.#notices.say("error", this.#lastWord);
      return this.#leaving;
    } finally {
      stopWatching();
      await this.#editor.close();
      this.#client.close();
    }
  }

  /** Undefined when there is none, and something else happened. */
  async #nextLine(): Promise<string | undefined> {
    const line = this.#isStopping ? undefined : this.#ahead.shift();
    if (line !== undefined) {
      // As if it were typed now, so that the screen tells what the output below belongs to.
      await this.#editor.print(this.#prompt + line);
      return line;
    }
    if (this.#isStopping || this.#isAtEnd) this.#leaving ??= this.#isStopping ? "stopped" : "left";
    if (this.#leaving !== undefined) return undefined;
    this.#editor.show(this.#prompt);
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    this.#atPrompt = resolve;
    return promise;
  }

  get #prompt(): string {
    return this.#command.isUnfinished ? this.#notices.continuation : this.#notices.prompt;
  }

  async #obey(line: string): Promise<void> {
    if (this.#command.isUnfinished) return this.#command.run(line);
    if (isIdle(line)) return;
    this.#editor.beginAnswer();
    if (isLeaving(line)) this.#leaving ??= "left";
    else if (line === "clear") this.#editor.clearScreen();
    else await this.#command.run(line);
    // A long answer stands apart from what is typed next.
    if (this.#editor.answerRows > SHORT_ANSWER_ROWS) await this.#editor.print("");
    if (this.#command.isLeaving) this.#leaving ??= "left";
  }

  // -- keys --------------------------------------------------------------------------------------------------

  #typed(line: string): void {
    if (this.#command.isAsking) {
      this.#command.answer(line);
      return;
    }
    this.#ctrlCAt = Number.NEGATIVE_INFINITY;
    this.#history.add(line);
    if (this.#atPrompt) this.#wake(line);
    else this.#ahead.push(line);
  }

  #ctrlC(): void {
    if (this.#command.isRunning) {
      // As a terminal does: what was typed ahead goes with the command.
      this.#ahead.length = 0;
      this.#command.interrupt();
    } else if (this.#atPrompt) {
      this.#ctrlCAtPrompt();
    } else if (!this.#isGreeted) {
      // The program that listens there does not answer.
      this.#client.close();
    }
  }

  #ctrlCAtPrompt(): void {
    const { onDoubleCtrlC, doubleCtrlCHint = DOUBLE_CTRL_C_HINT, now = Date.now } = this.#options;
    const wasEmpty = this.#editor.line === "" && !this.#command.isUnfinished;
    this.#command.dropUnfinished();
    const isSecond = wasEmpty && now() - this.#ctrlCAt <= DOUBLE_CTRL_C_MS;
    this.#ctrlCAt = wasEmpty && !isSecond ? now() : Number.NEGATIVE_INFINITY;
    this.#editor.drop("^C");
    if (onDoubleCtrlC && isSecond) {
      // The daemon ends with it, and a prompt would only be in the way of what is said then.
      onDoubleCtrlC();
      return;
    }
    if (onDoubleCtrlC && wasEmpty) void this.#notices.say("info", doubleCtrlCHint);
    this.#editor.show(this.#notices.prompt);
  }

  #ctrlD(): void {
    if (this.#command.isAsking) {
      this.#editor.drop("");
      this.#command.answer("");
    } else if (this.#command.isUnfinished && this.#atPrompt) {
      // Unfinished code is given up, as with Ctrl-C; only then is the session left.
      this.#ctrlCAtPrompt();
    } else {
      this.#isAtEnd = true;
      this.#wake(undefined);
    }
  }

  async #tab(): Promise<void> {
    if (this.#atPrompt) await this.#completion.tab(this.#options.output.columns);
  }

  // -- what ends a session -----------------------------------------------------------------------------------

  #hangUp(): void {
    this.#leaving ??= "left";
    if (!this.#isGreeted) this.#client.close();
    this.#command.abandon();
    this.#wake(undefined);
  }

  #heard(event: string, count = 1): void {
    if (event === "nodes" && this.#notices.setNodes(count) && this.#atPrompt && this.#editor.isShown) {
      this.#editor.hide();
      this.#editor.show(this.#prompt);
    }
    if (event !== "stopping" || this.#isStopping) return;
    this.#isStopping = true;
    // A command that runs may have something to say yet (the one that stops the daemon, for one).
    if (this.#atPrompt) this.#editor.hide();
    void this.#notices.say("warn", "the daemon is stopping");
    this.#wake(undefined);
  }

  #lost(error: NetlabError | undefined): void {
    if (!error) return;
    this.#leaving ??= this.#isStopping ? "stopped" : "lost";
    this.#lastWord = this.#leaving === "lost" ? `${error.message}; this session is over` : undefined;
    this.#editor.hide();
    this.#command.answer("");
    this.#wake(undefined);
  }

  #wake(line: string | undefined): void {
    const tell = this.#atPrompt;
    this.#atPrompt = undefined;
    tell?.(line);
  }
}
