/** What a person is told at a glance about a connection, and whom to look at first. */
import { describe, expect, it } from "vitest";
import { cause } from "../../src/stories/causes.ts";
import type { LiveView } from "../../src/stories/live-view.ts";
import { Recorder } from "../../src/stories/recorder.ts";
import type { Story } from "../../src/stories/story.ts";
import { byUrgency, reasonOf, verdictOf } from "../../src/stories/verdict.ts";
import { converse, eventually, openLab } from "../actors/harness.ts";
import { SimulatedClock } from "../actors/simulated-clock.ts";
import throwsInAction from "../fixtures/roles/throws-in-action.ts";

async function fileLab() {
  const clock = new SimulatedClock();
  const lab = await openLab([throwsInAction], { clock });
  const server = await lab.serveFiles();
  const peer = await converse(server);
  const verdict = () => verdictOf(lab.storyOf(peer), lab.liveView(peer));
  const reason = () => reasonOf(lab.storyOf(peer), lab.liveView(peer));
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
    expect([verdictOf(story, undefined), reasonOf(story, undefined)]).toEqual([
      "crashed",
      "the action met boom",
    ]);
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
    expect(reason()).toBe("8 bytes are no whole message for 2 s: a line without its \\n");
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
    expect(verdictOf(story, lab.liveView(deaf))).toBe("stuck");
    expect(reasonOf(story, lab.liveView(deaf))).toMatch(
      /^it does not read: \d+ bytes wait for it since 2 s$/,
    );
  });

  it("waiting, where both sides wait for the other", async () => {
    const { clock, lab, peer, verdict, reason } = await fileLab();
    await eventually(() => expect(lab.storyOf(peer).state).toBe("awaitingToken"));
    clock.advance(9_999);
    expect(verdict()).toBe("ok");
    clock.advance(1);
    expect(verdict()).toBe("waiting");
    expect(reason()).toBe("both sides wait: we for the token, and nothing has come for 10 s");
    peer.say("server1\n");
    await peer.hears("valid\n");
    expect(verdict()).toBe("ok");
  });
});

describe("the order of urgency", () => {
  it("is crashed, stuck, refused, failed, waiting, ok; then the oldest first", () => {
    const clock = new SimulatedClock();
    const recorder = new Recorder(clock);
    const views = new Map<Story, LiveView>();
    const live = (story: Story, unreadBytes: number, stillMs: number) => {
      const unread = Buffer.alloc(unreadBytes);
      views.set(story, { framing: "bare", unreadBytes, unread, queuedBytes: 0, stillMs });
    };
    let number = 0;
    const story = (name: string, change: (story: Story) => void): Story => {
      number += 1;
      clock.advance(1);
      const remote = { address: "127.0.0.1", port: number };
      const subject = {
        id: name,
        instance: "i",
        role: "r",
        edition: 0,
        transport: "tcp",
        local: remote,
        remote,
      } as const;
      const opened = recorder.open(subject, "listening");
      change(opened);
      return opened;
    };
    const ok = (one: Story) => live(one, 0, 0);
    const stories = [
      story("ok 1", ok),
      story("waiting", (one) => {
        live(one, 0, 60_000);
        one.waitsFor = "a word";
      }),
      story("failed", (one) => one.fail("failed", cause("failure", { text: "reset" }))),
      story("refused", (one) => one.fail("refused", cause("failure", { text: "wrong" }))),
      story("stuck", (one) => {
        live(one, 3, 60_000);
      }),
      story("crashed 1", (one) => one.fail("crashed", cause("failure", { text: "boom" }))),
      story("ok 2", ok),
      story("crashed 2", (one) => one.fail("crashed", cause("failure", { text: "boom" }))),
    ];
    clock.advance(60_000);
    stories.reverse().sort(byUrgency((one) => views.get(one)));
    const order = ["crashed 1", "crashed 2", "stuck", "refused", "failed", "waiting", "ok 1", "ok 2"];
    expect(stories.map(({ subject }) => subject.id)).toEqual(order);
  });
});
