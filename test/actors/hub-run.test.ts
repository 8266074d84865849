import { describe, expect, it } from "vitest";
import { HubRun } from "../../src/actors/hub-run.ts";
import type { Hubs, HubWatch } from "../../src/actors/hubs.ts";
import type { HubDefinition, HubMember } from "../../src/machines/_role.ts";
import type { AsyncHub } from "../../src/machines/_world.ts";
import chat from "../../src/machines/chat.ts";
import { turn } from "../fakes.ts";
import { converse, eventually, openLab } from "./harness.ts";
import { SimulatedClock } from "./simulated-clock.ts";

/** Counts who came, and crashes when it is told to. */
class Guestbook {
  readonly names: string[];
  readonly done: string[];

  constructor(done: string[], remembered: readonly HubMember[]) {
    this.done = done;
    this.names = remembered.map(({ name }) => name);
  }

  sign(name: string): number {
    this.done.push(`sign ${name}`);
    this.names.push(name);
    return this.names.length;
  }

  async signLater(name: string): Promise<number> {
    return this.sign(name);
  }

  crash(why: string): void {
    this.done.push(`crash ${why}`);
    this.names.push("half done");
    throw new Error(why);
  }

  async failLater(why: string): Promise<void> {
    await Promise.resolve();
    throw new Error(why);
  }

  strike(id: string): void {
    this.done.push(`strike ${id}`);
  }
}

type Definition = HubDefinition<Guestbook>;

function guestbook(parts: Partial<Definition> = {}, remembered: readonly HubMember[] = []) {
  const done: string[] = [];
  const created: string[][] = [];
  const crashes: string[] = [];
  const definition: Definition = {
    create: (_world, remembered) => {
      created.push(remembered.map(({ name }) => name));
      return new Guestbook(done, remembered);
    },
    members: ({ names }) => names.map((name) => ({ id: `g/${name}`, name, details: {} })),
    ...parts,
  };
  const world = {
    options: {},
    clock: new SimulatedClock(),
    deliver: () => undefined,
    notify: () => undefined,
  };
  const told: string[][] = [];
  const ends: string[] = [];
  const watch: HubWatch = {
    onCrash: (error, members) => {
      crashes.push((error as Error).message);
      told.push(members.map(({ name }) => name));
    },
    onGiveUp: (error) => void ends.push((error as Error).message),
  };
  const run = new HubRun(definition, world, watch, remembered);
  return {
    run,
    hub: run.proxy as AsyncHub<Guestbook>,
    clock: world.clock,
    done,
    created,
    crashes,
    told,
    ends,
  };
}

const options = { now: false, signal: new AbortController().signal, progress: () => undefined };

describe("a call of a hub", () => {
  it("is answered whether its answer is asked for before it has run or long after", async () => {
    const { hub, done } = guestbook();
    const before = hub.sign("ann");
    const asked = before.then((count) => `${count} signed`);
    const after = hub.sign("bob");
    await turn();
    expect(done).toEqual(["sign ann", "sign bob"]);
    expect(await asked).toBe("1 signed");
    expect(await after).toBe(2);
    expect(await after.finally(() => done.push("told"))).toBe(2);
    expect(done.at(-1)).toBe("told");
  });

  it("that fails is an error to every caller who asks, then or later, and to no other", async () => {
    const { hub } = guestbook();
    const failing = hub.crash("no ink");
    void hub.crash("no paper");
    const asked = expect(failing).rejects.toThrow("no ink");
    await turn();
    await asked;
    await expect(failing.catch((error: Error) => error.message)).resolves.toBe("no ink");
  });

  it("whose own promise fails is no unhandled rejection where no caller asks", async () => {
    const { hub } = guestbook();
    void hub.failLater("no pen");
    await turn();
    await expect(hub.failLater("no pen")).rejects.toThrow("no pen");
  });
});

describe("a hub", () => {
  it("does nothing before its caller is done, and then everything in the order of the calls", async () => {
    const { hub, done } = guestbook();
    const answers = [hub.sign("a"), hub.sign("b"), hub.sign("c")];
    expect(done).toEqual([]);
    expect(await Promise.all(answers)).toEqual([1, 2, 3]);
    expect(done).toEqual(["sign a", "sign b", "sign c"]);
  });

  it("takes calls in order whoever holds it, also those made while it answers", async () => {
    const { run, hub, done } = guestbook();
    const other = run.proxy as AsyncHub<Guestbook>;
    const first = hub.sign("a").then(() => hub.sign("behind"));
    void other.sign("b");
    void hub.sign("c");
    await first;
    expect(done).toEqual(["sign a", "sign b", "sign c", "sign behind"]);
  });

  it("answers with what a promise of its own comes to", async () => {
    expect(await guestbook().hub.signLater("a")).toBe(1);
  });

  it("is no promise itself: whoever awaits it has the hub", async () => {
    const { hub, done } = guestbook();
    const same = await hub;
    expect(same).toBe(hub);
    expect(await Promise.resolve(hub).then((held) => held.sign("a"))).toBe(1);
    expect(done).toEqual(["sign a"]);
  });

  it("refuses a word that it does not know, and is none the worse for it", async () => {
    const { run, hub, crashes, created } = guestbook();
    const methods = run.proxy as unknown as Record<string, () => Promise<unknown>>;
    await expect(methods.dance?.()).rejects.toThrow("the hub has no method dance");
    expect(await hub.sign("a")).toBe(1);
    expect([crashes, created]).toEqual([[], [[]]]);
  });

  it.each(["constructor", "hasOwnProperty", "toString", "__defineGetter__"])(
    "has no word %s, which every object has",
    async (name) => {
      const { run, crashes, created } = guestbook();
      const methods = run.proxy as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
      await expect(methods[name]?.("sign", () => 1)).rejects.toThrow(`the hub has no method ${name}`);
      expect([crashes, created]).toEqual([[], [[]]]);
    },
  );
});

describe("a hub that crashes", () => {
  it("is told, and made again from the members that it knew; what was asked behind it is done", async () => {
    const { run, hub, done, created, crashes } = guestbook();
    await hub.sign("a");
    const crash = hub.crash("boom");
    const behind = hub.sign("b");
    await expect(crash).rejects.toThrow("boom");
    expect(await behind).toBe(3);
    expect(done).toEqual(["sign a", "crash boom", "sign b"]);
    expect(crashes).toEqual(["boom"]);
    expect(created).toEqual([[], ["a", "half done"]]);
    expect(run.members.map(({ name }) => name)).toEqual(["a", "half done", "b"]);
  });

  it("is nobody's unhandled rejection where its caller did not wait", async () => {
    const { hub, crashes } = guestbook();
    void hub.crash("boom");
    // An unhandled rejection would fail the whole run.
    expect(await hub.sign("a")).toBe(2);
    expect(crashes).toEqual(["boom"]);
  });

  it("and cannot even tell its members is made again without, and says so", async () => {
    let isBroken = false;
    const { hub, created, crashes } = guestbook({
      members: () => {
        if (isBroken) throw new Error("no list");
        return [];
      },
    });
    isBroken = true;
    await expect(hub.crash("boom")).rejects.toThrow("boom");
    isBroken = false;
    expect(crashes).toEqual(["boom; its members are lost: no list", "boom"]);
    expect(created).toEqual([[], []]);
    expect(await hub.sign("a")).toBe(1);
  });
});

describe("a hub that was made again", () => {
  it("has its members told, in the story of each and by its own word", async () => {
    const words: string[][] = [];
    const { hub, told } = guestbook({ restarted: ({ names }) => void words.push([...names]) });
    await hub.sign("a");
    await expect(hub.crash("boom")).rejects.toThrow("boom");
    expect([told, words]).toEqual([[["a", "half done"]], [["a", "half done"]]]);
  });

  it("more than three times in five seconds is its instance's crash, once", async () => {
    const { hub, created, crashes, ends } = guestbook();
    for (let crash = 1; crash <= 5; crash += 1)
      await expect(hub.crash(`boom ${crash}`)).rejects.toThrow("boom");
    expect(crashes).toEqual(["boom 1", "boom 2", "boom 3"]);
    expect([ends, created.length]).toEqual([["boom 4"], 4]);
  });

  it("now and then is made again each time", async () => {
    const { hub, clock, crashes, ends } = guestbook();
    for (let crash = 1; crash <= 9; crash += 1) {
      await expect(hub.crash("boom")).rejects.toThrow("boom");
      clock.advance(2_000);
    }
    expect([crashes.length, ends]).toEqual([9, []]);
  });

  it("and cannot be is its instance's crash, with both causes", async () => {
    let isFirst = true;
    const { hub, ends } = guestbook({
      create: () => {
        if (!isFirst) throw new Error("no paper");
        isFirst = false;
        return new Guestbook([], []);
      },
    });
    await expect(hub.crash("boom")).rejects.toThrow("boom");
    expect(ends).toEqual(["boom; it cannot be made again: no paper"]);
  });
});

describe("a hub that takes over from another", () => {
  it("begins with the members that the other one had, and has a word for them", async () => {
    const words: string[][] = [];
    const parts = { restarted: ({ names }: Guestbook) => void words.push([...names]) };
    const { hub, run, told } = guestbook(parts, [{ id: "g/a", name: "a", details: {} }]);
    expect(run.members.map(({ name }) => name)).toEqual(["a"]);
    expect([words, told]).toEqual([[["a"]], []]);
    expect(await hub.sign("b")).toBe(2);
  });

  it("has nothing to say where there was none", () => {
    const words: string[][] = [];
    guestbook({ restarted: ({ names }) => void words.push([...names]) });
    expect(words).toEqual([]);
  });
});

describe("an instance", () => {
  it("opens its hub where its environment says, under its id", async () => {
    const opened: string[] = [];
    const forgotten: string[] = [];
    const hubs: Hubs = {
      open: (instance, definition, world, watch) => {
        opened.push(instance);
        const run = new HubRun(definition, world, watch);
        return {
          proxy: run.proxy,
          members: [{ id: "elsewhere", name: "Bo", details: {} }],
          say: undefined,
          forget: (id) => void forgotten.push(id),
        };
      },
    };
    const lab = await openLab([chat], { hubs });
    const room = await lab.spawn("chat");
    const peer = await converse(room);
    await peer.hears("Please");
    expect([opened, room.service.hub?.members.length]).toEqual([["chat-1"], 1]);
    peer.socket.destroy();
    await eventually(() => expect(forgotten).toEqual(["chat-1/c1"]));
  });
});

describe("a hub's operator and its listener", () => {
  it("speak through the same queue as its connections", async () => {
    const { run, hub, done } = guestbook({
      say: async (book, text) => `guest ${await book.sign(text)}`,
      forget: (book, id) => void book.strike(id),
    });
    void hub.sign("a");
    run.forget("g/a");
    expect(await run.say?.("hello", options)).toBe("guest 2");
    expect(done).toEqual(["sign a", "strike g/a", "sign hello"]);
  });

  it("have nothing to say to a hub without a word for it", () => {
    const { run, done } = guestbook();
    expect(run.say).toBeUndefined();
    run.forget("g/a");
    expect(done).toEqual([]);
  });
});
