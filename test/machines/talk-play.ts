/** One run of a client that talks: its server's words and its user's, and what it says and shows for them. */

import type { Role } from "../../src/machines/_role.ts";
import { hintText } from "../../src/stories/cause-text.ts";
import type { Cause } from "../../src/stories/causes.ts";
import { PeerMessage } from "../../src/wire/message.ts";
import { FakePeer, fakeWorld, play, turn } from "../fakes.ts";

export function talkPlay(role: Role, given: Readonly<Record<string, unknown>> = {}) {
  const shown: string[] = [];
  const hints: string[] = [];
  const fake = fakeWorld(role, given);
  const world = {
    ...fake,
    options: { ...fake.options, host: "localhost", port: role.port },
    screen: {
      show: (text: string) => void shown.push(text),
      hint: (hint: string | Cause) => void hints.push(hintText(hint)),
    },
  };
  const run = play(role.machine, world);
  const peer = new FakePeer("127.0.0.1", role.port);

  async function raise(event: { readonly type: string; readonly text?: string }): Promise<string[]> {
    run.actor.send(event);
    await turn();
    return peer.heard();
  }

  return {
    ...world,
    run,
    peer,
    shown,
    hints,
    /** The server is there; answers what it hears first. */
    async connect(): Promise<string[]> {
      await fake.network.connects.resolve(peer);
      return peer.heard();
    },
    /** A whole reply, as the phase's decoder hands it on; answers what the server hears next. */
    async hear(text: string): Promise<string[]> {
      run.actor.send(new PeerMessage(Buffer.from(text), text));
      await turn();
      return peer.heard();
    },
    /** The user types a line. */
    type: (text: string) => raise({ type: "operator.say", text }),
    /** The user's input ends. */
    endInput: () => raise({ type: "operator.ended" }),
    stop: () => raise({ type: "operator.stop" }),
    tell: (type: "peer.ended" | "peer.closed") => raise({ type }),
    /** The time in which a message that has no reply is waited for. */
    async pace(): Promise<string[]> {
      fake.clock.increment(300);
      await turn();
      return peer.heard();
    },
    async pass(ms: number): Promise<string[]> {
      fake.clock.increment(ms);
      await turn();
      return peer.heard();
    },
  };
}
