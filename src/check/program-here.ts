/** Programs started here as they are: without a box, without limits. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { socketsOn } from "../os/proc.ts";
import { SOCKET_STATES } from "../os/proc-text.ts";
import type { Exit, Listening, Program, Programs, Sample, StartRequest } from "./program.ts";

const MAX_OUTPUT = 65_536;
const POLL_MS = 5;
const GONE_MS = 2_000;

export function programsHere(cwd: string): Programs {
  const started = new Set<ProgramHere>();
  return {
    box: { kind: "limits", notes: [] },
    freePort,
    start: async (request) => {
      const program = new ProgramHere(request, cwd);
      started.add(program);
      return program;
    },
    close: async () => {
      await Promise.all([...started].map((program) => program.stop()));
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

class ProgramHere implements Program {
  readonly ended: Promise<Exit>;
  exit: Exit | undefined;
  output = "";
  readonly #child: ChildProcess;
  readonly #port: number;
  readonly #listeners = new Set<(text: string) => void>();

  constructor({ command, host, port }: StartRequest, cwd: string) {
    this.#port = port;
    const line = command.replaceAll("{host}", host).replaceAll("{port}", String(port));
    this.#child = spawn("/bin/sh", ["-c", `exec ${line}`], {
      cwd,
      detached: true,
      env: { ...process.env, PYTHONUNBUFFERED: "1", LANG: "C.UTF-8" },
    });
    this.#child.stdin?.on("error", () => undefined);
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.output = (this.output + text).slice(0, MAX_OUTPUT);
        for (const listener of this.#listeners) listener(text);
      });
    this.ended = new Promise((resolve) => {
      this.#child.once("close", (code, signal) => {
        this.exit = { code: code ?? undefined, signal: signal ?? undefined };
        resolve(this.exit);
      });
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async listening(transport: "tcp" | "udp"): Promise<readonly Listening[]> {
    const rows = await socketsOn(transport, this.#port);
    const isOpen = (state: number) => transport === "udp" || state === SOCKET_STATES.listening;
    return rows
      .filter(({ state, localPort }) => localPort === this.#port && isOpen(state))
      .map(({ localPort, localAddress }) => ({
        port: localPort,
        address: localAddress,
        family: localAddress.includes(":") ? 6 : 4,
      }));
  }

  async isWaiting(): Promise<boolean> {
    return false;
  }

  async sample(): Promise<Sample | undefined> {
    return undefined;
  }

  type(text: string): void {
    this.#child.stdin?.write(text);
  }

  endInput(): void {
    this.#child.stdin?.end();
  }

  onOutput(listener: (text: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async stop(): Promise<void> {
    try {
      process.kill(-this.pid, "SIGKILL");
    } catch {
      // Has ended already.
    }
    await this.ended;
    const deadline = performance.now() + GONE_MS;
    while ((await this.listening("tcp")).length > 0 && performance.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
