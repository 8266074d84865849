/**
 * Asks for registrations and addresses one by one, and keeps the books: each is answered as stored, or refused, and what was
 * said must be so. Registrations have no answer when they are stored: then DISCOVERY must show them.
 */
import { createSocket } from "node:dgram";
import { setTimeout as delay } from "node:timers/promises";
import { ControlClient } from "../../src/control/control-client.ts";
import type { RegistrationDocument, TestDaemon } from "../e2e/daemon.ts";
import { discover } from "../e2e/registry-client.ts";

/** Error answers are limited to a hundred a second [BOOT-6]: slower than that none is left out. */
const PAUSE_MS = 12;
/** For a refusal; only where there is none is it waited out. */
const PATIENCE_MS = 2_000;

export class Questioner {
  readonly #daemon: TestDaemon;
  readonly #registry: number;
  readonly #stored = new Set<string>();
  readonly #refused = new Set<string>();
  #last = 0;

  constructor(daemon: TestDaemon, registry: number) {
    this.#daemon = daemon;
    this.#registry = registry;
  }

  tally() {
    return { stored: this.#stored.size, refused: this.#refused.size };
  }

  /** So many changes, every other one a registration. */
  async ask(count: number): Promise<void> {
    const control = await ControlClient.connect(this.#daemon.socket);
    const answers: Promise<void>[] = [];
    for (let asked = 0; asked < count; asked += 1) {
      this.#last += 1;
      answers.push(this.#last % 2 === 0 ? this.#register(this.#last) : this.#addAddress(control, this.#last));
      await new Promise((next) => setTimeout(next, PAUSE_MS));
    }
    await Promise.all(answers);
    control.close();
  }

  /** Whether one more is. */
  async isStored(): Promise<boolean> {
    const { stored } = this.tally();
    await this.ask(1);
    return this.tally().stored > stored;
  }

  /** Errors are told a sender once a second [BOOT-6], and a socket may get the port of one before it: then it asks again. */
  async #register(port: number): Promise<void> {
    for (let tries = 0; tries < 3; tries += 1) {
      const answer = await this.#tryRegister(port);
      if (answer === "stored") this.#stored.add(`server ${port}`);
      if (answer === "refused") this.#refused.add(`server ${port}`);
      if (answer !== "unanswered") return;
    }
  }

  async #tryRegister(port: number): Promise<"stored" | "refused" | "unanswered"> {
    const socket = createSocket("udp4");
    const refusal = Promise.withResolvers<boolean>();
    socket.on("message", (answer) => refusal.resolve(answer.toString().startsWith("ERROR,not stored, ")));
    socket.send(`REGISTRN,10.1.1.1,${port},pdf,token`, this.#registry, "127.0.0.1");
    // The answer to a question behind it comes when it is settled.
    const shown = await discover(this.#registry);
    const isShown = shown.join(",").includes(`,${port},pdf,token`);
    const isRefused = await Promise.race([refusal.promise, delay(isShown ? 0 : PATIENCE_MS, false)]);
    socket.close();
    if (isShown && isRefused) throw new Error(`registration ${port} was refused and is shown`);
    return isShown ? "stored" : isRefused ? "refused" : "unanswered";
  }

  async #addAddress(control: ControlClient, number: number): Promise<void> {
    const { exit } = await control.request("run", { line: `book add user${number}@x.org User ${number}` });
    if (exit === 0) this.#stored.add(`user ${number}`);
    if (exit === 5) this.#refused.add(`user ${number}`);
  }

  /** What was neither stored nor refused, or is not as it was said. */
  async lost(): Promise<string[]> {
    const rows = await this.#daemon.document<RegistrationDocument[]>("registry");
    const addresses = await this.#daemon.document<{ email: string }[]>("book export");
    const there = new Set([
      ...rows.map(({ port }) => `server ${port}`),
      ...addresses.map(({ email }) => `user ${/\d+/.exec(email)?.[0]}`),
    ]);
    const lost: string[] = [];
    for (let number = 1; number <= this.#last; number += 1) {
      const key = `${number % 2 === 0 ? "server" : "user"} ${number}`;
      const [isStored, isRefused] = [this.#stored.has(key), this.#refused.has(key)];
      if (isStored === isRefused) lost.push(`${key} was ${isStored ? "both" : "neither"} stored and refused`);
      if (isStored !== there.has(key))
        lost.push(`${key} was ${isStored ? "stored" : "refused"} and is not so`);
    }
    return lost;
  }
}
