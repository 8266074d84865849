/** One run of a file client that wants server.pdf. */

import role from "../../src/machines/file-client.ts";
import { hintText } from "../../src/stories/cause-text.ts";
import type { Cause } from "../../src/stories/causes.ts";
import { PeerMessage } from "../../src/wire/message.ts";
import { FakePart, FakePeer, fakeWorld, play, turn } from "../fakes.ts";

export const LISTING = ["10.0.0.1,1236,txt,server1,1237,pdf,server2", "10.0.0.2,1238,pdf,server3", "end"];

export function fileClient(given: Readonly<Record<string, unknown>> = {}) {
  const hints: string[] = [];
  const world = {
    ...fakeWorld(role, { service: "pdf", file: "server.pdf", ...given }),
    screen: { show: () => undefined, hint: (hint: string | Cause) => void hints.push(hintText(hint)) },
  };
  const run = play(role.machine, world);
  const peer = new FakePeer("10.0.0.1", 1_237);
  const { network, files } = world;

  /** The server's answer, as the phase's decoder hands it on. */
  async function hear(value: string | number): Promise<void> {
    run.actor.send(new PeerMessage(Buffer.from(String(value)), value));
    await turn();
  }

  async function tell(type: "peer.ended" | "peer.closed" | "operator.stop"): Promise<void> {
    run.actor.send({ type });
    await turn();
  }

  /** The disk has room for it. */
  async function makePart(): Promise<FakePart> {
    const part = new FakePart(files.creates.last?.path ?? "");
    await files.creates.resolve(part);
    return part;
  }

  /** The server's next bytes, and then the end of the transfer. */
  async function arrive(text: string): Promise<void> {
    await peer.inflows.last?.sink.write(Buffer.from(text));
    await peer.inflows.resolve();
  }

  /** Bytes behind the last one that the size told. */
  const more = (count: number) => hear(count);

  /** The same as `arrive`, and then nothing more for as long as the client looks. */
  async function receive(text: string): Promise<void> {
    await arrive(text);
    world.clock.increment(100);
    await turn();
  }

  /** Each state that lasts, by the way a client gets there; `peer.heard()` is empty then. */
  const ways: Record<string, () => Promise<void>> = {
    discovering: async () => undefined,
    connecting: () => network.asks.resolve(LISTING),
    authenticating: async () => {
      await ways.connecting?.();
      await network.connects.resolve(peer);
    },
    requesting: async () => {
      await ways.authenticating?.();
      await hear("valid");
    },
    sizing: async () => {
      await ways.requesting?.();
      await hear("found");
    },
    receiving: async () => {
      await ways.sizing?.();
      await hear(3);
    },
  };

  async function goTo(state: string): Promise<void> {
    await ways[state]?.();
    if (run.state !== state) throw new Error(`the way to ${state} ends in ${run.state}`);
    peer.heard();
  }

  return {
    ...world,
    run,
    peer,
    hear,
    tell,
    makePart,
    hints,
    more,
    arrive,
    receive,
    goTo,
    states: Object.keys(ways),
  };
}
