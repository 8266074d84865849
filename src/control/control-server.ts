/**
 * The daemon's end of the control protocol: a Unix socket for its owner only. Newline-delimited JSON, or plain command
 * lines from programs without JSON (`echo conns | nc -U …`): the first byte tells.
 */
import { chmodSync, existsSync, lstatSync, mkdirSync, type Stats, statSync, unlinkSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { messageOf, NetlabError } from "../errors.ts";
import { osCode } from "../os/os-errors.ts";
import { harmlessJson } from "../printable.ts";
import { ControlClient } from "./control-client.ts";
import type { ControlSession } from "./control-session.ts";
import type { Message, OperatorHost } from "./operator-session.ts";

/** The longest path that fits into a socket address, on Linux and macOS. */
const MAX_PATH = 103;
/** How long another daemon may take to say who it is. */
const HELLO_MS = 1_000;

export interface ControlHost extends OperatorHost {
  /** Budget that operators' connections are taken from, and given back to. */
  readonly descriptors: { take(count: number): void; give(count: number): void };
  /** Loads what an operator's questions want; never rejects. */
  readonly prepare: () => Promise<void>;
}

export class ControlServer {
  readonly #host: ControlHost;
  readonly #sessions = new Set<ControlSession>();
  #server: Server | undefined;
  #unfollow: (() => void) | undefined;

  constructor(host: ControlHost) {
    this.#host = host;
  }

  /** Throws where the folder is not ours, or another daemon answers on the socket. */
  async listen(): Promise<void> {
    const { lab } = this.#host;
    const { socketPath } = lab;
    if (Buffer.byteLength(socketPath) > MAX_PATH) {
      throw new NetlabError("socket-unsafe/too-long", { path: socketPath, limit: MAX_PATH });
    }
    prepareFolder(path.dirname(socketPath));
    await removeStale(socketPath);
    // A pipe of command lines has closed its side before the answer comes.
    this.#server = createServer({ allowHalfOpen: true }, (socket) => void this.#open(socket));
    // Between bind and chmod the socket must not be open to others.
    const before = process.umask(0o177);
    try {
      await new Promise<void>((resolve, reject) => {
        this.#server?.once("error", reject).listen(socketPath, resolve);
      });
    } catch (error) {
      throw new NetlabError(
        "socket-unsafe/not-made",
        { path: socketPath, why: messageOf(error) },
        { cause: error },
      );
    } finally {
      process.umask(before);
    }
    chmodSync(socketPath, 0o600);
    this.#unfollow = lab.subscribe("log", ({ level, message }) => {
      if (level === "warn" || level === "error") this.#push({ notice: message, level });
    });
  }

  /** Loads the code of sessions with the first one: a daemon starts without it. */
  async #open(socket: Socket): Promise<void> {
    const { descriptors } = this.#host;
    // Always let in, out of the reserve where peers hold the rest: that is when an operator comes to look.
    descriptors.take(1);
    socket.once("close", () => descriptors.give(1));
    // Until the session listens, one that is torn down at once is no crash.
    socket.on("error", () => socket.destroy());
    const ControlSession = await this.#loadSession(socket);
    if (!ControlSession) return;
    if (socket.destroyed || !this.#server?.listening) return void socket.destroy();
    const session = new ControlSession(socket, this.#host, () => this.#sessions.delete(session));
    this.#sessions.add(session);
  }

  /** A daemon whose program was replaced or removed beneath it goes on with its peers; what it never loaded is gone. */
  async #loadSession(socket: Socket): Promise<typeof ControlSession | undefined> {
    try {
      const [{ ControlSession }] = await Promise.all([import("./control-session.ts"), this.#host.prepare()]);
      return ControlSession;
    } catch (error) {
      const why = "netlabctl cannot attach: the program files were replaced while the daemon ran; restart it";
      this.#host.lab.reportFault(error, why);
      socket.end(`${harmlessJson({ notice: why, level: "error" })}\n`);
      return undefined;
    }
  }

  #push(message: Message): void {
    for (const session of this.#sessions) session.push(message);
  }

  /** Attached REPLs say why they end. */
  announceStop(): void {
    this.#push({ event: "stopping" });
  }

  async close(): Promise<void> {
    this.#unfollow?.();
    for (const session of this.#sessions) session.close();
    const server = this.#server;
    if (!server?.listening) return;
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
}

/** Only the owner of a file in such a folder removes it. */
const STICKY = 0o1000;

/**
 * A folder of 0700 that is ours; one of another user's is refused, however open it is. One that was named may be
 * open to others' eyes (a checkout) or the system's for everybody (/tmp): there the socket's own mode protects it.
 */
function prepareFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const isDefault = /^netlabd(-\d+)?$/.test(path.basename(folder));
    const uid = process.getuid?.();
    const link = lstatSync(folder);
    // A link that another user made leads where that user likes.
    if (link.uid !== uid && link.uid !== 0) throw new Error(`it belongs to user ${link.uid}`);
    const stat = statSync(folder);
    if (!stat.isDirectory()) throw new Error("it is not a folder");
    const isShared = stat.uid === 0 && (stat.mode & STICKY) !== 0 && !isDefault;
    if (stat.uid !== uid && !isShared) throw new Error(`it belongs to user ${stat.uid}`);
    if (isDefault && (stat.mode & 0o077) !== 0) chmodSync(folder, 0o700);
    else if (isOpenToOthers(stat) && (stat.mode & STICKY) === 0)
      throw new Error("others may write into it, and could put a socket of their own there");
  } catch (error) {
    throw new NetlabError("socket-unsafe/folder", { folder, why: messageOf(error) }, { cause: error });
  }
}

/** A user's own group has often no other member, and all that the user makes is open to it. */
const isOpenToOthers = ({ mode, gid }: Stats) =>
  (mode & 0o002) !== 0 || ((mode & 0o020) !== 0 && gid !== process.getgid?.());

/** A socket file that no daemon answers is left over from a killed daemon; only then is it removed. */
async function removeStale(socketPath: string): Promise<void> {
  if (!existsSync(socketPath)) return;
  if (!lstatSync(socketPath).isSocket()) {
    throw new NetlabError("socket-unsafe/no-socket", { path: socketPath });
  }
  const daemon = await connectTo(socketPath);
  if (daemon) {
    const pid = await pidOf(daemon);
    throw new NetlabError("socket-in-use", {
      pid: pid === undefined ? "" : `, pid ${pid},`,
      path: socketPath,
    });
  }
  unlinkSync(socketPath);
}

/** Undefined where no daemon listens. */
async function connectTo(socketPath: string): Promise<ControlClient | undefined> {
  try {
    return await ControlClient.connect(socketPath);
  } catch (error) {
    if (error instanceof NetlabError && osCode(error.cause) === "ECONNREFUSED") return undefined;
    throw error;
  }
}

/** Undefined where it does not say: one that is busy, or another program. */
async function pidOf(daemon: ControlClient): Promise<number | undefined> {
  try {
    return (await Promise.race([daemon.hello(), delay(HELLO_MS)]))?.pid;
  } catch {
    return undefined;
  } finally {
    daemon.close();
  }
}
