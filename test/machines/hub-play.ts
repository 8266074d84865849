/** A role whose connections share a hub: the real hub, peers that remember what they are told, no sockets. */
import { HubRun } from "../../src/actors/hub-run.ts";
import type { Role } from "../../src/machines/_role.ts";
import type { HubWorld } from "../../src/machines/_world.ts";
import { FakePeer, fakeWorld, turn } from "../fakes.ts";
import { phasePlay } from "./phase-play.ts";

/** Tells what must be a read of its own. */
class ApartPeer extends FakePeer {
  override send(text: string, { apart = false } = {}): void {
    super.send(apart ? `apart ${text}` : text);
  }
}

export function hubPlay(role: Role) {
  const { options, clock } = fakeWorld(role);
  const peers = new Map<string, FakePeer>();
  const crashes: unknown[] = [];
  /** The next delivery that starts like this is the hub's crash. */
  let fatal: string | undefined;
  const world: HubWorld = {
    options,
    clock,
    deliver: (audience, text) => {
      if (fatal !== undefined && text.startsWith(fatal)) {
        fatal = undefined;
        throw new Error(`fell over ${text}`);
      }
      for (const id of audience) peers.get(id)?.send(text);
    },
    notify: () => undefined,
  };
  if (!role.hub) throw new Error("the role has no hub");
  const hub = new HubRun(role.hub, world, {
    onCrash: (error) => void crashes.push(error),
    onGiveUp: (error) => void crashes.push(error),
  });

  /** A new peer, with what its role says first still to hear. */
  async function connect() {
    const peer = new ApartPeer("127.0.0.1", 50_001 + peers.size);
    peers.set(peer.id, peer);
    const session = phasePlay(role, {}, { peer, clock, hub: hub.proxy });
    await turn();
    return session;
  }

  /** A peer that is in, and has heard everything so far. */
  async function enter(...words: string[]) {
    const session = await connect();
    for (const word of words) await session.say(word);
    session.peer.heard();
    return session;
  }

  return {
    hub,
    crashes,
    connect,
    enter,
    get names() {
      return hub.members.map(({ name }) => name);
    },
    crashAt: (text: string) => {
      fatal = text;
    },
  };
}
