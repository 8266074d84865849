/** Try of a case against a server: `t` as the case has it, and the connections that it leaves behind. */
import { connectTcp } from "../link/tcp-server.ts";
import { osCode } from "../os/os-errors.ts";
import { CaseTester } from "./case-tester.ts";
import { patience } from "./patience.ts";
import type { Scene } from "./scene.ts";
import type { ServerProgram } from "./server-program.ts";
import { CheckConnection } from "./test-connection.ts";
import { CheckDatagrams } from "./test-datagrams.ts";
import {
  ANSWER_MS,
  type ConnectOptions,
  type ServerTester,
  type TestConnection,
  type TestDatagrams,
} from "./tester.ts";
import { CheckFailure } from "./verdict.ts";

const UNANSWERED = "ETIMEDOUT";
const LISTENS_MS = 500;
const ENOUGH_WAITS = 4;
const LOOK_MS = 4;

export class ServerCaseTester extends CaseTester implements ServerTester {
  readonly #server: ServerProgram;
  readonly #connections: CheckConnection[] = [];
  readonly #datagrams: CheckDatagrams[] = [];

  constructor(scene: Scene, server: ServerProgram) {
    super(scene);
    this.#server = server;
  }

  get host(): string {
    return this.#server.host;
  }

  get port(): number {
    return this.#server.port;
  }

  get toldPort(): number | undefined {
    return this.names("port") ? this.#server.toldPort : undefined;
  }

  get takesLines(): boolean {
    return this.scene.ending !== "";
  }

  get usual() {
    return this.scene.usual;
  }

  get program() {
    return this.#server.program;
  }

  async connect({ family = 4 }: ConnectOptions = {}): Promise<TestConnection> {
    const host = family === 6 ? await this.#host6() : this.host;
    if (family === 6) await this.#listensOn6();
    const link = await this.#connected(host).catch(async (error: unknown) => {
      this.scene.signal.throwIfAborted();
      const code = osCode(error);
      // Clients of earlier cases that it never took fill its queue: it is started anew for this one.
      if (code === undefined && this.scene.silence.isProved && (await this.#server.isUntouched())) {
        await this.#server.restart();
        return this.#connected(host);
      }
      if (family === 4) this.#server.refused(code ?? UNANSWERED);
      else await this.#looksForIt();
      const how = family === 6 || host.includes(":") ? "IPv6" : "IPv4";
      throw new CheckFailure(
        `cannot connect by ${how} (${code ?? `no answer within ${ANSWER_MS / 1_000} s`})`,
      );
    });
    this.#server.clientCame();
    const connection = new CheckConnection(link, this.#connections.length + 1, this.scene);
    this.#connections.push(connection);
    return connection;
  }

  async #host6(): Promise<string> {
    const host = await this.#server.host6();
    return host ?? this.skip(`no IPv6 address of ${this.host} is known`);
  }

  /** A server that does not take IPv6 may be none at all. */
  async #looksForIt(): Promise<void> {
    if (this.#server.wasReached) return;
    try {
      const link = await this.#connected(this.host);
      this.#server.clientCame();
      link.reset();
    } catch (error) {
      this.scene.signal.throwIfAborted();
      this.#server.refused(osCode(error) ?? UNANSWERED);
    }
  }

  #connected(host: string) {
    const withinMs = this.scene.silence.withinMs(ANSWER_MS);
    const signal = AbortSignal.any([this.scene.signal, AbortSignal.timeout(withinMs)]);
    return connectTcp({ host, port: this.port, signal });
  }

  /** A program with a socket a family may have opened the other one only: waited for, until it has done all that it does at its start. */
  async #listensOn6(): Promise<void> {
    const { program } = this;
    const deadline = performance.now() + LISTENS_MS * patience();
    let waits = 0;
    while (program && !program.exit && performance.now() < deadline) {
      const rows = await program.listening("tcp");
      if (rows.some((row) => row.family === 6 && row.port === this.port)) return;
      // A thread that starts another one waits for a moment, too.
      waits = (await program.isWaiting()) ? waits + 1 : 0;
      if (waits > ENOUGH_WAITS) return;
      await this.pause(LOOK_MS);
    }
  }

  async datagrams(): Promise<TestDatagrams> {
    const number = this.#connections.length + this.#datagrams.length + 1;
    const datagrams = await CheckDatagrams.open(this.#server, number, this.scene).catch((error: unknown) => {
      const code = osCode(error);
      if (code === undefined) throw error;
      this.#server.refused(code);
      throw new CheckFailure(`cannot send to ${this.host} (${code})`);
    });
    this.#datagrams.push(datagrams);
    return datagrams;
  }

  async stop(): Promise<void> {
    await this.#server.stop();
  }

  async restart(): Promise<void> {
    await this.#server.restart();
  }

  /** How the program ended the connection that was opened last. */
  get closing(): "clean" | "reset" | undefined {
    return this.#connections.at(-1)?.closing;
  }

  /** While the connections of a failed case are still there. */
  async lookAtProgram(): Promise<void> {
    for (const connection of this.#connections.slice(-2)) await connection.lookAtProgram();
  }

  leave(): void {
    for (const connection of this.#connections) connection.reset();
    for (const datagrams of this.#datagrams) datagrams.close();
  }
}
