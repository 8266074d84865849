/**
 * The client's end of the control socket: newline-delimited JSON, any number of requests under way.
 *
 * Life: 1. `connect` → 2. `request` (its handlers see the answer in order, one piece at a time; the promise ends with
 * the exit status) → 3. `close`, or the daemon goes away: every request under way fails, then `onClose` is told.
 */
import { lstatSync, type Stats, statSync } from "node:fs";
import { createConnection, type Socket } from "node:net";
import { dirname } from "node:path";
import { NetlabError } from "../errors.ts";
import { ControlRequest, type Exit, type ReplyHandlers } from "./control-request.ts";
import { type DaemonMessage, LineSplitter, parseDaemonLine } from "./daemon-message.ts";
import type { Hello } from "./hello.ts";

/** The longest line that a daemon may send: above it this is no conversation but a fault. */
const LINE_LIMIT_BYTES = 16 * 1024 * 1024;
/** Answers that came but were not handled yet; above it the socket is not read until handlers caught up. */
const HELD_LIMIT_BYTES = 1024 * 1024;
const PROTOCOL = 1;

export type { Hello };

type NoticeListener = (text: string, level: string) => void;
type EventListener = (event: string, count: number | undefined) => void;
type CloseListener = (error: NetlabError | undefined) => void;

export class ControlClient {
  readonly path: string;
  readonly #socket: Socket;
  readonly #splitter = new LineSplitter(LINE_LIMIT_BYTES);
  readonly #underWay = new Map<number, ControlRequest>();
  readonly #onNotice = new Set<NoticeListener>();
  readonly #onEvent = new Set<EventListener>();
  readonly #onClose = new Set<CloseListener>();
  #lastId = 0;
  #heldBytes = 0;
  /** Why this connection is over; what it is now too late for fails with it. */
  #ending: NetlabError | undefined;
  #isOurEnding = false;

  /** Fails with a NetlabError that says what to do. */
  static connect(path: string): Promise<ControlClient> {
    const { promise, resolve, reject } = Promise.withResolvers<ControlClient>();
    const stranger = strangerAt(path);
    if (stranger !== undefined) return Promise.reject(notOurs(path, stranger));
    const socket = createConnection({ path });
    const refuse = (error: NodeJS.ErrnoException) => reject(cannotConnect(path, error));
    socket.once("error", refuse);
    socket.once("connect", () => {
      socket.off("error", refuse);
      resolve(new ControlClient(path, socket));
    });
    return promise;
  }

  private constructor(path: string, socket: Socket) {
    this.path = path;
    this.#socket = socket;
    socket.on("data", (chunk) => this.#read(chunk));
    // An OS error here (ECONNRESET, EPIPE) says that the daemon is gone, and "close" follows it.
    socket.on("error", () => {});
    socket.on("close", () => this.#closed());
  }

  get isOpen(): boolean {
    return this.#ending === undefined;
  }

  /** The promise carries the request's id, for `interrupt`. */
  request(
    op: string,
    fields: Readonly<Record<string, unknown>> = {},
    handlers: ReplyHandlers = {},
  ): Promise<Exit> & { readonly id: number } {
    const id = ++this.#lastId;
    const request = new ControlRequest(handlers, {
      answer: (answer) => this.#send({ id, op: "answer", ...answer }),
      giveUp: () => this.interrupt(id),
    });
    if (this.#ending) {
      request.fail(this.#ending);
    } else {
      this.#underWay.set(id, request);
      this.#send({ id, op, ...(op === "run" || op === "eval" ? { user: userName() } : {}), ...fields });
    }
    return Object.assign(request.done, { id });
  }

  /** Asks who answers, and whether we understand each other. */
  async hello(fields: Readonly<Record<string, unknown>> = {}): Promise<Hello> {
    let hello: Partial<Hello> = {};
    const data = (document: unknown) => {
      hello = { ...(document as Partial<Hello> | null) };
    };
    await this.request("hello", fields, { data });
    if (hello.protocol === PROTOCOL) return hello as Hello;
    const theirs = hello.protocol === undefined ? "another language" : `protocol ${hello.protocol}`;
    throw new NetlabError("peer-error/other-protocol", { path: this.path, theirs, ours: PROTOCOL });
  }

  /** Asks the daemon to end a request; the request itself then ends with its own exit status. */
  interrupt(id: number): void {
    if (this.#underWay.has(id)) this.#send({ id: ++this.#lastId, op: "interrupt", target: id });
  }

  /** Something that has no answer, e.g. that the screen was resized. */
  post(op: string, fields: Readonly<Record<string, unknown>>): void {
    this.#send({ id: ++this.#lastId, op, ...fields });
  }

  /** Each of these returns the function that takes the listener away again. */
  onNotice(listener: NoticeListener): () => void {
    return listen(this.#onNotice, listener);
  }

  onEvent(listener: EventListener): () => void {
    return listen(this.#onEvent, listener);
  }

  /** Told once, with the cause, or with undefined when this end closed; also who comes too late for it. */
  onClose(listener: CloseListener): () => void {
    if (this.#socket.closed) queueMicrotask(() => listener(this.#isOurEnding ? undefined : this.#ending));
    return listen(this.#onClose, listener);
  }

  /** Whether this connection alone keeps the process from ending. */
  holdProcess(isHeld: boolean): void {
    if (isHeld) this.#socket.ref();
    else this.#socket.unref();
  }

  /** Closes behind what was sent; requests under way fail. */
  close(): void {
    if (this.#ending) return;
    this.#isOurEnding = true;
    this.#ending = new NetlabError("interrupted/closed");
    this.#socket.destroySoon();
  }

  // -- what the daemon says ----------------------------------------------------------------------------------

  #read(chunk: Buffer): void {
    const lines = this.#splitter.push(chunk);
    if (!lines) this.#breakOff(`sent a line of more than ${LINE_LIMIT_BYTES} bytes`);
    for (const line of lines ?? []) {
      if (this.#ending) return;
      const parsed = parseDaemonLine(line.toString("utf8"));
      if (parsed.ok) this.#dispatch(parsed.value, line.length);
      else
        this.#breakOff(`sent a line that is not a message: ${JSON.stringify(line.toString("utf8", 0, 60))}`);
    }
  }

  #dispatch(message: DaemonMessage, sizeBytes: number): void {
    if (message.kind === "notice")
      for (const listener of this.#onNotice) listener(message.text, message.level);
    if (message.kind === "event")
      for (const listener of this.#onEvent) listener(message.event, message.count);
    if (message.kind !== "replies") return;
    // Answers without a request are late: its handler failed, or it was the echo of an interrupt.
    const request = this.#underWay.get(message.id);
    if (!request) return;
    if (message.replies.some((reply) => reply.kind === "exit")) this.#underWay.delete(message.id);
    this.#hold(sizeBytes);
    request.take(message.replies, () => this.#hold(-sizeBytes));
  }

  /** A reader that is slow, a full pipe say, stops the whole socket: the daemon feels it, memory does not. */
  #hold(sizeBytes: number): void {
    this.#heldBytes += sizeBytes;
    const isFull = this.#heldBytes > HELD_LIMIT_BYTES;
    if (isFull && !this.#socket.isPaused()) this.#socket.pause();
    if (!isFull && this.#socket.isPaused()) this.#socket.resume();
  }

  // -- sending and ending ------------------------------------------------------------------------------------

  #send(message: Readonly<Record<string, unknown>>): void {
    if (!this.#ending) this.#socket.write(`${JSON.stringify(message)}\n`);
  }

  #breakOff(what: string): void {
    this.#ending = new NetlabError("peer-error/odd-daemon", { path: this.path, what });
    this.#socket.destroy();
  }

  #closed(): void {
    this.#ending ??= new NetlabError("no-daemon/went-away", { path: this.path });
    const ending = this.#ending;
    for (const request of this.#underWay.values()) request.fail(ending);
    this.#underWay.clear();
    for (const listener of this.#onClose) listener(this.#isOurEnding ? undefined : ending);
  }
}

/** For the daemon's audit. */
const userName = () => process.env.USER?.slice(0, 64) || undefined;

function listen<Listener>(listeners: Set<Listener>, listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/**
 * The stranger that offers a socket there, if one does: where all may write, anybody can be the first to use
 * our name, and would be told what is typed. Root's services are anybody's; root itself may attach to a service's, in a
 * place that only root could have given to it; and an observer to one that was given to a group of the observer's, in a place that only
 * the one who gave it could have made.
 */
function strangerAt(path: string): number | undefined {
  const uid = process.getuid?.();
  const folder = dirname(path);
  try {
    const stats = [lstatSync(folder), lstatSync(path)];
    const stranger = stats.find((stat) => stat.uid !== uid && stat.uid !== 0);
    const isGiven = uid === 0 || stats.every(isOfOneOfOurGroups);
    const mayBeAnybodys = !isGiven || [folder, dirname(folder)].some(isOpenToAll);
    return mayBeAnybodys ? stranger?.uid : undefined;
  } catch {
    return undefined; // what is not there is said when the connection fails
  }
}

const isOpenToAll = (folder: string) => (statSync(folder).mode & 0o002) !== 0;

/** Open, by its mode, to a group that we are in. */
const isOfOneOfOurGroups = ({ gid, mode }: Stats) =>
  (mode & 0o040) !== 0 && (process.getgroups?.() ?? []).includes(gid);

function notOurs(path: string, stranger: number): NetlabError {
  return new NetlabError("socket-unsafe/of-stranger", { path, user: stranger });
}

function cannotConnect(path: string, cause: NodeJS.ErrnoException): NetlabError {
  if (cause.code === "EACCES" || cause.code === "EPERM") {
    return new NetlabError("socket-unsafe/closed-to-you", { path, errno: cause.code }, { cause });
  }
  if (cause.code === "ENOENT" || cause.code === "ECONNREFUSED") {
    return new NetlabError("no-daemon/none", { path }, { cause });
  }
  return new NetlabError("no-daemon/not-connected", { path, why: cause.code ?? cause.message }, { cause });
}
