/**
 * The control protocol between nodes, the end that asks: one question, its answers in order, and what is said to the node meanwhile.
 * It ends with the exit status, or fails as soon as no whole answer can come any more.
 */
import { randomUUID } from "node:crypto";
import type { Bus } from "../cluster/bus.ts";
import { NetlabError } from "../errors.ts";
import type { NodeAnswers, NodeRequest } from "../lab/cluster-view.ts";
import { ControlRequest } from "./control-request.ts";
import { controlSubject, encoded } from "./control-subject.ts";
import { LineSplitter, parseDaemonLine } from "./daemon-message.ts";

/** A node that is there says within this time that it has heard. */
export const HEARD_MS = 1_000;
/** How long a command that was interrupted may take to end. */
const ENDING_MS = 1_000;
/** The longest line of an answer. */
const LINE_LIMIT_BYTES = 16 * 1_048_576;
const ID = 1;

export interface NodeQuestionParts {
  readonly bus: Bus;
  readonly labName: string;
  /** Name of this node. */
  readonly own: string;
}

export class NodeQuestion {
  readonly node: string;
  readonly #parts: NodeQuestionParts;
  readonly #answers: NodeAnswers;
  readonly #session = randomUUID();
  readonly #splitter = new LineSplitter(LINE_LIMIT_BYTES);
  readonly #request: ControlRequest;
  #timer: NodeJS.Timeout | undefined;
  #hasBegun = false;
  #hasExit = false;
  #cameBytes = 0;

  constructor(parts: NodeQuestionParts, node: string, answers: NodeAnswers) {
    this.#parts = parts;
    this.node = node;
    this.#answers = answers;
    this.#request = new ControlRequest(answers, {
      answer: (answer) => this.#post("answer", answer),
      giveUp: () => this.#interrupt(),
    });
  }

  /** Resolves to the exit status. Rejects as `ClusterView.ask` does. */
  async ask(request: NodeRequest, signal: AbortSignal): Promise<number> {
    const { bus, labName, own } = this.#parts;
    if (!bus.isConnected) throw new NetlabError("node-away/bus-away", { node: this.node });
    const question = { ...request, id: ID, op: "run", session: this.#session, node: own };
    const stop = () => this.#interrupt();
    const end = bus.ask(controlSubject(labName, this.node), encoded(question), (data) => this.#take(data));
    const unwatch = bus.watchConnection((isConnected) => isConnected || this.#busLeft());
    this.#failIn(HEARD_MS, new NetlabError("node-away/silent", { node: this.node, ms: HEARD_MS }));
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    try {
      return (await this.#request.done).exit;
    } finally {
      clearTimeout(this.#timer);
      signal.removeEventListener("abort", stop);
      unwatch();
      end();
    }
  }

  /** The node is gone, with what it has not said. */
  nodeLeft(): void {
    this.#request.fail(new NetlabError("node-away/went-away", { node: this.node }));
  }

  #take(data: Uint8Array): void {
    if (!this.#hasBegun) {
      this.#hasBegun = true;
      clearTimeout(this.#timer);
      this.#answers.heard?.();
    }
    // The end, which comes behind the exit; without one, the node had to break off.
    if (data.length === 0) return this.#hasExit ? undefined : this.nodeLeft();
    const lines = this.#splitter.push(Buffer.from(data));
    if (!lines) return this.#lostPart();
    for (const line of lines) this.#takeLine(line);
  }

  #takeLine(line: Buffer): void {
    const text = line.toString("utf8");
    const message = parseDaemonLine(text);
    if (!message.ok || message.value.kind !== "replies") return this.#lostPart();
    const { replies } = message.value;
    if (replies.some(({ kind }) => kind === "exit")) {
      const { bytes = this.#cameBytes } = JSON.parse(text) as { bytes?: number };
      if (bytes !== this.#cameBytes) return this.#lostPart();
      this.#hasExit = true;
    }
    // A line that only says that the question was heard is no part of the answer.
    if (replies.length > 0) this.#cameBytes += line.length + 1;
    this.#request.take(replies, () => undefined);
  }

  #busLeft(): void {
    this.#request.fail(new NetlabError("node-away/bus-away", { node: this.node }));
  }

  #lostPart(): void {
    this.#request.fail(new NetlabError("node-away/answer-lost", { node: this.node }));
  }

  #interrupt(): void {
    this.#post("interrupt", { target: ID });
    this.#failIn(ENDING_MS, new NetlabError("interrupted/closed"));
  }

  #failIn(ms: number, error: NetlabError): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#request.fail(error), ms);
  }

  /** Asks for nothing back. */
  #post(op: string, fields: Readonly<Record<string, unknown>>): void {
    const { bus, labName, own } = this.#parts;
    const id = op === "answer" ? ID : ID + 1;
    const message = { ...fields, id, op, session: this.#session, node: own };
    const bytes = encoded(message);
    if (bytes.length <= bus.maxMessageBytes) bus.publish(controlSubject(labName, this.node), bytes);
    else this.#post("answer", { error: `more than ${bus.maxMessageBytes} bytes do not cross the bus` });
  }
}
