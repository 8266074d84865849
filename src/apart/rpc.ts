/**
 * Two processes that ask each other and tell each other, over a pipe each way: a line of JSON a message. What JSON has no form for - bytes,
 * undefined, errors - goes as it does in a story's record.
 */
import { type ErrorCode, messageOf, NetlabError } from "../errors.ts";
import type { Cause } from "../stories/causes.ts";
import { fromPlain, toPlain } from "../stories/story-record.ts";

/** Everything that one side answers, by name. */
type Side = Readonly<Record<string, (...args: never[]) => unknown>>;

type Answer<Theirs, Name extends keyof Theirs> = Theirs[Name] extends (...args: never[]) => infer Result
  ? Awaited<Result>
  : never;
type Given<Theirs, Name extends keyof Theirs> = Theirs[Name] extends (...args: infer Args) => unknown
  ? Args
  : never;

interface Message {
  /** Number of a question; a word that wants no answer has none. */
  readonly ask?: number;
  readonly name?: string;
  readonly args?: unknown[];
  /** Argument that its taker reads by itself. */
  readonly raw?: unknown;
  /** Number of the question that this answers. */
  readonly of?: number;
  readonly value?: unknown;
  readonly error?: PlainError;
}

export interface PlainError {
  readonly message: string;
  readonly stack?: string;
  readonly code?: ErrorCode;
  readonly fact?: Cause;
}

/** `Theirs`: what the other end answers. */
export class Rpc<Theirs extends { [Name in keyof Theirs]: (...args: never[]) => unknown }> {
  readonly #write: (line: string) => void;
  readonly #ours: Side;
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>();
  #lastAsked = 0;
  #ended: Error | undefined;
  #rest = "";
  readonly #decoder = new TextDecoder();

  constructor(ours: Side, write: (line: string) => void) {
    this.#ours = ours;
    this.#write = write;
  }

  /** Rejects with what the other end threw, or when it is gone. */
  ask<Name extends keyof Theirs & string>(
    name: Name,
    ...args: Given<Theirs, Name>
  ): Promise<Answer<Theirs, Name>> {
    if (this.#ended) return Promise.reject(this.#ended);
    this.#lastAsked += 1;
    const ask = this.#lastAsked;
    return new Promise((resolve, reject) => {
      this.#waiting.set(ask, { resolve: resolve as (value: unknown) => void, reject });
      this.#send({ ask, name, args: args as unknown[] });
    });
  }

  tell<Name extends keyof Theirs & string>(name: Name, ...args: Given<Theirs, Name>): void {
    if (!this.#ended) this.#send({ name, args: args as unknown[] });
  }

  /** The same of one argument that is JSON already, and is handed over as it is parsed. */
  tellJson(name: keyof Theirs & string, json: string): void {
    if (!this.#ended) this.#write(`{"name":"${name}","raw":${json}}\n`);
  }

  /** Takes what came. Throws where it is no message. */
  feed(chunk: Buffer): void {
    const lines = (this.#rest + this.#decoder.decode(chunk, { stream: true })).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#take(JSON.parse(line) as Message);
  }

  /** The other end is gone: what was asked is not answered any more. */
  end(error: Error): void {
    this.#ended ??= error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }

  #send(message: Message): void {
    const args = message.args && { args: message.args.map(toPlain) };
    this.#write(`${JSON.stringify({ ...message, ...args })}\n`);
  }

  #take(message: Message): void {
    if (message.of !== undefined) return this.#settle(message.of, message);
    const act = this.#ours[message.name ?? ""] as ((...args: unknown[]) => unknown) | undefined;
    const args = "raw" in message ? [message.raw] : (message.args ?? []).map(fromPlain);
    if (message.ask === undefined) act?.(...args);
    else void this.#answer(message.ask, () => act?.(...args));
  }

  async #answer(of: number, act: () => unknown): Promise<void> {
    let answer: Message;
    try {
      answer = { of, value: toPlain(await act()) };
    } catch (error) {
      answer = { of, error: plainError(error) };
    }
    if (!this.#ended) this.#write(`${JSON.stringify(answer)}\n`);
  }

  #settle(of: number, { value, error }: Message): void {
    const waiting = this.#waiting.get(of);
    this.#waiting.delete(of);
    if (error) waiting?.reject(errorOf(error));
    else waiting?.resolve(fromPlain(value));
  }
}

/** An error with its stack and its code, as JSON. */
export function plainError(error: unknown): PlainError {
  const { stack } = error instanceof Error ? error : {};
  const known = error instanceof NetlabError ? { code: error.code } : {};
  const fact = error instanceof NetlabError && error.fact ? { fact: error.fact } : {};
  return { message: messageOf(error), ...(stack === undefined ? {} : { stack }), ...known, ...fact };
}

export function errorOf({ message, stack, code, fact }: PlainError): Error {
  const error =
    code === undefined ? new Error(message) : NetlabError.worded(code, message, fact ? { fact } : {});
  if (stack !== undefined) error.stack = stack;
  return error;
}
