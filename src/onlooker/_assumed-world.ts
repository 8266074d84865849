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
    clock,
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
    registered: () => undefined,
    screen: { show: () => undefined, hint: () => undefined },
    hub: assumedHub(assumed, follower),
    listening: { hosts: ["127.0.0.1"], port: 0 },
  };
}

/** Resolves when the server speaks and shows the answer; never, where it does not show one. */
function later<Answer>(follower: Follower, find: () => Answer | "later" | undefined): Promise<Answer> {
  return new Promise((resolve) => {
    const look = () => {
      const answer = find();
      if (answer === undefined) follower.onUnknown();
      else if (answer === "later") follower.whenSpoken(look);
      else resolve(answer);
    };
    follower.whenSpoken(look);
  });
}

function assumedFiles(assumed: AssumedWorld, follower: Follower): Files {
  return {
    open: (_root, name) =>
      later<FileAnswer>(follower, () => {
        const size = assumed.file?.(name, follower.reply());
        if (size === undefined || size === "later") return size;
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

/** Deliveries of a hub are in the server's words; so are its answers, where a machine waits for one. */
function assumedHub(assumed: AssumedWorld, follower: Follower): AsyncHub<unknown> {
  const ask = (question: string, args: readonly unknown[]): Promise<unknown> =>
    new Promise((resolve) => {
      follower.whenSpoken(() => {
        const told = assumed.hub?.(question, args, follower.reply());
        if (told === "unknown") follower.onUnknown();
        else if (told) resolve(told.answer);
      });
    });
  return new Proxy({} as AsyncHub<unknown>, {
    get: (_, name) => {
      if (typeof name !== "string" || name === "then") return undefined;
      // Nothing is said in answer to it.
      return name === "leave" ? async () => undefined : (...args: readonly unknown[]) => ask(name, args);
    },
  });
}
