/**
 * The control protocol between nodes, the end that answers. A question is a request of the control socket with three more fields - the
 * node that asks, the level of its operator, the session -, its answers are those of the control socket, as many as come, and an empty
 * message is their end. What follows in the same session, an answer or an interrupt, asks for nothing back.
 */
import type { Bus, BusMessage, Subject } from "../cluster/bus.ts";
import { type ErrorParameters, NetlabError } from "../errors.ts";
import { LEVELS, type Level, reaches } from "../repl/levels.ts";
import { controlSubject, encoded, pieces } from "./control-subject.ts";
import { type Message, type OperatorHost, OperatorSession } from "./operator-session.ts";

/** Questions of other nodes under way at once. */
const MAX_SESSIONS = 256;

export interface NodeOperatorsParts {
  readonly bus: Bus;
  readonly labName: string;
  /** Name of this node. */
  readonly node: string;
  readonly host: OperatorHost;
  /** The most that an operator at another node may do here; undefined: nothing. */
  readonly level: Level | undefined;
  /** Loads what questions want; never rejects. */
  readonly prepare: () => Promise<void>;
  /** Hears of a message that is no question. */
  readonly onMalformed: (subject: Subject) => void;
}

interface Question extends Message {
  readonly id: number;
  readonly op: string;
  readonly session: string;
  readonly node: string;
  readonly level: Level;
}

type Respond = (data: Uint8Array) => void;

export class NodeOperators {
  readonly #parts: NodeOperatorsParts;
  readonly #sessions = new Map<string, NodeSession>();
  readonly #ends: readonly (() => void)[];

  constructor(parts: NodeOperatorsParts) {
    this.#parts = parts;
    const { bus, labName, node } = parts;
    this.#ends = [
      bus.subscribe(controlSubject(labName, node), (message) => this.#hear(message)),
      // Answers that are sent meanwhile are lost, and half an answer is none.
      bus.watchConnection((isConnected) => isConnected || this.#closeAll()),
    ];
  }

  /** A node is gone, and its operators with it. */
  forget(node: string): void {
    for (const session of this.#sessions.values()) if (session.node === node) session.close();
  }

  close(): void {
    for (const end of this.#ends) end();
    this.#closeAll();
  }

  #closeAll(): void {
    for (const session of this.#sessions.values()) session.close();
  }

  #hear({ subject, data, respond }: BusMessage): void {
    const question = questionIn(data);
    if (!question) return this.#parts.onMalformed(subject);
    const known = this.#sessions.get(question.session);
    if (known) known.receive(question);
    else if (respond) this.#open(question, respond);
  }

  #open(question: Question, respond: Respond): void {
    const { bus, host, level: most, node } = this.#parts;
    respond(encoded({ id: question.id }));
    if (most === undefined) return refuse(question, respond, "node-refuses", { node });
    if (this.#sessions.size >= MAX_SESSIONS)
      return refuse(question, respond, "wrong-state/many-questions", { count: MAX_SESSIONS });
    const level = reaches(question.level, most) ? most : question.level;
    const session = new NodeSession(question, level, host, {
      send: (bytes) => {
        for (const piece of pieces(bytes, bus.maxMessageBytes)) respond(piece);
      },
      onEnd: () => {
        this.#sessions.delete(question.session);
        respond(new Uint8Array(0));
      },
      beyond: reaches(level, question.level)
        ? undefined
        : new NetlabError("needs-level/of-node", { node, level }),
    });
    this.#sessions.set(question.session, session);
    void this.#parts.prepare().then(() => session.begin(question));
  }
}

interface NodeSessionParts {
  readonly send: (bytes: Uint8Array) => void;
  readonly onEnd: () => void;
  /** Told where its level does not reach although that of its operator might; undefined: it is the same. */
  readonly beyond: NetlabError | undefined;
}

/** Question of another node, with what follows it. */
class NodeSession {
  readonly node: string;
  readonly #id: number;
  readonly #parts: NodeSessionParts;
  readonly #operator: OperatorSession;
  #hasBegun = false;
  #isOver = false;
  #sentBytes = 0;

  constructor({ id, node }: Question, level: Level, host: OperatorHost, parts: NodeSessionParts) {
    this.node = node;
    this.#id = id;
    this.#parts = parts;
    this.#operator = new OperatorSession(
      host,
      { level, name: node, node },
      { send: (message) => this.#send(message), isBehind: false },
    );
  }

  begin(question: Question): void {
    this.#hasBegun = true;
    if (!this.#isOver) this.receive(question);
  }

  receive(message: Question): void {
    if (this.#hasBegun) this.#operator.receive(message);
    else if (message.op === "interrupt") this.close();
  }

  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#operator.close();
    this.#parts.onEnd();
  }

  #send(message: Message): void {
    // An interrupt has an end of its own.
    if (this.#isOver || message.id !== this.#id) return;
    const { beyond } = this.#parts;
    const isBeyond = beyond !== undefined && message.code === beyond.code;
    const told = isBeyond ? { ...message, err: beyond.message } : message;
    const isLast = "exit" in message;
    // The bus may lose a part of it in silence: with the number of bytes before the last line the other end knows.
    const bytes = encoded(isLast ? { ...told, bytes: this.#sentBytes } : told);
    this.#sentBytes += bytes.length;
    this.#parts.send(bytes);
    if (isLast) this.close();
  }
}

/** Undefined where it is none: others may say on a bus what they like. */
function questionIn(data: Uint8Array): Question | undefined {
  const message = parsed(data);
  const { id, op, session, node, level } = message;
  if (typeof id !== "number" || typeof op !== "string") return undefined;
  if (typeof session !== "string" || typeof node !== "string") return undefined;
  const known = LEVELS.find((one) => one === level) ?? "observe";
  return { ...message, id, op, session, node, level: known };
}

function parsed(data: Uint8Array): Message {
  try {
    const value: unknown = JSON.parse(Buffer.from(data).toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Message) : {};
  } catch {
    return {};
  }
}

function refuse({ id }: Question, respond: Respond, ...error: ErrorParameters): void {
  const { message, code, exitCode } = new NetlabError(...error);
  respond(encoded({ id, err: message, code }));
  respond(encoded({ id, exit: exitCode }));
  respond(new Uint8Array(0));
}
