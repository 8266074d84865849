/**
 * Two processes that ask each other and tell each other, over a pipe each way. A message is its size in 32 bits, its kind, and its text as
 * JSON; what JSON has no form for - bytes, undefined, errors - goes as it does in a story's record. Of another kind are bytes that stand
 * for themselves.
 */
import { type ErrorCode, messageOf, NetlabError, stackOf } from "../errors.ts";
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
  /** Number of the question that this answers. */
  readonly of?: number;
  readonly value?: unknown;
  readonly error?: PlainError;
}

const HEAD_BYTES = 5;
/** Kinds of messages. */
const JSON_TEXT = 0;
const BYTES = 1;
const MEGABYTE = 1_048_576;
const MAX_BYTES = 256 * MEGABYTE;
/** Longest message of a role's process: all others of the daemon wait while it is read. */
export const MAX_FROM_ROLE = 8 * MEGABYTE;

interface Limits {
  readonly mostTaken?: number;
  readonly mostSent?: number;
}

export interface PlainError {
  readonly message: string;
  readonly stack?: string;
  readonly code?: ErrorCode;
  readonly fact?: Cause;
}

/** `Theirs`: what the other end answers. */
export class Rpc<Theirs extends { [Name in keyof Theirs]: (...args: never[]) => unknown }> {
  readonly #write: (bytes: Buffer) => void;
  readonly #onBytes: (bytes: Buffer) => void;
  readonly #ours: Side;
  readonly #mostTaken: number;
  readonly #mostSent: number;
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>();
  #lastAsked = 0;
  #ended: Error | undefined;
  /** Beginning of a message. */
  #parts: Buffer[] = [];
  #have = 0;
  #wanted = HEAD_BYTES;

  constructor(
    ours: Side,
    write: (bytes: Buffer) => void,
    onBytes: (bytes: Buffer) => void = () => undefined,
    { mostTaken = MAX_BYTES, mostSent = MAX_BYTES }: Limits = {},
  ) {
    this.#mostTaken = mostTaken;
    this.#mostSent = mostSent;
    this.#ours = ours;
    this.#write = write;
    this.#onBytes = onBytes;
  }

  /** Rejects with what the other end threw, when it is gone, or where this is too much for it. */
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

  /** Throws where this is too much for the other end. */
  tell<Name extends keyof Theirs & string>(name: Name, ...args: Given<Theirs, Name>): void {
    if (!this.#ended) this.#send({ name, args: args as unknown[] });
  }

  /** Bytes as they are. */
  tellBytes(bytes: Buffer): void {
    if (this.#ended) return;
    const head = Buffer.alloc(HEAD_BYTES);
    head.writeUInt32LE(bytes.length);
    head[4] = BYTES;
    this.#write(head);
    this.#write(bytes);
  }

  /** Takes what came. Throws where it is no message. */
  feed(chunk: Buffer): void {
    this.#parts.push(chunk);
    this.#have += chunk.length;
    if (this.#have < this.#wanted) return;
    const bytes = this.#parts.length === 1 ? chunk : Buffer.concat(this.#parts);
    let at = 0;
    for (;;) {
      const left = bytes.length - at;
      this.#wanted = left < HEAD_BYTES ? HEAD_BYTES : HEAD_BYTES + sizeOf(bytes, at, this.#mostTaken);
      if (left < this.#wanted) break;
      const end = at + this.#wanted;
      const body = bytes.subarray(at + HEAD_BYTES, end);
      if (bytes[at + 4] === BYTES) this.#onBytes(body);
      else this.#take(JSON.parse(body.toString()) as Message);
      at = end;
    }
    this.#parts = at === bytes.length ? [] : [bytes.subarray(at)];
    this.#have = bytes.length - at;
  }

  /** The other end is gone: what was asked is not answered any more. */
  end(error: Error): void {
    this.#ended ??= error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }

  #send(message: Message): void {
    const args = message.args && { args: message.args.map(toPlain) };
    this.#writeJson({ ...message, ...args });
  }

  #writeJson(message: Message): void {
    const text = JSON.stringify(message);
    const size = Buffer.byteLength(text);
    if (size > this.#mostSent) throw new Error(tooMuch(size, this.#mostSent));
    const bytes = Buffer.allocUnsafe(HEAD_BYTES + size);
    bytes.writeUInt32LE(size);
    bytes[4] = JSON_TEXT;
    bytes.write(text, HEAD_BYTES);
    this.#write(bytes);
  }

  #take(message: Message): void {
    if (message.of !== undefined) return this.#settle(message.of, message);
    const act = this.#ours[message.name ?? ""] as ((...args: unknown[]) => unknown) | undefined;
    const args = (message.args ?? []).map(fromPlain);
    if (message.ask === undefined) act?.(...args);
    else void this.#answer(message.ask, () => act?.(...args));
  }

  async #answer(of: number, act: () => unknown): Promise<void> {
    try {
      const value = toPlain(await act());
      if (!this.#ended) this.#writeJson({ of, value });
    } catch (error) {
      if (!this.#ended) this.#writeJson({ of, error: plainError(error) });
    }
  }

  #settle(of: number, { value, error }: Message): void {
    const waiting = this.#waiting.get(of);
    this.#waiting.delete(of);
    if (error) waiting?.reject(errorOf(error));
    else waiting?.resolve(fromPlain(value));
  }
}

/** Size of the message whose head is here. */
function sizeOf(bytes: Buffer, at: number, most: number): number {
  const size = bytes.readUInt32LE(at);
  if ((bytes[at + 4] ?? 0) > BYTES || size > most) throw new Error("no message");
  return size;
}

const tooMuch = (bytes: number, most: number) =>
  `${Math.ceil(bytes / MEGABYTE)} MB is too much for one message of a role to its daemon, which takes ${most / MEGABYTE} MB`;

/** An error with its stack and its code, as JSON. */
export function plainError(error: unknown): PlainError {
  const stack = stackOf(error);
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
