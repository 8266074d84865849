import { messageOf } from "../errors.ts";
import { harmlessJson } from "../printable.ts";
import { wantsJson } from "./attached-pipe.ts";
import { readNamedFile } from "./client-file.ts";
import type { ControlClient } from "./control-client.ts";
import type { ReplyHandlers } from "./control-request.ts";
import type { LineEditor } from "./line-editor.ts";
import { type OutputStream, screenFields } from "./output-stream.ts";
import type { Voice } from "./voice.ts";

interface Running {
  readonly id: number;
  isInterrupted: boolean;
  /** Ends the waiting, not the command. */
  readonly abandon: () => void;
}

/** The command that has the terminal: one at a time. It may ask; it can be interrupted, and then given up. */
export class ForegroundCommand {
  readonly #client: ControlClient;
  readonly #editor: LineEditor;
  readonly #voice: Voice;
  readonly #output: OutputStream;
  #running: Running | undefined;
  /** Who waits for the answer to a question. */
  #answer: ((text: string) => void) | undefined;

  constructor(client: ControlClient, editor: LineEditor, voice: Voice, output: OutputStream) {
    this.#client = client;
    this.#editor = editor;
    this.#voice = voice;
    this.#output = output;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  get isAsking(): boolean {
    return this.#answer !== undefined;
  }

  /** Until its exit; what failed was said by then. */
  async run(line: string): Promise<void> {
    const abandoned = Promise.withResolvers<void>();
    const screen = screenFields(this.#output, this.#voice.hasColors);
    // A command that nobody waits for may go on for a while; what it says then belongs to no line on the screen.
    const isOurs = () => this.#running === running;
    const request = this.#client.request("run", { line, ...screen }, this.#handlers(line, isOurs));
    const running: Running = { id: request.id, isInterrupted: false, abandon: abandoned.resolve };
    this.#running = running;
    try {
      await Promise.race([request, abandoned.promise]);
    } catch (error) {
      // That the daemon is gone is said when the session ends.
      if (this.#client.isOpen) await this.#voice.say("error", messageOf(error));
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
    if (this.#running.isInterrupted) {
      void this.#voice.say("warn", "not waiting any longer; the command may still run");
      this.#running.abandon();
    }
    this.#running.isInterrupted = true;
    this.#client.interrupt(this.#running.id);
    this.answer("");
  }

  abandon(): void {
    this.#running?.abandon();
    this.answer("");
  }

  #handlers(line: string, isOurs: () => boolean): ReplyHandlers {
    const printsData = wantsJson(line);
    return {
      out: (text) => (isOurs() ? this.#editor.print(text) : undefined),
      err: (text) => (isOurs() ? this.#voice.say("error", text) : undefined),
      data: (document) => (printsData && isOurs() ? this.#editor.print(harmlessJson(document)) : undefined),
      ask: (question) => (isOurs() ? this.#ask(question) : ""),
      read: (path) => readNamedFile(path, { line }),
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
