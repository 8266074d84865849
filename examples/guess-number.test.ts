import { describe, expect, it } from "vitest";
import { faultsOf } from "../src/catalogue/role-folder.ts";
import { PeerMessage } from "../src/wire/message.ts";
import { fakePeerWorld, play } from "../test/fakes.ts";
import role from "./guess-number.ts";

/** The fake world's random is 0.5: of 1 to 100 it thinks of 51. */
function game(given: Record<string, unknown> = {}) {
  const world = fakePeerWorld(role, given);
  const run = play(role.machine, world);
  const guess = (text: string) => {
    const session = { context: run.actor.getSnapshot().context, peer: world.peer };
    const event = role.phases.guessing?.handle?.(new PeerMessage(Buffer.from(text)), session);
    if (event) run.actor.send(event);
  };
  return { ...world, run, guess };
}

describe("guess-number", () => {
  it("is a role that netlabd takes", () => {
    expect(faultsOf(role)).toEqual([]);
  });

  it("greets with the range it was given", () => {
    expect(game({ most: 10 }).peer.told).toEqual(["send I think of a number from 1 to 10"]);
  });

  it("answers each wrong guess and stays where it is", () => {
    const { peer, run, guess } = game();
    guess("50");
    guess("52");
    expect(peer.told.slice(1)).toEqual(["send too low", "send too high"]);
    expect(run.path).toEqual(["guessing"]);
  });

  it("does not count what is no number", () => {
    const { peer, guess } = game();
    guess("fifty");
    guess("51");
    expect(peer.told.slice(1)).toEqual(["send That is no number", "send Right, in 1 guesses"]);
  });

  it("praises the right guess and ends", () => {
    const { run, guess } = game();
    guess("51");
    expect(run.state).toBe("closed");
  });

  it("ends when the peer has no more to say", () => {
    const { run } = game();
    run.actor.send({ type: "peer.ended" });
    expect(run.state).toBe("closed");
  });
});
