/** What a person is told at a glance about a connection, and whom to look at first. */
import { describe, expect, it } from "vitest";
import { judge } from "../../src/diagnoses/table.ts";
import { incidentOf } from "../../src/judging.ts";
import type { LiveView } from "../../src/stories/live-view.ts";
import type { Story } from "../../src/stories/story.ts";
import { reasonOf, type Verdict, verdictOf } from "../../src/stories/verdict.ts";
import { converse, eventually, openLab } from "../actors/harness.ts";
import { SimulatedClock } from "../actors/simulated-clock.ts";
import throwsInAction from "../fixtures/roles/throws-in-action.ts";

/** Verdict and reason, as a daemon judges that knows the role and no instance. */
function standing(story: Story, live: LiveView | undefined): [Verdict, string | undefined] {
  const { cards, silence } = judge(
    incidentOf({ find: () => undefined, roles: new Map(), stories: () => [] }, story, live),
  );
  const found = { cards, turn: silence.whose };
  const judged = { ...found, verdict: verdictOf(story, live, found) };
  return [judged.verdict, reasonOf(story, live, judged)];
}

async function fileLab() {
  const clock = new SimulatedClock();
  const lab = await openLab([throwsInAction], { clock });
  const server = await lab.serveFiles();
  const peer = await converse(server);
  const verdict = () => standing(lab.storyOf(peer), lab.liveView(peer))[0];
  const reason = () => standing(lab.storyOf(peer), lab.liveView(peer))[1];
  return { clock, lab, server, peer, verdict, reason };
}

describe("a connection is", () => {
  it("ok while it goes on", async () => {
    const { peer, verdict, reason } = await fileLab();
    peer.say("server1\n");
    await peer.hears("valid\n");
    expect([verdict(), reason()]).toEqual(["ok", undefined]);
  });

  it("refused, with the rule and the reason", async () => {
    const { lab, peer, verdict, reason } = await fileLab();
    peer.say("nonsense\n");
    expect((await peer.hearsTheEnd()).toString()).toBe("Invalid\n");
    expect([verdict(), reason(), lab.storyOf(peer).lastRule]).toEqual([
      "refused",
      "the token is wrong",
      "FILE-1",
    ]);
  });

  it("crashed, where our role threw", async () => {
    const { lab } = await fileLab();
    const peer = await converse(await lab.spawn("throws-in-action"));
    peer.say("boom\n");
    await peer.hearsTheEnd();
    const story = lab.storyOf(peer);
    expect(standing(story, undefined)).toEqual(["crashed", "the action met boom"]);
  });

  it("failed, where the peer broke off", async () => {
    const { lab, peer, verdict, reason } = await fileLab();
    peer.say("server1\n");
    await peer.hears("valid\n");
    peer.reset();
    await eventually(() => expect(lab.storyOf(peer).endedAt).toBeDefined());
    expect([verdict(), lab.storyOf(peer).state]).toEqual(["failed", "closed"]);
    expect(reason()).toMatch(/^reset by the peer \(ECONNRESET\)/);
  });

  it("stuck, where bytes lie unread that are no whole message", async () => {
    const { clock, lab, peer, verdict, reason } = await fileLab();
    peer.say("server1\n");
    await peer.hears("valid\n");
    peer.say("server.p");
    await eventually(() => expect(lab.controlOf(peer)?.unreadBytes).toBe(8));
    clock.advance(1_999);
    expect(verdict()).toBe("ok");
    clock.advance(1);
    expect(verdict()).toBe("stuck");
    expect(reason()).toBe(
      "8 bytes that are not a whole message have waited for 2 s: a line without its newline",
    );
  });

  it("stuck, where it does not read what we send", async () => {
    const { clock, lab, server } = await fileLab();
    await lab.addFile("large.pdf", 32 * 1_048_576);
    const deaf = await converse(server, { isDeaf: true });
    deaf.say("server1\nlarge.pdf\n");
    await eventually(() => expect(lab.storyOf(deaf).state).toBe("announcing"));
    deaf.say("Got\n");
    await eventually(() => expect(lab.controlOf(deaf)?.queuedBytes).toBeGreaterThan(0));
    clock.advance(2_000);
    const story = lab.storyOf(deaf);
    const [verdict, reason] = standing(story, lab.liveView(deaf));
    expect(verdict).toBe("stuck");
    expect(reason).toMatch(/^it does not read: \d+ bytes have been waiting for 2 s$/);
  });

  it("waiting, where both sides wait for the other", async () => {
    const { clock, lab, peer, verdict, reason } = await fileLab();
    await eventually(() => expect(lab.storyOf(peer).state).toBe("awaitingToken"));
    clock.advance(9_999);
    expect(verdict()).toBe("ok");
    clock.advance(1);
    expect(verdict()).toBe("waiting");
    expect(reason()).toBe("deadlock: the file-server has been waiting 10 s for the token");
    peer.say("server1\n");
    await peer.hears("valid\n");
    expect(verdict()).toBe("ok");
  });
});

describe("a verdict", () => {
  const story = { fault: undefined, subject: { transport: "tcp" } } as Story;
  const live = (stillMs: number, unreadBytes = 0) => ({ stillMs, unreadBytes, queuedBytes: 0 }) as LiveView;
  const card = (level: "note" | "violation") => ({ id: "D99", level, title: "" });
  const violation = { cards: [card("note"), card("violation")], turn: "theirs" } as const;

  it("is the gravest that is true", () => {
    expect(verdictOf({ ...story, fault: "refused" } as Story, live(60_000), violation)).toBe("refused");
    expect(verdictOf(story, live(60_000, 3), violation)).toBe("stuck");
    expect(verdictOf(story, live(60_000), violation)).toBe("waiting");
    expect(verdictOf(story, live(0), violation)).toBe("violation");
    expect(verdictOf(story, undefined, { cards: [card("note")], turn: "theirs" })).toBe("note");
    expect(verdictOf(story, undefined, { cards: [], turn: "theirs" })).toBe("ok");
  });

  it("is no wait where it is another's turn", () => {
    for (const turn of ["ours", "operator", "nobody"] as const)
      expect(verdictOf(story, live(60_000), { cards: [], turn })).toBe("ok");
  });

  it("of datagrams is neither stuck nor waiting, but knows the cards", () => {
    const udp = { ...story, subject: { transport: "udp" } } as Story;
    expect(verdictOf(udp, live(60_000, 3), { ...violation, cards: [] })).toBe("ok");
    expect(verdictOf(udp, live(60_000), violation)).toBe("violation");
  });
});
