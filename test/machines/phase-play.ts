/** One peer's conversation with a server role: its messages go to the present phase, as a connection hands them over. */
import type { Role } from "../../src/machines/_role.ts";
import { PeerMessage } from "../../src/wire/message.ts";
import { FakePeer, fakePeerWorld, play, turn } from "../fakes.ts";

export function phasePlay(role: Role, given: Readonly<Record<string, unknown>> = {}, parts: object = {}) {
  const world = { ...fakePeerWorld(role, given), ...parts };
  const { peer } = world;
  const run = play(role.machine, world);
  /** Messages that moved the machine, or tried to. */
  let steps = 0;

  function hand(text: string): void {
    const phase = role.phases[run.state];
    if (!phase) throw new Error(`${run.state} waits for no message`);
    const message = new PeerMessage(Buffer.from(text));
    const session = { context: run.actor.getSnapshot().context, peer };
    const event = phase.handle ? phase.handle(message, session) : message;
    if (!event) return;
    steps += 1;
    run.actor.send(event);
  }

  return {
    ...world,
    run,
    get steps() {
      return steps;
    },
    /** Answers what the peer hears of it. */
    async say(text: string): Promise<string[]> {
      hand(text);
      await turn();
      return peer.heard();
    },
    async tell(type: "peer.ended" | "peer.closed"): Promise<string[]> {
      run.actor.send({ type });
      await turn();
      return peer.heard();
    },
    /** What the present phase makes of glued text. */
    unglue: (text: string) =>
      role.phases[run.state]?.unglue?.(text, {
        context: run.actor.getSnapshot().context,
        peer: new FakePeer(),
      }),
    isWord: (text: string) => role.phases[run.state]?.isWord?.(text),
  };
}
