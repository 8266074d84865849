/** The world as tests hand it to machines: nothing moves until the test moves it, and everything said is remembered. */
import { type AnyStateMachine, SimulatedClock } from "xstate";
import { type RoleActor, runMachine } from "../src/actors/run-machine.ts";
import type { Role } from "../src/machines/_role.ts";
import { stateName } from "../src/machines/_state-names.ts";
import type {
  HostPort,
  Network,
  Peer,
  PeerWorld,
  Question,
  RegisteredAt,
  Registration,
  Registry,
  World,
} from "../src/machines/_world.ts";
import { FakeFiles } from "./fake-files.ts";
import { FakePeer } from "./fake-peer.ts";
import { Calls } from "./pending-calls.ts";

export { FakeFile, FakeFiles, FakePart } from "./fake-files.ts";
export { FakePeer } from "./fake-peer.ts";
export { Calls, turn } from "./pending-calls.ts";

export class FakeNetwork implements Network {
  readonly asks = new Calls<Question, string[]>();
  readonly sends = new Calls<{ to: HostPort; text: string }, void>();
  readonly connects = new Calls<HostPort, Peer>();
  readonly localAddresses = new Calls<HostPort, string>();

  ask(question: Question): Promise<string[]> {
    return this.asks.call(question);
  }

  send(to: HostPort, text: string): Promise<void> {
    return this.sends.call({ to, text });
  }

  connect(to: HostPort): Promise<Peer> {
    return this.connects.call(to);
  }

  localAddressTowards(to: HostPort): Promise<string> {
    return this.localAddresses.call(to);
  }
}

type Entry = { ip: string; port: number; service: string; token: string };

/** A registry whose changes wait until the test commits or refuses them. */
export class FakeRegistry implements Registry {
  version = 0;
  /** What was asked for, committed or not: `register 10.0.0.1/1236 pdf server1 for 30000`. */
  readonly asked: string[] = [];
  lists = 0;
  readonly #clock: { now(): number };
  readonly #entries = new Map<string, Registration>();
  #waiting: { commit(): void; refuse(error: Error): void }[] = [];
  #followers: (() => void)[] = [];

  constructor(clock: { now(): number }) {
    this.#clock = clock;
  }

  list(service?: string): readonly Registration[] {
    this.lists += 1;
    return [...this.#entries.values()].filter((entry) => service === undefined || entry.service === service);
  }

  store(entry: Entry, leaseMs: number | undefined, failed: (error: Error) => void): void {
    this.register(entry, leaseMs).catch(failed);
  }

  register({ ip, port, service, token }: Entry, leaseMs?: number): Promise<void> {
    this.asked.push(
      `register ${ip}/${port} ${service} ${token}${leaseMs === undefined ? "" : ` for ${leaseMs}`}`,
    );
    const now = this.#clock.now();
    const expiresAt = leaseMs === undefined ? undefined : now + leaseMs;
    return this.#change(() => {
      const entry = { ip, port, service, token, registeredAt: now, lastSeenAt: now, expiresAt };
      this.#entries.set(`${ip}/${port}`, entry);
    });
  }

  deregister({
    ip,
    port,
    token,
  }: {
    ip: string;
    port: number;
    token?: string | undefined;
  }): Promise<boolean> {
    this.asked.push(`deregister ${ip}/${port} ${token}`);
    return this.#change(() => {
      const isMatch = this.#entries.get(`${ip}/${port}`)?.token === token;
      return isMatch && this.#entries.delete(`${ip}/${port}`);
    });
  }

  #change<Answer>(apply: () => Answer): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const commit = () => {
      this.version += 1;
      resolve(apply());
    };
    this.#waiting.push({ commit, refuse: reject });
    return promise;
  }

  settled(then: () => void): void {
    if (this.#waiting.length === 0) then();
    else this.#followers.push(then);
  }

  commit(): void {
    for (const change of this.#waiting) change.commit();
    this.#settle();
  }

  refuse(error: Error): void {
    for (const change of this.#waiting) change.refuse(error);
    this.#settle();
  }

  #settle(): void {
    this.#waiting = [];
    const followers = this.#followers;
    this.#followers = [];
    for (const follow of followers) follow();
  }

  watch(): () => void {
    return () => undefined;
  }
}

export interface FakeWorld<Options = unknown> extends World<Options> {
  readonly clock: SimulatedClock;
  readonly files: FakeFiles;
  readonly network: FakeNetwork;
  readonly registry: FakeRegistry;
  /** What the log was told. */
  readonly notes: string[];
  readonly registrations: RegisteredAt[];
}

/** A world for this role, its options as they were typed. */
export function fakeWorld(
  role: Role,
  given: Readonly<Record<string, unknown>> = {},
  listening: World["listening"] = { hosts: ["127.0.0.1"], port: 1236 },
): FakeWorld<Record<string, unknown>> {
  const clock = new SimulatedClock();
  const options = role.options.parse(given) as Record<string, unknown>;
  const registry = new FakeRegistry(clock);
  const notes: string[] = [];
  const registrations: RegisteredAt[] = [];
  return {
    options,
    clock,
    random: () => 0.5,
    files: new FakeFiles(),
    network: new FakeNetwork(),
    registry,
    addressBook: { find: () => undefined },
    programs: { run: async () => ({ output: Buffer.alloc(0) }) },
    notes,
    registrations,
    note: (text) => notes.push(text),
    registered: (entry) => registrations.push(entry),
    screen: { show: () => undefined, hint: () => undefined },
    hub: {},
    listening,
  };
}

export function fakePeerWorld(
  role: Role,
  given: Readonly<Record<string, unknown>> = {},
): FakeWorld<Record<string, unknown>> & PeerWorld<Record<string, unknown>> & { readonly peer: FakePeer } {
  return { ...fakeWorld(role, given), peer: new FakePeer() };
}

/** A machine as it is really run, with what it went through. */
export interface Play {
  readonly actor: RoleActor;
  /** Where it has been, the first state included; a state that was entered again is there again. */
  readonly path: string[];
  readonly state: string;
  /** What it threw: a bug. */
  readonly crash: unknown;
  readonly output: unknown;
}

export function play(machine: AnyStateMachine, input: { readonly clock: SimulatedClock }): Play {
  const path: string[] = [];
  let crash: unknown;
  let output: unknown;
  const actor = runMachine(machine, {
    input,
    clock: input.clock,
    id: "play",
    watcher: {
      after: (from, to) => to !== undefined && to !== from && path.push(to),
      failed: (error) => {
        crash = error;
      },
      done: (value) => {
        output = value;
      },
    },
  });
  path.push(stateName(actor.getSnapshot().value));
  actor.start();
  return {
    actor,
    path,
    get state() {
      return stateName(actor.getSnapshot().value);
    },
    get crash() {
      return crash;
    },
    get output() {
      return output;
    },
  };
}
