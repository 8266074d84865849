/** A machine that waits may sleep: whatever is asked of it, said to it or done to it is the same as if it were awake. */
import { describe, expect, it } from "vitest";
import { type AnyStateMachine, assign, createActor, fromPromise, setup } from "xstate";
import { PeerMachine, Sleep } from "../../src/actors/peer-machine.ts";
import { type MachineWatcher, runMachine } from "../../src/actors/run-machine.ts";
import calculator from "../../src/machines/calculator.ts";
import { replay } from "../../src/replay/replay.ts";
import type { Entry } from "../../src/stories/entry.ts";
import { converse, eventually, openLab, turns } from "./harness.ts";
import { SimulatedClock } from "./simulated-clock.ts";

const greeting = { greet: true };
const common = {
  host: "127.0.0.1",
  port: 0,
  maxConnections: 10,
  maxMessage: 65_536,
  maxQueue: 1_048_576,
  idle: 60_000,
  framing: "auto",
} as const;

async function conversation(sleepFrom: number) {
  const lab = await openLab([calculator], { sleepFrom });
  const tapped: Entry[] = [];
  lab.recorder.tap((_story, entry) => tapped.push(entry));
  const calc = await lab.spawn("calculator", greeting);
  const peer = await converse(calc);
  peer.say("ann\n");
  await peer.hears("Hello ann\n");
  await turns();
  const control = lab.controlOf(peer);
  if (!control) throw new Error("no live connection");
  return { lab, calc, peer, control, tapped };
}

type Talk = Awaited<ReturnType<typeof conversation>>;

const deeds: Record<string, (talk: Talk) => Promise<unknown>> = {
  "shows its state, what it knows and which events it takes": async ({ lab, calc, control, peer }) => {
    const { snapshot, acceptedEvents } = control;
    return {
      value: snapshot?.value,
      status: snapshot?.status,
      name: (snapshot?.context as { name?: string } | undefined)?.name,
      mayQuit: snapshot?.can({ type: "peer.quit" }),
      may: snapshot?.can({ type: "peer.message" }),
      acceptedEvents,
      members: calc.service.members?.map(({ name }) => name),
      waitsFor: lab.storyOf(peer).waitsFor,
    };
  },
  answers: async ({ peer }) => {
    peer.say("1 + 2\n3 * 4\n");
    return peer.hears("3.0\n12.0\n");
  },
  "takes an operator's event": async ({ control, peer }) => {
    const isTaken = control.sendEvent?.({ type: "peer.quit" });
    return [isTaken, (await peer.hearsTheEnd()).toString()];
  },
  "takes no event that its state does not": async ({ control }) =>
    control.sendEvent?.({ type: "peer.message" }),
  "says an operator's bytes": async ({ control, peer }) => {
    control.inject?.(Buffer.from("the lab closes soon\n"));
    return peer.hears("the lab closes soon\n");
  },
  "is shown the door": async ({ control, peer }) => {
    control.kick?.();
    return (await peer.hearsTheEnd()).toString();
  },
  "hears the peer's FIN": async ({ peer }) => {
    peer.end();
    return (await peer.hearsTheEnd()).toString();
  },
  "hears that its peer is gone": async ({ lab, peer }) => {
    peer.reset();
    await eventually(() => expect(lab.storyOf(peer).endedAt).toBeDefined());
    return lab.storyOf(peer).peerName;
  },
  "wakes, sleeps and wakes again": async ({ peer }) => {
    peer.say("1 + 1\n");
    await peer.hears("2.0\n");
    peer.say("2 + 2\nq\n");
    return (await peer.hearsTheEnd()).toString();
  },
};

const timeless = (entries: readonly Entry[]) => entries.map(({ at: _at, ...rest }) => rest);

describe("a machine that sleeps", () => {
  it.each(Object.entries(deeds))("%s, as one that is awake", async (_what, deed) => {
    const [asleep, awake] = await Promise.all(
      [0, Number.POSITIVE_INFINITY].map(async (sleepFrom) => {
        const talk = await conversation(sleepFrom);
        const answer = await deed(talk);
        if (!talk.peer.isOver) talk.peer.end();
        await eventually(() => expect(talk.lab.storyOf(talk.peer).endedAt).toBeDefined());
        const story = talk.lab.storyOf(talk.peer);
        const { difference } = await replay({ story, role: calculator, options: greeting, common });
        return { answer, entries: timeless(story.entries), tapped: timeless(talk.tapped), difference };
      }),
    );
    expect(asleep).toEqual(awake);
    expect(asleep?.difference).toBeUndefined();
    expect(asleep?.tapped).toEqual(asleep?.entries);
  });
});

// -- by itself -------------------------------------------------------------------------------------------------------

const counting = setup({
  types: { context: {} as { count: number }, events: {} as { type: "more" | "wait" | "ask" | "back" } },
  actors: { never: fromPromise(() => new Promise<void>(() => undefined)) },
}).createMachine({
  context: { count: 0 },
  initial: "idle",
  states: {
    idle: {
      on: {
        more: { target: "idle", actions: assign({ count: ({ context }) => context.count + 1 }) },
        wait: "waiting",
        ask: "asking",
      },
    },
    waiting: { after: { 1000: "idle" } },
    asking: { invoke: { src: "never" }, on: { back: "idle" } },
  },
});

class Watcher implements MachineWatcher {
  readonly seen: string[] = [];
  readonly late: string[] = [];
  after(from: string, to: string | undefined, event: string): void {
    this.seen.push(`${from} → ${to} (${event})`);
  }
  failed(error: unknown): void {
    throw error;
  }
  done(): void {}
  dispatch({ type }: { readonly type: string }): void {
    this.late.push(type);
  }
}

function started(machine: AnyStateMachine = counting, isWanted = true) {
  const clock = new SimulatedClock();
  const watcher = new Watcher();
  const peer = new PeerMachine(new Sleep(machine, clock, () => isWanted));
  const actor = runMachine(machine, { input: undefined, id: "x", clock, watcher }).start();
  peer.attach(actor);
  const send = (type: string) => peer.send({ type }, "x", watcher);
  return { peer, actor, clock, watcher, send };
}

describe("an actor that is let go", () => {
  it("leaves what it knew, and its successor goes on from there", () => {
    const { peer, actor, watcher, send } = started();
    send("more");
    const { context } = peer;
    peer.rest(watcher);
    expect(peer.context).toBe(context);
    expect(peer.snapshot).toMatchObject({ value: "idle", status: "active", context: { count: 1 } });
    send("more");
    expect(peer.context).toEqual({ count: 2 });
    // The old one heard nothing of it.
    expect(actor.getSnapshot().context).toEqual({ count: 1 });
    expect(watcher.seen).toEqual(["idle → idle (more)", "idle → idle (more)"]);
  });

  it("passes on what comes to it late: a role may have kept its `self`", () => {
    const { peer, actor, watcher } = started();
    const { send } = actor;
    peer.rest(watcher);
    actor.send({ type: "more" });
    send({ type: "wait" });
    expect(watcher.late).toEqual(["more", "wait"]);
    expect([watcher.seen, peer.context]).toEqual([[], { count: 0 }]);
  });

  it.each(["wait", "ask"])("is none while something is under way: %s", (event) => {
    const { peer, actor, watcher, send } = started();
    send(event);
    peer.rest(watcher);
    actor.send({ type: "back" });
    expect(watcher.late).toEqual([]);
  });

  it("is none again when the timer has gone off, and then sleeps", () => {
    const { peer, actor, clock, watcher, send } = started();
    send("wait");
    peer.rest(watcher);
    clock.advance(1_000);
    expect(peer.snapshot?.value).toBe("idle");
    peer.rest(watcher);
    actor.send({ type: "more" });
    expect(watcher.late).toEqual(["more"]);
  });

  it("is none where few are there, nor where the machine has ended", () => {
    const few = started(counting, false);
    few.peer.rest(few.watcher);
    few.actor.send({ type: "more" });
    expect([few.watcher.late, few.peer.context]).toEqual([[], { count: 1 }]);
    const done = started(setup({}).createMachine({ initial: "over", states: { over: { type: "final" } } }));
    done.peer.rest(done.watcher);
    expect(done.peer.snapshot?.status).toBe("done");
  });

  it("shares its snapshot with all that are in the same state, and its context with none", () => {
    const clock = new SimulatedClock();
    const sleep = new Sleep(counting, clock, () => true);
    const [one, other] = [createActor(counting).start(), createActor(counting).start()];
    one.send({ type: "more" });
    const shared = sleep.of(one as never);
    expect(shared).toBeDefined();
    expect(sleep.of(other as never)).toBe(shared);
    expect(shared?.context).toBeUndefined();
  });
});
