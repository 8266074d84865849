/**
 * Conversation of a pair.
 *
 * 1. The client is started at the relay, which speaks to the server; a line is typed whenever both programs only wait for each other and
 *    nothing is under way between them: typed sooner, a server would read two messages at once, by no fault of either.
 * 2. The end of the input follows, and the client ends; or both wait for each other for good, which is seen and not waited for.
 * 3. The server comes to rest: one that falls over a client that left does it now.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { StartedPrograms } from "../box/started-programs.ts";
import { patience } from "../patience.ts";
import type { Program, Silence } from "../program.ts";
import type { PairRun } from "./pair.ts";
import type { PairServer } from "./pair-server.ts";
import { RecordingRelay } from "./recording-relay.ts";

const LOOK_MS = 4;

interface Waiting {
  /** Looks at which both only wait, one after another, that are enough; between two the relay passes on what there is. */
  readonly looks: number;
  /** At most, on a machine that is not busy: one computes, or looks again and again. */
  readonly withinMs: number;
}

/** A client that starts may wait for its disk now and then. */
const START: Waiting = { looks: 8, withinMs: 15_000 };
const TURN: Waiting = { looks: 4, withinMs: 3_000 };
/** Nothing more is to come of the two. */
const END: Waiting = { looks: 60, withinMs: 6_000 };
/** Looks while nothing has come of a start, or of a typed line: it may not have been read yet, as by a Java program that starts. */
const UNMOVED_LOOKS = 60;
const REST: Waiting = { looks: 4, withinMs: 500 };
/** Of a pair with a program that had no end of it in all that time before. */
const HASTE = 10;

export interface Pair {
  readonly server: PairServer;
  readonly clients: StartedPrograms;
  readonly command: string;
  readonly script: readonly string[];
  readonly isHasty: boolean;
}

export type Conversation = Pick<
  PairRun,
  "frames" | "clientExit" | "hasServerDied" | "connections" | "isLate"
>;

export async function playPair({ server, clients, command, script, isHasty }: Pair): Promise<Conversation> {
  const relay = await RecordingRelay.open(server.port);
  try {
    const request = { command, host: "127.0.0.1", port: relay.port, onTerminal: true };
    const client = await clients.start(request);
    const watch = new PairWatch(client, server, relay, isHasty ? 1 / HASTE : 1);
    // A client that starts is waited for: two lines that wait for it would be sent as one.
    let isLate = (await watch.untilStarted()) === "late";
    for (const line of [...script, undefined]) {
      if (line === undefined) client.endInput();
      else client.type(`${line}\n`);
      watch.typed();
      const came = await watch.until(line === undefined ? END : TURN);
      isLate ||= came === "late";
    }
    const { exit } = client;
    if (exit) await watch.untilServerRests();
    return {
      frames: [...relay.frames],
      clientExit: exit ? (exit.code ?? 128) : undefined,
      isLate,
      // A server that ends in order behind its only client has done its work.
      hasServerDied: server.exit !== undefined && server.exit.code !== 0,
      connections: relay.connections,
    };
  } finally {
    relay.close();
    await clients.close();
  }
}

class PairWatch {
  readonly #client: Program;
  readonly #server: PairServer;
  readonly #relay: RecordingRelay;
  readonly #share: number;
  #movedAt = performance.now();
  /** Nothing has been said, sent or printed since the start, or since a line was typed. */
  #isUnmoved = true;
  #passed = 0;

  constructor(client: Program, server: PairServer, relay: RecordingRelay, share: number) {
    this.#client = client;
    this.#server = server;
    this.#relay = relay;
    this.#share = share;
    client.onOutput(() => this.#move());
  }

  typed(): void {
    this.#move();
    this.#isUnmoved = true;
  }

  #move(): void {
    this.#movedAt = performance.now();
    this.#isUnmoved = false;
  }

  until(waiting: Waiting): Promise<"ended" | "still" | "late"> {
    const isEnded = () => this.#client.exit !== undefined;
    const isSilent = async (silence: Silence) =>
      (await this.#client.isSilent(silence)) && (await this.#server.isSilent(silence));
    const isWaiting = async () => (await this.#client.isWaiting()) && (await this.#server.isWaiting());
    return this.#look(waiting, { isEnded, isWaiting, isSilent });
  }

  /** Of the server nothing is due before the client has said something, but for a greeting, which the client waits for. */
  untilStarted(): Promise<"ended" | "still" | "late"> {
    return this.#look(START, {
      isEnded: () => this.#client.exit !== undefined,
      isWaiting: () => this.#client.isWaiting(),
      isSilent: (silence) => this.#client.isSilent(silence),
    });
  }

  async untilServerRests(): Promise<void> {
    await this.#look(REST, {
      isEnded: () => this.#server.exit !== undefined,
      isWaiting: () => this.#server.isWaiting(),
      isSilent: (silence) => this.#server.isSilent(silence),
    });
  }

  async #look({ looks, withinMs }: Waiting, at: Looked): Promise<"ended" | "still" | "late"> {
    const until = performance.now() + withinMs * this.#share * patience();
    let still = 0;
    for (let now = performance.now(); now < until; now = performance.now()) {
      if (at.isEnded()) return "ended";
      await sleep(LOOK_MS);
      const before = this.#movedAt;
      this.#seePassed();
      if (await at.isWaiting()) still += 1;
      // Looking again and again for nothing is seen as such; that takes its time, and is enough.
      else if (await at.isSilent({ quietMs: now - this.#movedAt, leftMs: until - now })) return "still";
      else still = 0;
      this.#seePassed();
      if (this.#movedAt !== before) still = 0;
      if (still >= (this.#isUnmoved ? Math.max(looks, UNMOVED_LOOKS) : looks)) return "still";
    }
    return at.isEnded() ? "ended" : "late";
  }

  /** Bytes of either, or a client that came. */
  #seePassed(): void {
    const passed = this.#relay.passedBytes + this.#relay.connections;
    if (passed !== this.#passed) this.#move();
    this.#passed = passed;
  }
}

interface Looked {
  isEnded(): boolean;
  isWaiting(): Promise<boolean>;
  isSilent(silence: Silence): Promise<boolean>;
}
