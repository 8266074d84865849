/** A reverse server's clients, its hub as it is really run, and its operator. */
import { HubRun } from "../../src/actors/hub-run.ts";
import type { Barrier } from "../../src/machines/_barrier.ts";
import type { AsyncHub, HubWorld } from "../../src/machines/_world.ts";
import role from "../../src/machines/reverse.ts";
import { FakePeer, fakeWorld, turn } from "../fakes.ts";
import { phasePlay } from "./phase-play.ts";

export function reverse(given: Record<string, unknown> = {}) {
  const { options, clock } = fakeWorld(role, given);
  const peers = new Map<string, FakePeer>();
  const notices: string[] = [];
  const crashes: unknown[] = [];
  const world: HubWorld = {
    options,
    clock,
    deliver: (audience, text) => {
      for (const id of audience) peers.get(id)?.send(text);
    },
    notify: (text) => notices.push(text),
  };
  if (!role.hub) throw new Error("the role has no hub");
  const hub = new HubRun(role.hub, world, {
    onCrash: (error) => void crashes.push(error),
    onGiveUp: (error) => void crashes.push(error),
  });

  async function connect() {
    const peer = new FakePeer("127.0.0.1", 50_001 + peers.size);
    peers.set(peer.id, peer);
    const session = phasePlay(role, given, { peer, clock, hub: hub.proxy });
    await turn();
    return session;
  }

  /** Everything the operator is told comes into `heard`: progress, then the answer or why there is none. */
  function say(text: string, { now = false } = {}) {
    const heard: string[] = [];
    const stop = new AbortController();
    const progress = (words: string) => void heard.push(words);
    const done = role.hub?.say?.(hub.proxy, text, { now, signal: stop.signal, progress }).then(
      (answer) => void heard.push(answer),
      (error: { code: string; message: string }) => void heard.push(`${error.code}: ${error.message}`),
    );
    return { heard, stop: () => stop.abort(), done };
  }

  return { hub, barrier: hub.proxy as AsyncHub<Barrier>, clock, notices, crashes, connect, say, world };
}

export type ReverseClient = Awaited<ReturnType<ReturnType<typeof reverse>["connect"]>>;
