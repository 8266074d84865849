/** An operator's connection to the control socket: bytes, lines, plain or JSON, and readers that are slow. */
import type { Socket } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import { problemDocument } from "../errors.ts";
import { harmlessJson } from "../printable.ts";
import { wantsJson } from "../repl/line-words.ts";
import { MAX_REQUEST } from "./control-request.ts";
import { type Message, type Operator, type OperatorHost, OperatorSession } from "./operator-session.ts";

/** Bytes that wait for a slow reader before live output leaves lines out. */
const BEHIND_BYTES = 262_144;
/** A reader that reads nothing at all is cut off here. */
const LOST_BYTES = 64 * 1_048_576;
/** How long the daemon's last words may take to be read. */
const LAST_WORDS_MS = 500;
/** Plain lines that wait before no more are read. */
const MAX_WAITING_LINES = 1_000;

export class ControlSession {
  readonly #socket: Socket;
  readonly #operator: OperatorSession;
  #pending = "";
  #isPlain: boolean | undefined;
  #plainLines: Promise<void> = Promise.resolve();
  #waitingLines = 0;
  #isClosing = false;

  constructor(socket: Socket, host: OperatorHost, operator: Operator, onClose: () => void) {
    this.#socket = socket;
    const session = this;
    this.#operator = new OperatorSession(host, operator, {
      send: (message) => this.push(message),
      get isBehind() {
        return session.#isBehind;
      },
    });
    socket.setEncoding("utf8");
    socket.on("data", (text: string) => this.#read(text));
    socket.on("error", () => socket.destroy());
    socket.on("end", () => this.#readEnd());
    socket.on("close", () => {
      this.#operator.close();
      onClose();
    });
  }

  get #isBehind(): boolean {
    return this.#socket.writableLength > BEHIND_BYTES;
  }

  /** A message; people who sent plain lines get none, but answers. */
  push(message: Message): void {
    if (this.#isPlain === false) this.#send(message);
  }

  close(): void {
    this.#isClosing = true;
    this.#socket.end();
    this.#socket.destroySoon();
    // A reader that has stopped (Ctrl-Z) must not keep the daemon.
    setTimeout(() => this.#socket.destroy(), LAST_WORDS_MS).unref();
  }

  #read(text: string): void {
    if (this.#isClosing) return;
    this.#pending += text;
    this.#isPlain ??= !this.#pending.startsWith("{");
    for (let end = this.#pending.indexOf("\n"); end >= 0; end = this.#pending.indexOf("\n")) {
      const line = this.#pending.slice(0, end).replace(/\r$/, "");
      this.#pending = this.#pending.slice(end + 1);
      if (this.#isPlain) this.#queuePlain(line);
      else this.#operator.receive(parseJson(line));
    }
    // A line that does not end is not collected for ever.
    if (this.#pending.length > MAX_REQUEST) {
      this.#pending = "";
      this.#breakOff(`a line over ${MAX_REQUEST} bytes`);
    }
  }

  /** Reads and drops what comes from now on: unread, it would become a reset that overtakes the last word. */
  #breakOff(why: string): void {
    this.#isClosing = true;
    this.#send({ err: why });
    this.#socket.end();
    setTimeout(() => this.#socket.destroy(), LAST_WORDS_MS).unref();
  }

  /** Runs lines one after another; a client that sends faster than they run, or does not read, is not read meanwhile. */
  #queuePlain(line: string): void {
    this.#waitingLines += 1;
    if (this.#waitingLines > MAX_WAITING_LINES) this.#socket.pause();
    this.#plainLines = this.#plainLines.then(async () => {
      if (!this.#isClosing) await this.#runPlain(line);
      await this.#othersTurn();
      this.#waitingLines -= 1;
      if (this.#waitingLines < MAX_WAITING_LINES) this.#socket.resume();
    });
  }

  /** A thousand lines that are answered at once must not be a thousand times as long for everybody else. */
  async #othersTurn(): Promise<void> {
    const socket = this.#socket;
    await nextTurn();
    if (!socket.writableNeedDrain || socket.destroyed) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    socket.once("drain", resolve).once("close", resolve);
    await promise;
    socket.off("drain", resolve).off("close", resolve);
  }

  /** A plain reader waits for what it asked for, also where its last line has no end; a JSON client has gone. */
  #readEnd(): void {
    if (this.#isPlain && this.#pending !== "") this.#read("\n");
    void this.#plainLines.finally(() => this.#socket.end());
  }

  /** A person with `nc`: text in, text out, one command after another. */
  async #runPlain(line: string): Promise<void> {
    const write = (text: string) => this.#write(text.endsWith("\n") ? text : `${text}\n`);
    const session = this;
    await this.#operator.runFor(
      { line },
      {
        out: write,
        err: (text, code) => write(wantsJson(line) ? harmlessJson(problemDocument(text, code)) : text),
        data: (document) => write(harmlessJson(document)),
        ask: async () => "",
        get isBehind() {
          return session.#isBehind;
        },
      },
    );
  }

  #send(message: Message): void {
    this.#write(`${harmlessJson(message)}\n`);
  }

  #write(text: string): void {
    if (!this.#socket.writable) return;
    this.#socket.write(text);
    if (this.#socket.writableLength > LOST_BYTES) this.#socket.destroy();
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
