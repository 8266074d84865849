/**
 * An open page. It says who it is with its first message, then what it looks at, and may ask questions; at each message it is asked
 * again what its level may. It is told how things stand, by the pump.
 */
import type { WebSocket } from "ws";
import * as z from "zod";
import type { OperatorSession } from "../control/operator-session.ts";
import { messageOf } from "../errors.ts";
import { mayPrompt, maySee, split } from "./levels.ts";
import { CLOSED, type Level, type ServerMessage } from "./protocol.ts";
import type { Reader } from "./pump.ts";
import { answerTo, questionShape } from "./questions.ts";
import type { WebHost } from "./web-host.ts";

/** How long a page may take to say who it is. */
const LOGIN_MS = 10_000;
const MOST_TOPICS = 8;
const MOST_QUESTIONS = 16;
/** Bytes that may wait for a page before live output of its prompt leaves lines out. */
const BEHIND_BYTES = 65_536;
/** A page that reads nothing while it asks and asks is cut off here. */
const LOST_BYTES = 4 * 1_048_576;

const messageShape = z.union([
  z.strictObject({ see: z.array(z.string().max(200)).max(MOST_TOPICS) }),
  z.strictObject({ ask: z.number().int(), question: questionShape }),
  z.strictObject({ prompt: z.record(z.string(), z.unknown()) }),
]);
type Message = z.output<typeof messageShape>;

/** A page that has stopped does not answer the close. */
export function closeSoon(socket: WebSocket, code: number): void {
  socket.close(code);
  setTimeout(() => socket.terminate(), 500).unref();
}

export class Visitor implements Reader {
  readonly seen = new Map<string, number>();
  readonly #socket: WebSocket;
  readonly #host: WebHost;
  readonly #login: NodeJS.Timeout;
  #session: unknown;
  #level: Level | undefined;
  #answers: Promise<void> = Promise.resolve();
  /** Topics that it has asked for last, while the journal is read for it. */
  #wanted: readonly string[] | undefined;
  /** Questions that have no answer yet. */
  #asked = 0;
  #operator: OperatorSession | undefined;
  /** Has answered since it was last asked whether it is still there. */
  isThere = true;

  constructor(socket: WebSocket, host: WebHost, onClose: () => void) {
    this.#socket = socket;
    this.#host = host;
    this.#login = setTimeout(() => this.close(CLOSED.notLoggedIn), LOGIN_MS);
    socket.on("message", (data) => this.#receive(String(data)));
    socket.on("pong", () => {
      this.isThere = true;
    });
    socket.on("error", () => socket.terminate());
    socket.on("close", () => {
      clearTimeout(this.#login);
      host.pump.remove(this);
      this.#operator?.close();
      onClose();
    });
  }

  get level(): Level | undefined {
    return this.#level;
  }

  get waitingBytes(): number {
    return this.#socket.bufferedAmount;
  }

  /** Bytes may be other pages' too: what a server sends is not masked, so nothing writes into them. */
  send(json: string | Buffer): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.waitingBytes > LOST_BYTES) this.#socket.terminate();
    else this.#socket.send(json, { binary: false });
  }

  close(code: number): void {
    closeSoon(this.#socket, code);
  }

  /** Asks whether it is still there, and ends it where it did not answer the last time, or may not look any more. */
  sweep(): void {
    if (this.#level !== undefined && this.#levelOf(this.#session) === undefined)
      return this.close(CLOSED.notLoggedIn);
    if (!this.isThere) return this.#socket.terminate();
    this.isThere = false;
    this.#socket.ping();
  }

  /** A message that cannot be taken ends its page, and nothing else; a page that is being closed is not heard. */
  #receive(text: string): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    try {
      this.#hear(text);
    } catch (error) {
      this.#host.lab.reportFault(error, "a page's message was not taken");
      this.close(1011);
    }
  }

  #hear(text: string): void {
    let message: unknown;
    try {
      message = JSON.parse(text);
    } catch {
      return this.close(1007);
    }
    if (this.#level === undefined) return this.#enter(message);
    const parsed = messageShape.safeParse(message);
    if (!parsed.success) return this.close(1008);
    this.#take(parsed.data, this.#level);
  }

  #enter(message: unknown): void {
    const { session } = (message ?? {}) as { session?: unknown };
    const level = this.#levelOf(session);
    if (level === undefined) return this.close(CLOSED.notLoggedIn);
    clearTimeout(this.#login);
    this.#session = session;
    this.#level = level;
    const { lab } = this.#host;
    this.#say({ hello: { level, lab: lab.name, version: lab.version, now: lab.clock.now() } });
    this.#host.pump.add(this);
  }

  #levelOf(session: unknown): Level | undefined {
    return typeof session === "string" ? this.#host.sessions.levelOf(session) : undefined;
  }

  #take(message: Message, level: Level): void {
    if ("see" in message) this.#see(message.see, level);
    else if ("ask" in message) this.#ask(message.ask, message.question, level);
    else this.#prompt(message.prompt, level);
  }

  /** Connections that memory does not have are looked for in the journal; meanwhile the newest wish alone counts. */
  #see(topics: readonly string[], level: Level): void {
    const isWaiting = this.#wanted !== undefined;
    this.#wanted = topics;
    if (isWaiting) return;
    this.#seeWanted(level).catch((error: unknown) => {
      this.#host.lab.reportFault(error, "a page's message was not taken");
      this.close(1011);
    });
  }

  async #seeWanted(level: Level): Promise<void> {
    const { stories } = this.#host;
    const looked = new Set<string>();
    for (let topics = this.#wanted ?? []; ; topics = this.#wanted ?? []) {
      const [unknown] = topics.flatMap((topic) => {
        const [kind, name] = split(topic);
        return kind === "connection" && !looked.has(name) && !stories.isLookedFor(name) ? [name] : [];
      });
      if (unknown === undefined) break;
      looked.add(unknown);
      await stories.recall(unknown);
    }
    const topics = this.#wanted ?? [];
    this.#wanted = undefined;
    if (this.#socket.readyState === this.#socket.OPEN) this.#look(topics, level);
  }

  /** A topic that there is not, or that is not for this level, is told as nothing. */
  #look(topics: readonly string[], level: Level): void {
    const { lab, pump, stories } = this.#host;
    pump.see(
      this,
      topics.filter((topic) => maySee(level, lab, stories, topic)),
    );
    for (const topic of topics) if (!this.seen.has(topic)) this.#say({ topic, state: null });
  }

  /** Questions are answered one after another, because each plays a story again. */
  #ask(ask: number, question: z.output<typeof questionShape>, level: Level): void {
    if (this.#asked >= MOST_QUESTIONS)
      return this.#say({ answer: ask, problem: "too many questions at once" });
    this.#asked += 1;
    this.#answers = this.#answers.then(async () => {
      await this.#answer(ask, question, level);
      this.#asked -= 1;
    });
  }

  async #answer(ask: number, question: z.output<typeof questionShape>, level: Level): Promise<void> {
    try {
      this.#say({ answer: ask, value: await answerTo(this.#host, question, level) });
    } catch (error) {
      this.#say({ answer: ask, problem: messageOf(error) });
    }
  }

  #prompt(request: Readonly<Record<string, unknown>>, level: Level): void {
    if (!mayPrompt(level)) return this.close(1008);
    const visitor = this;
    this.#operator ??= this.#host.openOperator({
      send: (message) => this.#say({ prompt: message }),
      get isBehind() {
        return visitor.waitingBytes > BEHIND_BYTES;
      },
    });
    this.#operator.receive(request);
  }

  #say(message: ServerMessage): void {
    this.send(JSON.stringify(message));
  }
}
