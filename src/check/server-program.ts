/** The server that is checked: started by the checker, on a port of its choice, or there already. */
import { lookup } from "node:dns/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { endsOn } from "../os/connection-ends.ts";
import { SOCKET_STATES } from "../os/proc-text.ts";
import { patience } from "./patience.ts";
import type { Listening, Program, Programs } from "./program.ts";
import type { Stage } from "./stage.ts";
import { NotStarted } from "./verdict.ts";

const LOOPBACK_6 = "::1";
const START_MS = 10_000;
const LOOK_MS = 4;
/** So long it may take to be done with clients that have left. */
const SETTLE_MS = 20;

export interface ServerProgram {
  readonly host: string;
  readonly port: number;
  /** The port that its command told it; undefined: the checker did not start it. */
  readonly toldPort: number | undefined;
  readonly program: Program | undefined;
  /** By the checker, which can end it and start it again. */
  readonly isStarted: boolean;
  readonly isRunning: boolean;
  /** Printed since it was made ready. */
  readonly output: string;
  /** All clients have left it, and it waits for the next: another case may use it. */
  isAsNew(): Promise<boolean>;
  /** A connection to it was opened. */
  clientCame(): void;
  /** A datagram is on its way to it. */
  datagramSent(): void;
  /** A datagram of it came. */
  datagramCame(): void;
  /** Refusal of a datagram or a connection, or no way to its host; `why`: a code of the system's. */
  refused(why: string): void;
  /** A connection or a datagram has come to it, or it was seen to listen. */
  readonly wasReached: boolean;
  /** IPv6 address of it; undefined: none is known. */
  host6(): Promise<string | undefined>;
  /** Why there is no server: the first attempt of this check to reach it failed. Undefined: there is one, or was. */
  readonly absence: string | undefined;
  /** Whether it waits, and has taken none of the clients that came: whatever they said, it is as it was. */
  isUntouched(): Promise<boolean>;
  /** Runs and listens, on this stage. Rejects with NotStarted. */
  ready(stage: Stage): Promise<void>;
  /** On the same port and stage as before. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Runs already: nothing is known of it but where it listens. It is not looked for before a first case wants it: a client is one of few. */
export class ServerThere implements ServerProgram {
  readonly host: string;
  readonly port: number;
  readonly toldPort = undefined;
  readonly program = undefined;
  readonly isStarted = false;
  readonly isRunning = true;
  readonly output = "";
  absence: string | undefined;
  #wasThere = false;
  #hasTaken = false;

  constructor(host: string, port: number) {
    this.host = host;
    this.port = port;
  }

  clientCame(): void {
    this.#wasThere = true;
  }

  /** Datagrams of one moment are refused together: where a later one is refused, a server was there for the first. */
  datagramSent(): void {
    if (this.#hasTaken) this.#wasThere = true;
    // A refusal comes back in the turn of the loop that follows, or never.
    setImmediate(() => {
      this.#hasTaken = true;
    });
  }

  datagramCame(): void {
    this.#wasThere = true;
  }

  refused(why: string): void {
    if (!this.#wasThere) this.absence ??= why;
  }

  get wasReached(): boolean {
    return this.#wasThere;
  }

  async host6(): Promise<string | undefined> {
    const { host } = this;
    if (host.includes(":")) return host;
    if (isLoopbackName(host)) return LOOPBACK_6;
    // An IPv4 address names no other one.
    const found = await lookup(host, { family: 6 }).catch(() => undefined);
    return found?.address;
  }

  async isAsNew(): Promise<boolean> {
    return true;
  }

  async isUntouched(): Promise<boolean> {
    return false;
  }

  async ready(): Promise<void> {}
  async restart(): Promise<void> {}
  async stop(): Promise<void> {}
}

interface Start {
  readonly programs: Programs;
  readonly command: string;
  readonly transport: "tcp" | "udp";
}

export class StartedServer implements ServerProgram {
  readonly isStarted = true;
  readonly host = "127.0.0.1";
  readonly absence = undefined;
  readonly wasReached = true;
  port = 0;
  program: Program | undefined;
  toldPort = 0;
  readonly #start: Start;
  #printed = 0;
  /** Since it was started. */
  #clients = 0;
  #stage: Stage | undefined;

  constructor(start: Start) {
    this.#start = start;
  }

  get isRunning(): boolean {
    return this.program !== undefined && this.program.exit === undefined;
  }

  get output(): string {
    return this.program?.output.slice(this.#printed) ?? "";
  }

  async isAsNew(): Promise<boolean> {
    const { program } = this;
    if (this.#start.transport === "udp" || !program) return false;
    const deadline = performance.now() + SETTLE_MS;
    // Failures of a program that was not are tried with a fresh one: a program that never only waits is taken as it is.
    while (!(await program.isWaiting()) && performance.now() < deadline) await sleep(LOOK_MS);
    const waiting = await program.waitingClients(this.port);
    if (waiting !== undefined) return this.isRunning && waiting === 0;
    return this.isRunning && endsOn(this.port).every(({ state }) => state === SOCKET_STATES.listening);
  }

  async host6(): Promise<string> {
    return LOOPBACK_6;
  }

  clientCame(): void {
    this.#clients += 1;
  }

  /** A program that was seen to listen is there. */
  refused(): void {}
  datagramSent(): void {}
  datagramCame(): void {}

  async isUntouched(): Promise<boolean> {
    const { program } = this;
    if (!program || !this.isRunning || !(await program.isWaiting())) return false;
    return (await program.waitingClients(this.port)) === this.#clients;
  }

  async ready(stage: Stage): Promise<void> {
    this.#stage = stage;
    this.#printed = this.program?.output.length ?? 0;
    if (this.isRunning) return;
    this.toldPort = await this.#start.programs.freePort();
    await this.restart();
  }

  async restart(): Promise<void> {
    const { programs } = this.#start;
    const command = this.#stage?.fill(this.#start.command) ?? this.#start.command;
    await this.stop();
    this.#printed = 0;
    this.#clients = 0;
    const { host, toldPort: port } = this;
    this.program = await programs.start({ command, host, port, onTerminal: false });
    await this.#listens(this.program);
  }

  /** On whatever port it is, as long as it is the program's own: where it was told to listen is the affair of ROBUST.told-port. */
  async #listens(program: Program): Promise<void> {
    // An interpreter takes as long as a loaded machine lets it: a start that was not waited for is no verdict.
    const withinMs = START_MS * patience();
    const deadline = performance.now() + withinMs;
    while (performance.now() < deadline) {
      const { exit } = program;
      const found = await program.listening(this.#start.transport);
      const [first] = found.toSorted((a, b) => rankOf(a, this.toldPort) - rankOf(b, this.toldPort));
      // An IPv6 listener may be there before the IPv4 one.
      if (first && (first.family === 4 || first.address === "::" || (await program.isWaiting()))) {
        this.port = first.port;
        return;
      }
      if (exit)
        throw new NotStarted(
          `the program ended before it listened (${exit.signal ?? `exit status ${exit.code}`})`,
        );
      await sleep(LOOK_MS);
    }
    throw new NotStarted(`the program does not listen on any port after ${Math.round(withinMs / 1_000)} s`);
  }

  async stop(): Promise<void> {
    await this.program?.stop();
    this.program = undefined;
  }
}

const isLoopbackName = (host: string) => /^(?:127\.|0\.0\.0\.0$|localhost$)/i.test(host);

const rankOf = ({ port, family }: Listening, told: number) =>
  (port === told ? 0 : 2) + (family === 4 ? 0 : 1);
