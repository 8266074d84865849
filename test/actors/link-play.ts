/** A connection without a network: a link that notes what is done to it, a clock that the test moves, and a machine that notes what it hears. */
import { type AnyStateMachine, setup } from "xstate";
import { Connection } from "../../src/actors/connection.ts";
import { limitsOf } from "../../src/actors/connection-host.ts";
import { type RoleActor, runMachine } from "../../src/actors/run-machine.ts";
import type { TelemetryEvent } from "../../src/actors/telemetry.ts";
import type { Turns, TurnTaker } from "../../src/actors/turns.ts";
import type { Link, LinkHandlers } from "../../src/link/link.ts";
import type { Phase, RoleEvent } from "../../src/machines/_role.ts";
import { Recorder } from "../../src/stories/recorder.ts";
import type { FramingOption } from "../../src/wire/framer.ts";
import type { PeerMessage } from "../../src/wire/message.ts";
import { turn } from "../pending-calls.ts";
import { SimulatedClock } from "./simulated-clock.ts";

export class NotingLink implements Link {
  readonly local = { address: "127.0.0.1", port: 1_234 };
  readonly remote = { address: "127.0.0.1", port: 50_001 };
  queuedBytes = 0;
  /** All that was done to it, in order: `"hello\n"`, `FIN`, `RST`, `destroyed`, `paused`, `resumed`. */
  readonly deeds: string[] = [];
  /** Errors of the next writes, or none. */
  readonly writeErrors: (Error | undefined)[] = [];
  /** Writes are answered by the test: `answerWrites`. */
  isSlow = false;
  onFinSent: (() => void) | undefined;
  handlers: LinkHandlers | undefined;
  readonly #unanswered: (() => void)[] = [];

  attach(handlers: LinkHandlers): void {
    this.handlers = handlers;
  }

  write(bytes: Buffer, onWritten?: (error: Error | undefined) => void): void {
    this.deeds.push(JSON.stringify(bytes.toString()));
    const answer = () => onWritten?.(this.writeErrors.shift());
    if (this.isSlow) this.#unanswered.push(answer);
    else answer();
  }

  answerWrites(): void {
    for (const answer of this.#unanswered.splice(0)) answer();
  }

  writeText(text: string): void {
    this.deeds.push(JSON.stringify(text));
  }

  end(onFinished?: () => void): void {
    this.deeds.push("FIN");
    this.onFinSent = onFinished ?? this.onFinSent;
  }

  reset(): void {
    this.deeds.push("RST");
  }

  destroy(): void {
    this.deeds.push("destroyed");
  }

  pause(): void {
    this.deeds.push("paused");
  }

  resume(): void {
    this.deeds.push("resumed");
  }

  tap(): () => void {
    return () => undefined;
  }

  /** What was done to it since it was last asked. */
  since(): string[] {
    return this.deeds.splice(0);
  }

  /** `isOwn`: nobody but its user has a view of it. */
  receive(bytes: string | Buffer, isOwn = false): void {
    this.handlers?.onData(isOwn && typeof bytes !== "string" ? bytes : Buffer.from(bytes), isOwn);
  }
}

/** Turns as the test deals them. */
export class DealtTurns implements Turns {
  isSliceSpent = false;
  /** Messages until the turn is over. */
  left = Number.POSITIVE_INFINITY;
  tookMs = 0;
  readonly waiting = new Set<TurnTaker>();
  readonly begun: boolean[] = [];

  wait(taker: TurnTaker): void {
    this.waiting.add(taker);
  }

  begin(isLarge: boolean): void {
    this.begun.push(isLarge);
  }

  isOver(): boolean {
    this.left -= 1;
    return this.left <= 0;
  }

  end(): number {
    return this.tookMs;
  }

  /** Everybody who waits has a turn. */
  deal(): void {
    this.left = Number.POSITIVE_INFINITY;
    const takers = [...this.waiting];
    this.waiting.clear();
    for (const taker of takers) taker.takeTurn();
  }
}

const word: Phase = { reads: "text", rule: "TEST-1", expects: "a word" };
/** States of the machine that wait for its peer. */
export const phases: Readonly<Record<string, Phase>> = {
  asking: word,
  other: { ...word, rule: "TEST-2", expects: "another word" },
  transferring: { ...word, underWay: true },
  raw: { ...word, reads: "raw" },
  echoing: {
    ...word,
    rule: "TEST-3",
    handle: ({ text }, { peer }) => {
      if (text === "leave") return { type: "go.closed" };
      peer.send(`${text}!`);
      return undefined;
    },
  },
};
const states = ["asking", "other", "transferring", "raw", "echoing", "working"];

/** Goes wherever it is told: `go.working`. `on` is what it does with an event besides noting it. */
export function machineOf(on: (event: RoleEvent) => void, initial = "asking"): AnyStateMachine {
  const go = Object.fromEntries(
    [...states, "closed"].map((state) => [
      `go.${state}`,
      { target: `.${state}`, actions: "hear", reenter: true },
    ]),
  );
  return setup({
    types: { events: {} as RoleEvent },
    actions: { hear: ({ event }) => on(event) },
  }).createMachine({
    initial,
    on: { ...go, "*": { actions: "hear" } },
    states: { ...Object.fromEntries(states.map((state) => [state, {}])), closed: { type: "final" } },
  } as never) as unknown as AnyStateMachine;
}

export interface PlayOptions {
  readonly framing?: FramingOption;
  readonly initial?: string;
  readonly maxQueue?: number;
  readonly maxMessage?: number;
  /** Without a machine at first: `attach` brings it. */
  readonly isEarly?: boolean;
  readonly on?: (event: RoleEvent, play: Play) => void;
}

export class Play {
  readonly clock = new SimulatedClock();
  readonly link = new NotingLink();
  readonly turns = new DealtTurns();
  readonly events: TelemetryEvent[] = [];
  readonly crashes: unknown[] = [];
  /** Connections that are over. */
  readonly over: Connection[] = [];
  /** Events that the machine heard, a message as what was said. */
  readonly heard: string[] = [];
  readonly recorder = new Recorder(this.clock);
  readonly connection: Connection;
  readonly actor: RoleActor;

  constructor({ framing = "line", initial, on, isEarly = false, ...limits }: PlayOptions = {}) {
    const { local, remote } = this.link;
    const subject = {
      id: "test-1/c1",
      instance: "test-1",
      role: "test",
      edition: 0,
      transport: "tcp",
      local,
      remote,
    } as const;
    const story = this.recorder.open(subject, "connecting");
    this.clock.advance(7);
    const common = {
      host: "",
      port: 0,
      maxConnections: 9,
      maxMessage: 65_536,
      maxQueue: 1e6,
      idle: 60_000,
      framing,
      ...limits,
    };
    this.connection = new Connection(this.link, story, {
      phases,
      clock: this.clock,
      turns: this.turns,
      limits: limitsOf(common),
      telemetry: (event) => this.events.push(event),
      onCrash: (error) => this.crashes.push(error),
      over: (connection) => this.over.push(connection),
    });
    const machine = machineOf((event) => {
      this.heard.push(event.type === "peer.message" ? (event as PeerMessage).text : event.type);
      on?.(event, this);
    }, initial);
    this.actor = runMachine(machine, {
      id: "test-1/c1",
      clock: this.clock,
      input: {},
      watcher: this.connection,
    });
    if (!isEarly) this.attach();
  }

  attach(): void {
    this.actor.start();
    this.connection.attachMachine(this.actor);
  }

  get story() {
    return this.connection.story;
  }

  go(state: string): void {
    this.connection.dispatch({ type: `go.${state}` });
  }

  /** A file of one byte is under way to the peer, until the answer is called. */
  async fileUnderWay(): Promise<() => Promise<void>> {
    this.link.isSlow = true;
    const file = { name: "a.pdf", sizeBytes: 1, read: async () => 1, close: async () => undefined };
    const sending = this.connection.sendFile(file).catch(() => undefined);
    await turn();
    return () => {
      this.link.answerWrites();
      return sending;
    };
  }

  /** Entries since the story's opening, in short: `in`, `closed`. */
  get told(): string[] {
    return this.story.entries.slice(1).map(({ kind }) => kind);
  }
}
