import { type ErrorCode, messageOf, NetlabError } from "../errors.ts";
import type { TableCells } from "../lab/cluster-view.ts";
import type { ReadAs } from "../repl/command.ts";
import type { Reply } from "./daemon-message.ts";

/** The longest line that the daemon reads, in characters. */
export const MAX_REQUEST = 4 * 1_048_576;

export interface Exit {
  readonly exit: number;
}

/** The pieces of one answer. A handler that returns a promise holds back the pieces behind it. */
export interface ReplyHandlers {
  out?(text: string): void | Promise<void>;
  /** `code`: the row of the error table that this sentence is of. */
  err?(text: string, code?: string): void | Promise<void>;
  data?(document: unknown): void | Promise<void>;
  frame?(text: string): void | Promise<void>;
  table?(table: TableCells): void | Promise<void>;
  /** Returns what the person answers; without this handler the answer is empty, which means no. */
  ask?(question: string): string | Promise<string>;
  /** The code is unfinished: it goes on with the next line. */
  more?(): void;
  /** Returns the text of a file that the command names, or of the module that it is; what it throws is the daemon's answer too. */
  read?(path: string, as: ReadAs): Promise<string>;
  /** Writes a file that the command names; what it throws is the daemon's answer too. */
  write?(path: string, text: string): Promise<void>;
}

/** Answer to a question of the daemon's, or why it gets none. */
export type Answer = { readonly text: string } | { readonly error: string; readonly code?: ErrorCode };

/** Effects of a request on its connection. */
interface Wire {
  answer(answer: Answer): void;
  /** A handler failed: the rest of this answer has no taker, so the daemon need not go on with it. */
  giveUp(): void;
}

/** A request under way: runs its handlers one after another, each when the one before it is done. */
export class ControlRequest {
  readonly #handlers: ReplyHandlers;
  readonly #wire: Wire;
  readonly #done = Promise.withResolvers<Exit>();
  #chain: Promise<void> = Promise.resolve();
  /** A person is being asked: that may last, and must not hide that the daemon is gone. */
  #isAsking = false;
  #hasFailed = false;

  constructor(handlers: ReplyHandlers, wire: Wire) {
    this.#handlers = handlers;
    this.#wire = wire;
  }

  /** Ends with the exit status; fails as a handler fails, or with what `fail` was told. */
  get done(): Promise<Exit> {
    return this.#done.promise;
  }

  /** `onHandled` is told when all these pieces were handled. */
  take(replies: readonly Reply[], onHandled: () => void): void {
    for (const reply of replies) this.#chain = this.#chain.then(() => this.#handle(reply));
    this.#chain = this.#chain.then(onHandled);
  }

  /** There will be no exit status. What came before is handled first, unless that waits for a person. */
  fail(error: unknown): void {
    if (this.#isAsking) this.#done.reject(error);
    else void this.#chain.then(() => this.#done.reject(error));
  }

  async #handle(reply: Reply): Promise<void> {
    if (this.#hasFailed) return;
    try {
      if (reply.kind === "out") await this.#handlers.out?.(reply.text);
      else if (reply.kind === "err") await this.#handlers.err?.(reply.text, reply.code);
      else if (reply.kind === "data") await this.#handlers.data?.(reply.document);
      else if (reply.kind === "frame") await this.#handlers.frame?.(reply.text);
      else if (reply.kind === "table") await this.#handlers.table?.(reply.table);
      else if (reply.kind === "more") this.#handlers.more?.();
      else if (reply.kind === "ask") await this.#ask(reply.question);
      else if (reply.kind === "read") this.#wire.answer(await this.#read(reply.path, reply.as));
      else if (reply.kind === "write") this.#wire.answer(await this.#write(reply.path, reply.text));
      else this.#done.resolve({ exit: reply.exit });
    } catch (error) {
      this.#hasFailed = true;
      this.#wire.giveUp();
      this.#done.reject(error);
    }
  }

  async #ask(question: string): Promise<void> {
    this.#isAsking = true;
    const text = (await this.#handlers.ask?.(question)) ?? "";
    this.#isAsking = false;
    this.#wire.answer({ text });
  }

  async #write(path: string, text: string): Promise<Answer> {
    if (!this.#handlers.write) return { error: "this client writes no files" };
    try {
      await this.#handlers.write(path, text);
      return { text: "" };
    } catch (error) {
      return { error: messageOf(error) };
    }
  }

  async #read(path: string, as: ReadAs): Promise<Answer> {
    if (!this.#handlers.read) return { error: "this client opens no files" };
    try {
      return { text: await this.#handlers.read(path, as) };
    } catch (error) {
      return { error: messageOf(error), ...(error instanceof NetlabError ? { code: error.code } : {}) };
    }
  }
}
