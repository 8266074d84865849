/**
 * Students' programs as sockets of this process: they say what those of `test/peers` say, in the same pieces. A lesson is about its daemon and
 * its wall, and two hundred processes beside them would be a load of their own.
 */
import { connect, type Socket } from "node:net";

/** A slow machine is no failure; a word that never comes is. */
const PATIENCE_MS = 30_000;

/** A student's program at work, be it a process or a socket. */
export interface Running {
  /** Exit 0: it went to its end as it should. */
  readonly ended: Promise<{ readonly exit: number | null }>;
  /** Resolves when it has shown this; fails when it ends without, or takes too long. */
  says(words: string): Promise<void>;
  /** A line that is typed into it. */
  type(text: string): void;
  endInput(): void;
  /** However it is, it is gone afterwards. */
  end(): Promise<void>;
}

class SocketProgram implements Running {
  readonly ended: Promise<{ readonly exit: number }>;
  readonly #socket: Socket;
  readonly #typed: (line: string, self: SocketProgram) => void;
  readonly #listeners = new Set<() => void>();
  #shown = "";
  #isLeaving = false;
  #hasFailed = false;

  constructor(
    port: number,
    heard: (text: string, self: SocketProgram) => void,
    typed: (line: string, self: SocketProgram) => void = () => undefined,
  ) {
    this.#typed = typed;
    this.#socket = connect({ port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
    this.#socket.setEncoding("utf8");
    this.ended = new Promise((resolve) =>
      this.#socket.once("close", () => resolve({ exit: this.#isLeaving && !this.#hasFailed ? 0 : 1 })),
    );
    this.#socket.on("data", (text) => heard(String(text), this));
    this.#socket.on("end", () => this.#socket.end());
    this.#socket.on("error", () => {
      this.#hasFailed = true;
    });
  }

  async says(words: string): Promise<void> {
    const said = Promise.withResolvers<void>();
    const never = () => said.reject(new Error(`never said ${words}: ${this.#shown}`));
    const look = () => this.#shown.includes(words) && said.resolve();
    const timer = setTimeout(never, PATIENCE_MS);
    this.#listeners.add(look);
    void this.ended.then(never);
    look();
    try {
      await said.promise;
    } finally {
      clearTimeout(timer);
      this.#listeners.delete(look);
    }
  }

  type(text: string): void {
    for (const line of text.split("\n").slice(0, -1)) this.#typed(line, this);
  }

  endInput(): void {
    this.leaves();
    this.#socket.end();
  }

  async end(): Promise<void> {
    this.#socket.destroy();
    await this.ended;
  }

  show(text: string): void {
    this.#shown += `${text}\n`;
    for (const listener of this.#listeners) listener();
  }

  send(text: string): void {
    if (this.#socket.writable) this.#socket.write(text);
  }

  /** It has said all that it will: an end is as it should be. */
  leaves(): void {
    this.#isLeaving = true;
  }
}

/** As `calculator_client.py`: a send a line, and no newline. */
export const calculatorSocket = (port: number): Running =>
  new SocketProgram(
    port,
    (text, self) => self.show(text),
    (line, self) => {
      self.send(line);
      if (line === "q") self.endInput();
    },
  );

/** As `chat_client.py`: what is typed is said under the name. */
export function chatSocket(port: number, name: string, login: string): Running {
  let isIn = false;
  return new SocketProgram(
    port,
    (text, self) => {
      self.show(text);
      if (!isIn) self.send(`:${name}:${login}`);
      isIn = true;
    },
    (line, self) => self.send(`:${name}:${line}`),
  );
}

/** As `echo_client.py`: a command after each reply; what is downloaded is saved. */
export function echoSocket(port: number, commands: readonly string[]): Running {
  const due = [...commands];
  let asked: string | undefined;
  return new SocketProgram(port, (text, self) => {
    self.show(asked?.startsWith("download ") ? `saved ${text.length}` : text);
    asked = due.shift();
    if (asked !== undefined) self.send(asked);
    if (due.length === 0) self.leaves();
  });
}
