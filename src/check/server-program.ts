/** The server that is checked: started by the checker, on a port of its choice, or there already. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Listening, Program, Programs } from "./program.ts";
import { NotStarted } from "./verdict.ts";

const START_MS = 10_000;
const LOOK_MS = 4;

export interface ServerProgram {
  readonly host: string;
  readonly port: number;
  readonly program: Program | undefined;
  /** Runs and listens. Rejects with NotStarted. */
  ready(): Promise<void>;
  stop(): Promise<void>;
}

/** Runs already: nothing is known of it but where it listens. */
export const serverThere = (host: string, port: number): ServerProgram => ({
  host,
  port,
  program: undefined,
  ready: async () => undefined,
  stop: async () => undefined,
});

interface Start {
  readonly programs: Programs;
  readonly command: string;
  readonly transport: "tcp" | "udp";
}

export class StartedServer implements ServerProgram {
  readonly host = "127.0.0.1";
  port = 0;
  program: Program | undefined;
  /** The port that it was told. */
  toldPort = 0;
  listening: readonly Listening[] = [];
  readonly #start: Start;

  constructor(start: Start) {
    this.#start = start;
  }

  async ready(): Promise<void> {
    if (this.program && this.program.exit === undefined) return;
    const { programs, command } = this.#start;
    await this.stop();
    // A restart is on the same port: whether it can be had again is the program's affair.
    if (this.toldPort === 0) this.toldPort = await programs.freePort();
    const port = this.toldPort;
    this.program = await programs.start({ command, host: this.host, port, onTerminal: false });
    await this.#listens(this.program);
  }

  /** On whatever port it is, as long as it is the program's own: where it was told to listen is another case's affair. */
  async #listens(program: Program): Promise<void> {
    const deadline = performance.now() + START_MS;
    while (performance.now() < deadline) {
      const { exit } = program;
      const found = await program.listening(this.#start.transport);
      const [first] = found.toSorted((a, b) => rankOf(a, this.toldPort) - rankOf(b, this.toldPort));
      // An IPv6 listener may be there before the IPv4 one.
      if (first && (first.family === 4 || first.address === "::" || (await program.isWaiting()))) {
        this.listening = found;
        this.port = first.port;
        return;
      }
      if (exit)
        throw new NotStarted(
          `the program ended before it listened (${exit.signal ?? `exit status ${exit.code}`})`,
        );
      await sleep(LOOK_MS);
    }
    throw new NotStarted(`the program does not listen on any port after ${START_MS / 1_000} s`);
  }

  async stop(): Promise<void> {
    await this.program?.stop();
    this.program = undefined;
  }
}

const rankOf = ({ port, family }: Listening, told: number) =>
  (port === told ? 0 : 2) + (family === 4 ? 0 : 1);
