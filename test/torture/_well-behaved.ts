/** Well-behaved clients, one a role, which know to the byte what is right, and ask again and again beside an ordeal. */
import { createSocket } from "node:dgram";
import { setTimeout as delay } from "node:timers/promises";
import { Talker } from "./_talker.ts";

/** What is said, and what comes for it, byte for byte. */
type Script = readonly (readonly [says: string, hears: string])[];

/** A question whose datagram the kernel may have dropped is asked again after so long, so many times in all. */
const AGAIN_MS = 500;
const TRIES = 20;
const MESSAGES = 20;

/** By role; `round` is different each time, for names. The address book knows `luke@example.org`. */
const scripts: Readonly<Record<string, (round: number) => Script>> = {
  "file-server": () => [
    ["server1\n", "valid\n"],
    ["small.txt\n", "found\n\r\u0000\u0000\u0000"],
    ["Got\n", "a small file\n"],
    ["nope.txt\n", "not found\n"],
  ],
  echo: () => [
    ["", "Enter your command please"],
    ["hello\n", "hello\n"],
    ["download small.txt\n", "a small file\n"],
    ["close\n", "Closing...\n"],
  ],
  relay: (round) => [
    [`witness-${round}\n`, "Message please\n"],
    [`to me|witness-${round}\n`, `witness-${round} | to me\n`],
    ["x|nobody-here\n", "Server | Receiver not online\n"],
    ["close\n", "Closing..\n"],
  ],
  reverse: () => [
    ["", "ACCEPT"],
    ["taco cat\n", "taco cat\n"],
  ],
  "address-book": () => [["Q\u0010luke@example.org", "R\u000eLuke Skywalker"]],
  "knock-knock": () => [
    ["Knock knock..\n", "Who's there?\n"],
    ["Ada\n", "Ada who?\n"],
    ["Ada Lovelace\n", "Ha!\n"],
  ],
  calculator: () => [
    ["witness\n", ""],
    ["15 + 35\n", "50.0\n"],
    ["4.5 / -6\n", "-0.75\n"],
  ],
  ack: () => [["anything", "Ok"]],
  clock: () => [["what time is it", "Invalid request"]],
  bootstrap: () => [["DISCOVERY,witness", "192.0.2.1,7777,witness,w"]],
};

export class WellBehaved {
  readonly #role: string;
  readonly #port: number;
  readonly wrong: string[] = [];
  rounds = 0;
  answers = 0;
  /** Datagrams may be lost where a socket's queue is full: it asks again. */
  unanswered = 0;

  constructor(role: string, port: number) {
    this.#role = role;
    this.#port = port;
  }

  /** Conversations, one after another, until it is told to stop. */
  async keepTalking(isGoingOn: () => boolean, pauseMs: number): Promise<void> {
    while (isGoingOn()) {
      this.rounds += 1;
      try {
        await this.#talk();
      } catch (error) {
        this.wrong.push(`${this.#role}: ${error}`);
      }
      await delay(pauseMs);
    }
  }

  async #talk(): Promise<void> {
    if (this.#role === "chat") return this.#chat();
    const script = scripts[this.#role]?.(this.rounds) ?? [];
    if (["ack", "clock", "bootstrap"].includes(this.#role)) return this.#ask(script);
    const talker = await Talker.at(this.#port);
    let expected = "";
    for (const [says, hears] of script) {
      expected += hears;
      talker.say(Buffer.from(says, "latin1"));
      await talker.hearsSoMuch(expected.length);
      this.answers += 1;
    }
    if (talker.heard !== expected) this.#note(talker.heard, expected);
    talker.end();
  }

  /** Of all that is said in the room, its own lines: whole, once, in their order. */
  async #chat(): Promise<void> {
    const name = `Witness${this.rounds}`;
    const talker = await Talker.at(this.#port);
    talker.say(`:${name}:w${this.rounds}\n`);
    await talker.hears(`new user :${name}:w${this.rounds} joined`);
    const said = Array.from({ length: MESSAGES }, (_, number) => `:${name}:message ${number}`);
    talker.say(said.map((line) => `${line}\n`).join(""));
    await talker.hears(`${said.at(-1)}\n`);
    const heard = talker.heard.split("\n").filter((line) => line.startsWith(`:${name}:`));
    this.answers += MESSAGES;
    if (heard.join("\n") !== said.join("\n")) this.#note(heard.join("\n"), said.join("\n"));
    talker.end();
  }

  async #ask(script: Script): Promise<void> {
    const [[says, expected] = ["", ""]] = script;
    const socket = createSocket("udp4");
    const answer = new Promise<string>((resolve) =>
      socket.once("message", (bytes) => resolve(bytes.toString())),
    );
    let heard: string | undefined;
    for (let tries = 0; tries < TRIES && heard === undefined; tries += 1) {
      socket.send(says, this.#port, "127.0.0.1");
      heard = await Promise.race([answer, delay(AGAIN_MS, undefined, { ref: false })]);
    }
    socket.close();
    if (heard === undefined) this.unanswered += 1;
    else if (heard !== expected) this.#note(heard, expected);
    else this.answers += 1;
  }

  #note(heard: string, expected: string): void {
    this.wrong.push(
      `${this.#role} round ${this.rounds}: ${JSON.stringify(heard)} for ${JSON.stringify(expected)}`,
    );
  }
}
