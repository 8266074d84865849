import { describe, expect, it } from "vitest";
import { faultsOf } from "../../src/catalogue/role-folder.ts";
import role from "../../src/machines/ack.ts";
import { PeerMessage } from "../../src/wire/message.ts";
import { FakePeer, fakeWorld, play } from "../fakes.ts";

describe("an acknowledger", () => {
  it("is a role that netlabd takes", () => {
    expect(faultsOf(role)).toEqual([]);
  });

  it.each(["hello", "", "Ok", "\0\0", "x".repeat(60_000), "\ufffd"])(
    "[ACK-1] answers any datagram with Ok",
    (text) => {
      const run = play(role.machine, fakeWorld(role));
      const peer = new FakePeer();
      const session = { context: run.actor.getSnapshot().context, peer };
      const event = role.phases.serving?.handle?.(new PeerMessage(Buffer.from(text)), session);
      expect(event).toBeUndefined();
      expect(peer.told).toEqual(["send Ok"]);
    },
  );

  it("ends when its operator stops it", () => {
    const run = play(role.machine, fakeWorld(role));
    run.actor.send({ type: "operator.stop" });
    expect(run.state).toBe("closed");
  });
});
