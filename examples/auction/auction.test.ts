import { describe, expect, it } from "vitest";
import { faultsOf } from "../../src/catalogue/role-folder.ts";
import { hubPlay } from "../../test/machines/hub-play.ts";
import role from "./auction.ts";

describe("auction", () => {
  it("is a role that netlabd takes", () => {
    expect(faultsOf(role)).toEqual([]);
  });

  it("tells everybody of a bid, and only the bidder of one that is too low", async () => {
    const { connect, enter } = hubPlay(role);
    const ann = await connect();
    expect(ann.peer.heard()).toEqual(["send Who bids?"]);
    expect(await ann.say("ann")).toEqual(["send no bid yet"]);
    const bob = await enter("bob");
    expect(await ann.say("12")).toEqual(["send ann bids 12"]);
    expect(bob.peer.heard()).toEqual(["send ann bids 12"]);
    expect(await bob.say("7")).toEqual(["send too low"]);
    expect(await bob.say("seven")).toEqual(["send a bid is a number"]);
    expect(ann.peer.heard()).toEqual([]);
  });

  it("knows who is there, also after a crash, and forgets who has left", async () => {
    const play = hubPlay(role);
    const ann = await play.enter("ann");
    await play.enter("bob");
    expect(play.names).toEqual(["ann", "bob"]);
    play.crashAt("ann bids");
    await ann.say("5");
    expect(play.names).toEqual(["ann", "bob"]);
    expect(play.crashes).toHaveLength(1);
    play.hub.forget(ann.peer.id);
    await ann.say("6");
    expect(play.names).toEqual(["bob"]);
  });
});
