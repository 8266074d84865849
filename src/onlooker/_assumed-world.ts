/**
 * World of a machine that only follows: it does nothing, and its answers are taken from what the server said then. An answer that takes its
 * time is there when the server speaks.
 */
import type { AssumedWorld, Reply } from "../machines/_assumed.ts";
import type {
  AddressBook,
  AsyncHub,
  Clock,
  FileAnswer,
  Files,
  OpenFile,
  Peer,
  Registry,
  World,
} from "../machines/_world.ts";

export interface Follower {
  readonly clock: Clock;
  /** Words of the server from now on. */
  reply(): Reply;
  /** Runs it when the server speaks again. */
  whenSpoken(act: () => void): void;
  /** Bytes of the server that go past all framing: resolves to how many were put into it, when there are any. */
  fileBytes(into: Uint8Array): Promise<number>;
  /** So many bytes of the server's are a file's. */
  expectFile(sizeBytes: number): void;
  /** The machine asked what cannot be known. */
  onUnknown(): void;
  connect(): Promise<Peer>;
}

const never = <Value>() => new Promise<Value>(() => undefined);

export function assumedWorld(assumed: AssumedWorld, follower: Follower, options: unknown): World {
  const { clock } = follower;
  return {
    options,
    clock: new AssumedClock(assumed, follower),
    random: () => 0.5,
    files: assumedFiles(assumed, follower),
    network: {
      ask: () => never(),
      send: () => never(),
      connect: () => follower.connect(),
      localAddressTowards: () => never(),
    },
    registry: assumedRegistry(assumed, follower, clock),
    addressBook: assumedBook(assumed, follower),
    programs: {
      run: (_root, argv) =>
        later(follower, () => assumed.program?.(argv, follower.reply())).then((output) => ({ output })),
    },
    note: () => undefined,
    screen: { show: () => undefined, hint: () => undefined },
    hub: assumedHub(assumed, follower),
    listening: { hosts: ["127.0.0.1"], port: 0 },
  };
}

/** Resolves when the server speaks and shows the answer; never, where it does not show one. */
function later<Answer>(follower: Follower, find: () => Answer | undefined): Promise<Answer> {
  return new Promise((resolve) => {
    follower.whenSpoken(() => {
      const answer = find();
      if (answer === undefined) follower.onUnknown();
      else resolve(answer);
    });
  });
}

class AssumedClock implements Clock {
  readonly #assumed: AssumedWorld;
  readonly #follower: Follower;

  constructor(assumed: AssumedWorld, follower: Follower) {
    this.#assumed = assumed;
    this.#follower = follower;
  }

  now(): number {
    return this.#assumed.now?.(this.#follower.reply())?.getTime() ?? this.#follower.clock.now();
  }

  setTimeout(callback: () => void, ms: number): unknown {
    return this.#follower.clock.setTimeout(callback, ms);
  }

  clearTimeout(id: unknown): void {
    this.#follower.clock.clearTimeout(id);
  }
}

function assumedFiles(assumed: AssumedWorld, follower: Follower): Files {
  return {
    open: (_root, name) =>
      later<FileAnswer>(follower, () => {
        const size = assumed.file?.(name, follower.reply());
        if (size === undefined) return undefined;
        if (size === "none") return { ok: false, why: "the server said so" };
        return { ok: true, file: seenFile(name, size, follower) };
      }),
    // A client's file goes nowhere.
    create: async (path) => ({
      path,
      write: () => undefined,
      finish: async () => "",
      discard: async () => undefined,
    }),
  };
}

/** A file whose bytes are those that the server sends. */
function seenFile(name: string, sizeBytes: number, follower: Follower): OpenFile {
  return {
    name,
    sizeBytes,
    read: (into, position) => {
      if (position === 0) follower.expectFile(sizeBytes);
      return follower.fileBytes(into);
    },
    close: async () => undefined,
  };
}

function assumedBook(assumed: AssumedWorld, follower: Follower): AddressBook {
  return {
    find: (email) => {
      const name = assumed.addressee?.(email, follower.reply());
      if (name === undefined) follower.onUnknown();
      return name === "none" ? undefined : name;
    },
  };
}

function assumedRegistry(assumed: AssumedWorld, follower: Follower, clock: Clock): Registry {
  return {
    version: 0,
    list: (service) => {
      const entries = assumed.listings?.(follower.reply());
      if (entries === undefined) follower.onUnknown();
      return (entries ?? [])
        .filter((entry) => service === undefined || entry.service === service)
        .map((entry) => ({
          ...entry,
          registeredAt: clock.now(),
          lastSeenAt: clock.now(),
          expiresAt: undefined,
        }));
    },
    store: () => undefined,
    register: () => never(),
    deregister: () => never(),
    settled: (then) => then(),
    watch: () => () => undefined,
  };
}

/** Deliveries of a hub are in the server's words; its one answer that moves a machine is whether a newcomer may come in. */
function assumedHub(assumed: AssumedWorld, follower: Follower): AsyncHub<unknown> {
  const answers: Readonly<Record<string, (...args: readonly unknown[]) => Promise<unknown>>> = {
    join: (_id, who) => later(follower, () => assumed.join?.(nameIn(who), follower.reply())),
    leave: async () => undefined,
  };
  return new Proxy({} as AsyncHub<unknown>, {
    get: (_, name) => (typeof name === "string" && name !== "then" ? (answers[name] ?? never) : undefined),
  });
}

const nameIn = (who: unknown) =>
  typeof who === "object" && who !== null && "name" in who ? String(who.name) : String(who);
