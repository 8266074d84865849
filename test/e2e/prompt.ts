/** One operator's session over the control socket, line by line, without a terminal. */
import { createConnection, type Socket } from "node:net";
import { createInterface } from "node:readline";

export interface PromptAnswer {
  readonly out: readonly string[];
  readonly err: readonly string[];
  readonly data: readonly unknown[];
  readonly isMore: boolean;
  readonly exit: number;
}

type Message = {
  id?: number;
  out?: string;
  err?: string;
  data?: unknown;
  more?: boolean;
  exit?: number;
  notice?: string;
};

export class Prompt {
  /** What came unasked. */
  readonly notices: string[] = [];
  readonly #socket: Socket;
  readonly #waiting = new Map<number, (message: Message) => void>();
  #lastId = 0;

  constructor(path: string) {
    this.#socket = createConnection(path);
    createInterface({ input: this.#socket }).on("line", (line) => {
      const message = JSON.parse(line) as Message;
      if (message.notice !== undefined) this.notices.push(message.notice);
      if (message.id !== undefined) this.#waiting.get(message.id)?.(message);
    });
  }

  /** One request, until its exit. */
  ask(op: string, fields: object): Promise<PromptAnswer> & { readonly id: number } {
    const id = ++this.#lastId;
    const { promise, resolve } = Promise.withResolvers<PromptAnswer>();
    const answer = { out: [] as string[], err: [] as string[], data: [] as unknown[], isMore: false };
    this.#waiting.set(id, ({ out, err, data, more, exit }) => {
      if (out !== undefined) answer.out.push(out);
      if (err !== undefined) answer.err.push(err);
      if (data !== undefined) answer.data.push(data);
      if (more) answer.isMore = true;
      if (exit !== undefined) resolve({ ...answer, exit });
    });
    this.#socket.write(`${JSON.stringify({ id, op, ...fields })}\n`);
    return Object.assign(promise, { id });
  }

  /** A line, as an attached terminal of 110 columns sends it. */
  line(line: string) {
    return this.ask("run", { line, columns: 110, mayContinue: true });
  }

  interrupt(id: number): void {
    void this.ask("interrupt", { target: id });
  }

  close(): void {
    this.#socket.destroy();
  }
}
