/**
 * The daemon's end of the control protocol: a Unix socket, whose path decides what may be done there: the control socket is for the
 * daemon's user alone, the observe socket may be for a group. Newline-delimited JSON, or plain command
 * lines from programs without JSON (`echo conns | nc -U …`): the first byte tells.
 */
import { chmodSync, chownSync, existsSync, lstatSync, unlinkSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { messageOf, NetlabError } from "../errors.ts";
import { livingNodes } from "../lab/cluster-view.ts";
import { osCode } from "../os/os-errors.ts";
import { harmlessJson } from "../printable.ts";
import type { Level } from "../repl/levels.ts";
import { ControlClient } from "./control-client.ts";
import type { ControlSession } from "./control-session.ts";
import type { Message, OperatorHost } from "./operator-session.ts";
import { givenFolder, groupId, ownFolder } from "./socket-folder.ts";

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

/** Way in for operators, and the level that it gives them. */
export interface Door {
  readonly path: string;
  readonly level: Level;
  /** For the audit. */
  readonly name: string;
  /** Name or number of the group that may come in, too; undefined: the daemon's user alone. */
  readonly group?: string | undefined;
}

export class ControlServer {
  readonly #host: ControlHost;
  readonly #door: Door;
  readonly #sessions = new Set<ControlSession>();
  #server: Server | undefined;
  #unfollow: (() => void) | undefined;
  #unwatchNodes: (() => void) | undefined;

  constructor(host: ControlHost, door: Door) {
    this.#host = host;
    this.#door = door;
  }

  /** Throws where the folder is not ours, or another daemon answers on the socket. */
  async listen(): Promise<void> {
    const { path: socketPath, group } = this.#door;
    if (Buffer.byteLength(socketPath) > MAX_PATH) {
      throw new NetlabError("socket-unsafe/too-long", { path: socketPath, limit: MAX_PATH });
    }
    const gid = group === undefined ? undefined : groupId(group);
    if (gid === undefined) ownFolder(path.dirname(socketPath));
    else givenFolder(socketPath, { gid, group: group ?? "" });
    await removeStale(socketPath);
    await this.#bind(socketPath);
    if (gid !== undefined) chownSync(socketPath, -1, gid);
    chmodSync(socketPath, gid === undefined ? 0o600 : 0o660);
    const { lab } = this.#host;
    this.#unfollow = lab.subscribe("log", ({ level, message }) => {
      if (level === "warn" || level === "error") this.#push({ notice: message, level });
    });
    this.#unwatchNodes = lab.cluster?.watch(() =>
      this.#push({ event: "nodes", count: lab.cluster && livingNodes(lab.cluster) }),
    );
  }

  async #bind(socketPath: string): Promise<void> {
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
    const { level, name } = this.#door;
    const session = new ControlSession(socket, this.#host, { level, name }, () =>
      this.#sessions.delete(session),
    );
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
    this.#unwatchNodes?.();
    for (const session of this.#sessions) session.close();
    const server = this.#server;
    if (!server?.listening) return;
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
}

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
