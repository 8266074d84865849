/** A bootstrap registry and whoever sends it datagrams. */
import role from "../../src/machines/bootstrap.ts";
import { PeerMessage } from "../../src/wire/message.ts";
import { FakePeer, fakeWorld, play, turn } from "../fakes.ts";

/** A datagram is its text, whether the role had it prepared or made it now. */
export class DatagramPeer extends FakePeer {
  override sendBytes(bytes: Uint8Array): void {
    this.send(Buffer.from(bytes).toString());
  }
}

export const LOOPBACK = ["127.0.0.1", "::1"];

export function bootstrap({
  hosts = LOOPBACK,
  ...given
}: Record<string, unknown> & { hosts?: string[] } = {}) {
  const world = fakeWorld(role, given, { hosts, port: 1_234 });
  const run = play(role.machine, world);
  const sender = new DatagramPeer("127.0.0.1", 50_001);

  /** One datagram, handled as the endpoint does it; what it caused at once is done when this returns. */
  function say(text: string, peer: FakePeer = sender): void {
    const session = { context: run.actor.getSnapshot().context, peer };
    const event = role.phases.serving?.handle?.(new PeerMessage(Buffer.from(text)), session);
    if (event) run.actor.send(event);
  }

  /** Says it, and hears what is answered once everything is on disk. */
  async function ask(text: string, peer: FakePeer = sender): Promise<string[]> {
    say(text, peer);
    world.registry.commit();
    await turn();
    return peer.heard();
  }

  async function register(...entries: string[]): Promise<void> {
    for (const entry of entries) {
      const answers = await ask(`REGISTRN,${entry}`);
      if (answers.length > 0) throw new Error(`${entry}: ${answers}`);
    }
  }

  return { ...world, run, sender, say, ask, register };
}
