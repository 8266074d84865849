import type { ControlClient } from "../control/control-client.ts";
import { messageOf } from "../errors.ts";
import type { Console } from "./console.ts";
import { FrameDrawer } from "./frame-drawer.ts";
import type { LineEditor } from "./line-editor.ts";
import { LineRunner } from "./line-runner.ts";
import type { Notices } from "./notices.ts";
import type { OutputStream } from "./output-stream.ts";

interface Running {
  /** Aborted by the first Ctrl-C. */
  readonly ctrlC: AbortController;
  /** Ends the waiting, not the command. */
  readonly abandon: () => void;
}

/** The line that has the terminal: one at a time. It may ask; it can be interrupted, and then given up. */
export class ForegroundCommand {
  readonly #runner: LineRunner;
  readonly #editor: LineEditor;
  readonly #notices: Notices;
  readonly #output: OutputStream;
  readonly #frames: FrameDrawer;
  #running: Running | undefined;
  /** Resolver of the question that waits for its answer. */
  #answer: ((text: string) => void) | undefined;

  constructor(client: ControlClient, editor: LineEditor, notices: Notices, output: OutputStream) {
    this.#runner = new LineRunner(client);
    this.#editor = editor;
    this.#notices = notices;
    this.#output = output;
    this.#frames = new FrameDrawer(output);
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** Something was printed that is not this command's: its next frame stands below that. */
  disturb(): void {
    this.#frames.forget();
  }

  /** The next line goes on with the code before it. */
  get isUnfinished(): boolean {
    return this.#runner.isUnfinished;
  }

  dropUnfinished(): void {
    this.#runner.dropUnfinished();
  }

  /** The line said that the person leaves. */
  get isLeaving(): boolean {
    return this.#runner.isLeaving;
  }

  get isAsking(): boolean {
    return this.#answer !== undefined;
  }

  /** Until its exit; what failed was said by then. */
  async run(line: string): Promise<void> {
    const abandoned = Promise.withResolvers<void>();
    const running: Running = { ctrlC: new AbortController(), abandon: abandoned.resolve };
    this.#running = running;
    try {
      await this.#runner.runLine(line, this.#consoleFor(running, abandoned.promise));
    } catch (error) {
      // That the daemon is gone is said when the session ends.
      if (this.#runner.client.isOpen) await this.#notices.say("error", messageOf(error));
    } finally {
      this.#running = undefined;
    }
  }

  /** To the question that is open, if one is. */
  answer(text: string): void {
    const tell = this.#answer;
    this.#answer = undefined;
    tell?.(text);
  }

  /** The first time asks the daemon to end the command; the second time gives up waiting for that. */
  interrupt(): void {
    if (!this.#running) return;
    this.#editor.drop("^C");
    if (this.#running.ctrlC.signal.aborted) {
      void this.#notices.say("warn", "not waiting any longer; the command may still run");
      this.#running.abandon();
    }
    this.#running.ctrlC.abort();
    this.answer("");
  }

  abandon(): void {
    this.#running?.abandon();
    this.answer("");
  }

  /** A command that is no longer waited for may go on for a while; what it says then belongs to no line on the screen. */
  #consoleFor(running: Running, givenUp: Promise<void>): Console {
    const isOurs = () => this.#running === running;
    const frames = this.#frames;
    frames.forget();
    return {
      screen: this.#output,
      hasColors: this.#notices.hasColors,
      isAttended: true,
      signal: running.ctrlC.signal,
      givenUp,
      out: (text) => {
        frames.forget();
        return isOurs() ? this.#editor.print(text) : undefined;
      },
      err: (text) => {
        frames.forget();
        return isOurs() ? this.#notices.say("error", text) : undefined;
      },
      frame: (text) => (isOurs() ? this.#editor.print(frames.draw(text)) : undefined),
      ask: (question) => (isOurs() ? this.#ask(question) : ""),
    };
  }

  /** A question is answered by what is typed after it was read, never by what was typed ahead. */
  async #ask(question: string): Promise<string> {
    const typedAhead = this.#editor.takeTyped();
    const lastRow = question.lastIndexOf("\n") + 1;
    if (lastRow > 0) await this.#editor.print(question.slice(0, lastRow));
    const { promise, resolve } = Promise.withResolvers<string>();
    this.#answer = resolve;
    this.#editor.show(question.slice(lastRow), { isRemembered: false });
    const answer = await promise;
    this.#editor.typeIn(typedAhead);
    return answer;
  }
}
