import { describe, expect, it } from "vitest";
import { createActor, fromPromise, setup } from "xstate";
import {
  eventName,
  eventsOf,
  initialStateName,
  invokedActor,
  stateName,
} from "../../src/machines/_state-names.ts";

const machine = setup({
  actors: { look: fromPromise(() => new Promise<void>(() => undefined)) },
}).createMachine({
  id: "names",
  initial: "waiting",
  states: {
    waiting: { on: { "peer.message": "looking", "operator.stop": "closed" } },
    looking: {
      initial: "near",
      states: { near: { invoke: { src: "look", onDone: "#names.closed" } } },
      on: { "peer.ended": "closed" },
    },
    closed: { type: "final" },
  },
});

function actor() {
  const running = createActor(machine);
  running.start();
  return running;
}

describe("a state", () => {
  it("has a name before there is an actor, and one name where it is nested", () => {
    expect(initialStateName(machine)).toBe("waiting");
    const running = actor();
    running.send({ type: "peer.message" });
    expect(stateName(running.getSnapshot().value)).toBe("looking.near");
  });

  it("takes the events of its own and its parents', timers and actors left out", () => {
    const running = actor();
    expect(eventsOf(running.getSnapshot())).toEqual(["operator.stop", "peer.message"]);
    running.send({ type: "peer.message" });
    expect(eventsOf(running.getSnapshot())).toEqual(["peer.ended"]);
  });
});

describe("an actor that a state invoked", () => {
  it("is found by the name that its end is told with, while it runs", () => {
    const running = actor();
    expect(invokedActor(running.getSnapshot(), "near")).toBeUndefined();
    running.send({ type: "peer.message" });
    const id = invokedActor(running.getSnapshot(), "near");
    expect(eventName(`xstate.done.actor.${id}`)).toBe("near done");
    expect(invokedActor(running.getSnapshot(), "waiting")).toBeUndefined();
  });
});
