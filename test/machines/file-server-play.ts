/** One client's conversation with a file server for pdf files whose token is server1. */
import role from "../../src/machines/file-server.ts";
import { PeerMessage } from "../../src/wire/message.ts";
import { FakeFile, fakePeerWorld, play, turn } from "../fakes.ts";

export const SERVER_PDF_SIZE = 110_592;

export function fileServer(given: Readonly<Record<string, unknown>> = {}) {
  const world = fakePeerWorld(role, { service: "pdf", token: "server1", ...given });
  const run = play(role.machine, world);
  const { peer, files, clock } = world;
  const opened: FakeFile[] = [];

  async function say(text: string): Promise<void> {
    run.actor.send(new PeerMessage(Buffer.from(text)));
    await turn();
  }

  async function tell(type: "peer.ended" | "peer.closed" | "peer.spoke"): Promise<void> {
    run.actor.send({ type });
    await turn();
  }

  /** The disk answers. */
  async function find(sizeBytes: number = SERVER_PDF_SIZE): Promise<FakeFile> {
    const file = new FakeFile("server.pdf", sizeBytes);
    opened.push(file);
    await files.opens.resolve({ ok: true, file });
    return file;
  }

  const miss = (why = "there is no such file") => files.opens.resolve({ ok: false, why });

  /** Each state, by the way a client gets there; `peer.heard()` is empty then. */
  const ways: Record<string, () => Promise<void>> = {
    awaitingToken: async () => undefined,
    awaitingFilename: () => say("server1"),
    opening: async () => {
      await say("server1");
      await say("server.pdf");
    },
    announcing: async () => {
      await ways.opening?.();
      await find();
    },
    awaitingAck: async () => {
      await ways.announcing?.();
      clock.increment(50);
    },
    sending: async () => {
      await ways.awaitingAck?.();
      await say("Got\0");
    },
    awaitingLateAck: async () => {
      await ways.awaitingAck?.();
      clock.increment(2_000);
      await peer.readAll();
    },
  };

  async function goTo(state: string): Promise<void> {
    await ways[state]?.();
    if (run.state !== state) throw new Error(`the way to ${state} ends in ${run.state}`);
    peer.heard();
  }

  return { ...world, run, opened, say, tell, find, miss, goTo, states: Object.keys(ways) };
}
