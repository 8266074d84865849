/**
 * Programs of both sides of every role, in a language that is not ours, with a proxy of ours between them: the right ones of
 * test/conformance/right and those as they are handed in of test/peers, with or without one mistake.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Instance } from "../../src/actors/instance.ts";
import { shippedRoles } from "../../src/catalogue/shipped-roles.ts";
import { lookAtPair, type Pair, type PairLook, type Untold } from "../../src/onlooker/proxied.ts";
import type { Story } from "../../src/stories/story.ts";
import { TestLab } from "../actors/harness.ts";
import { fileOf, type Mutant, mutated } from "../conformance/mutants.ts";
import { rightPeers } from "../conformance/right-peers.ts";

/** A line that is typed, or what has to be on the program's screen before the next is. */
export type Step = string | { readonly hears: RegExp };

export interface Part {
  /** `right/chat-client`, `peers/chat_client`, `peers/mistakes/servers/answers_twice`. */
  readonly program: string;
  readonly words?: readonly string[];
  readonly mutant?: Mutant;
  readonly types?: readonly Step[];
}

/** `server`: a program, or options of our own role. */
export interface Scene {
  readonly role: string;
  readonly server: Part | { readonly ours: Readonly<Record<string, unknown>> };
  /** Each begins when the one before it has typed its first line and heard what follows. */
  readonly clients: readonly Part[];
  /** Ours is stopped when its clients have begun. */
  readonly isStopped?: boolean;
}

export interface Seen {
  readonly pair: Pair;
  readonly look: PairLook | Untold;
}

/** What never comes is waited for no longer. */
const PATIENCE_MS = 3_000;
/** A program that has not ended by then is ended. */
const LONGEST_MS = 15_000;
const PEERS = path.join(import.meta.dirname, "../peers");

/** Room for scenes, in which each has a folder and a proxy of its own. */
export class Stage {
  readonly folder = mkdtempSync(path.join(tmpdir(), "netlabd-pairs-"));
  readonly lab: TestLab;
  #count = 0;

  private constructor(lab: (folder: string) => TestLab) {
    mkdirSync(path.join(this.folder, "files"));
    this.lab = lab(this.folder);
  }

  static async open(): Promise<Stage> {
    const roles = [...(await shippedRoles()).values()];
    return new Stage((folder) => new TestLab(folder, roles, {}));
  }

  async close(): Promise<void> {
    await this.lab.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Plays it to its end; answers each pair of connections that there was, in the order in which they began. */
  async play({ role, server, clients, isStopped }: Scene): Promise<readonly Seen[]> {
    this.#count += 1;
    const number = this.#count;
    const folder = path.join(this.folder, String(number));
    mkdirSync(folder);
    prepare(folder);
    const running: Running[] = [];
    let registry: Socket | undefined;
    try {
      const serving = "ours" in server ? undefined : this.#start(folder, server, "0", {});
      if (serving) {
        running.push(serving);
        if ("program" in server) void serving.type(server.types ?? []);
      }
      const own = "ours" in server ? await this.#ours(role, server) : undefined;
      const port = own?.port ?? (await serving?.port());
      const proxy = await this.lab.spawn("proxy", { to: `127.0.0.1:${port}`, as: role });
      if (proxy.state !== "running") throw new Error(String(proxy.lastError));
      const udp = role === "file-server" ? await registryOf(proxy.port) : undefined;
      registry = udp?.socket;
      const talks: Promise<void>[] = [];
      for (const client of clients) {
        const one = this.#start(folder, client, String(udp?.port ?? proxy.port), { isClient: true });
        running.push(one);
        const typed = one.type(client.types ?? []);
        talks.push(typed.then(() => one.isOver()));
        await one.begun;
      }
      if (own && isStopped) await this.lab.supervisor.stop(own);
      await Promise.all(talks);
      const seen = await this.#seen(proxy.id);
      await this.lab.supervisor.stop(proxy);
      return seen;
    } finally {
      for (const one of running) one.kill();
      registry?.close();
    }
  }

  async #ours(role: string, { ours }: { readonly ours: object }): Promise<Instance> {
    const instance = await this.lab.spawn(role, { ...ours });
    if (instance.state !== "running") throw new Error(String(instance.lastError));
    return instance;
  }

  #start(folder: string, part: Part, port: string, { isClient = false }): Running {
    const own = mkdtempSync(path.join(folder, isClient ? "client-" : "server-"));
    const [from = "", ...rest] = part.program.split("/");
    const words = (part.words ?? []).map((word) => word.replace("{folder}", folder).replace("{port}", port));
    if (from === "right") {
      cpSync(rightPeers, own, { recursive: true });
      if (part.mutant) writeFileSync(path.join(own, fileOf(part.mutant)), mutated(part.mutant));
      const told = isClient ? ["127.0.0.1", port] : [port];
      return new Running(own, [`${rest[0]}.py`, ...told, ...words]);
    }
    const file = `${path.join(PEERS, ...rest)}.py`;
    return new Running(own, [file, ...(words.some((word) => word === port) ? [] : [port]), ...words]);
  }

  async #seen(proxy: string): Promise<Seen[]> {
    const mine = () =>
      this.lab.recorder.all().filter(({ subject }) => subject.instance === proxy && subject.leg === "client");
    for (let waited = 0; mine().some(isLive) && waited < 2_000; waited += 20) await pause(20);
    const seen: Seen[] = [];
    const { roles } = this.lab.supervisor;
    for (const client of mine().toSorted((a, b) => a.openedAt - b.openedAt)) {
      const server = this.lab.recorder.find(client.subject.pair ?? "");
      if (!server) continue;
      const pair = { client, server };
      seen.push({ pair, look: await lookAtPair(pair, { roles, now: Date.now() }) });
    }
    return seen;
  }
}

/** Tells who asks of one file server. */
async function registryOf(port: number) {
  const socket = createSocket("udp4");
  socket.on("message", (_, { port: to, address }) => {
    for (const text of [`127.0.0.1,${port},pdf,tok1`, "end"]) socket.send(text, to, address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return { socket, port: socket.address().port };
}

const isLive = ({ endedAt, subject }: Story) => endedAt === undefined && subject.transport === "tcp";

/** Files, and a book, as servers want them. */
function prepare(folder: string): void {
  mkdirSync(path.join(folder, "root"));
  writeFileSync(path.join(folder, "root", "a.pdf"), Buffer.alloc(70_000, "%PDF-1.4\n\0binary"));
  writeFileSync(path.join(folder, "root", "a.txt"), "first line\nsecond line\n");
  writeFileSync(path.join(folder, "root", "empty.txt"), "");
  writeFileSync(path.join(folder, "book.csv"), "ann@example.org,Ann Example\nbob@example.org,Bob Exämple\n");
}

const LISTENS = /(?:listening on|on port|127.0.0.1,) ?(\d+)[\n,]/;

class Running {
  /** It has typed its first line and heard what follows, or was told to do neither. */
  readonly begun: Promise<void>;
  readonly #child: ChildProcess;
  readonly #over: Promise<unknown>;
  #begin: () => void = () => undefined;
  screen = "";

  constructor(cwd: string, args: readonly string[]) {
    this.#child = spawn("python3", ["-u", "-B", ...args], { cwd, stdio: ["pipe", "pipe", "pipe"] });
    this.#over = once(this.#child, "exit");
    this.begun = new Promise((resolve) => {
      this.#begin = resolve;
    });
    this.#child.stdin?.on("error", () => undefined);
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.screen += text;
      });
  }

  async port(): Promise<number> {
    await this.#hears(LISTENS, LONGEST_MS);
    const found = LISTENS.exec(this.screen);
    if (!found) throw new Error(`it does not listen: ${this.screen}`);
    return Number(found[1]);
  }

  async type(steps: readonly Step[]): Promise<void> {
    let read = 0;
    for (const [at, step] of steps.entries()) {
      if (typeof step === "string") {
        this.#child.stdin?.write(`${step}\n`);
      } else {
        read = await this.#hears(step.hears, PATIENCE_MS, read);
      }
      if (at > 0) this.#begin();
    }
    this.#begin();
    this.#child.stdin?.end();
  }

  /** Answers the place behind these words on its screen; where they do not come, that which it was given. */
  async #hears(words: RegExp, patience: number, from = 0): Promise<number> {
    const until = Date.now() + patience;
    while (Date.now() < until) {
      const found = words.exec(this.screen.slice(from));
      if (found) return from + found.index + found[0].length;
      if (this.#child.exitCode !== null) return from;
      await pause(10);
    }
    return from;
  }

  async isOver(): Promise<void> {
    await Promise.race([this.#over, pause(LONGEST_MS, undefined, { ref: false })]);
    this.kill();
    await this.#over;
  }

  kill(): void {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill("SIGKILL");
  }
}
