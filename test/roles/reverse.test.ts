/** A reverse server over real sockets: its places, its operator, and every kind of client. */
import { describe, expect, it } from "vitest";
import type { Instance } from "../../src/actors/instance.ts";
import type { Environment } from "../../src/actors/service.ts";
import reverse from "../../src/machines/reverse.ts";
import reverseClient from "../../src/machines/reverse-client.ts";
import { contextOf } from "../../src/stories/editions.ts";
import { describeEntry } from "../../src/stories/entry-text.ts";
import type { Conversation } from "../actors/conversation.ts";
import { converse, eventually, openLab } from "../actors/harness.ts";
import { SimulatedClock } from "../actors/simulated-clock.ts";
import { runLines } from "./client-session.ts";
import { habits, speaker } from "./habits.ts";
import { hasPython, pythonPeer, pythonServer } from "./python-peer.ts";

async function serving(given: Record<string, unknown> = {}, parts: Partial<Environment> = {}) {
  const lab = await openLab([reverse], parts);
  const server = await lab.spawn("reverse", given);
  const connect = async (): Promise<Conversation> => {
    const peer = await converse(server);
    await peer.hears("ACCEPT");
    return peer;
  };
  return { lab, server, connect };
}

/** The operator's `say`: what it is told on the way, and what comes of it. */
function say(server: Instance, text: string, now = false) {
  const told: string[] = [];
  const hub = server.service.hub?.proxy as never;
  const signal = new AbortController().signal;
  const answer = reverse.hub?.say?.(hub, text, { now, signal, progress: (words) => void told.push(words) });
  return { told, answer };
}

describe("the verdict", () => {
  it("[REV-1] is REJECT for the fifth client, which is closed; the four go on", async () => {
    const { lab, server, connect } = await serving({ mirror: true });
    const four = [await connect(), await connect(), await connect(), await connect()];
    const fifth = await converse(server);
    expect((await fifth.hearsTheEnd()).toString()).toBe("REJECT");
    expect(lab.storyOf(fifth).fault).toBe("refused");
    expect(server.service.peers).toBe(4);
    for (const peer of four) peer.say("still here\n");
    for (const peer of four) await peer.hears("still here\n");
  });

  it("[REV-1] is in the operator's words, or in none at all", async () => {
    const { server } = await serving({ maxConnections: 1, acceptWord: "come in", rejectWord: "full" });
    await (await converse(server)).hears("come in");
    expect((await (await converse(server)).hearsTheEnd()).toString()).toBe("full");
    // No word is not even a newline, where lines are told by --framing.
    const silent = await serving({
      maxConnections: 1,
      acceptWord: "",
      rejectWord: "",
      framing: "line",
      mirror: true,
    });
    const first = await converse(silent.server);
    first.say("hello\n");
    await first.hears("hello\n");
    expect((await (await converse(silent.server)).hearsTheEnd()).toString()).toBe("");
  });

  it("[REV-1] reaches a client that has said something already, and no reset takes it away [FRAME-8]", async () => {
    const { server, connect } = await serving({ maxConnections: 1 });
    await connect();
    const eager = await converse(server);
    eager.say("taco cat\n".repeat(1_000));
    eager.end();
    expect((await eager.hearsTheEnd()).toString()).toMatch(/^REJECT\n?$/);
    await eager.over();
    expect(eager.error).toBeUndefined();
  });
});

describe("a place is free at once", () => {
  it.each<[string, (peer: Conversation) => void]>([
    ["that says exit", (peer) => peer.say("exit\n")],
    ["that says exit and does not close its side", (peer) => peer.say("exit\0")],
    ["that closes its side", (peer) => peer.end()],
    ["that vanishes by a reset", (peer) => peer.reset()],
  ])("after a client %s [REV-5]", async (_how, leave) => {
    const { server, connect } = await serving();
    const [leaver] = [await connect(), await connect(), await connect(), await connect()];
    expect((await (await converse(server)).hearsTheEnd()).toString()).toBe("REJECT");
    leave(leaver);
    await eventually(() => expect(server.service.peers).toBe(3));
    expect(server.service.hub?.members).toHaveLength(3);
    await connect();
    expect((await (await converse(server)).hearsTheEnd()).toString()).toBe("REJECT");
  });

  it("and the server's own side is closed after exit [REV-5]", async () => {
    const { connect } = await serving();
    const peer = await connect();
    peer.say("exit");
    expect((await peer.hearsTheEnd()).toString()).toBe("");
  });
});

describe("the operator", () => {
  it("[REV-2] answers all when the last has sent, and is told so", async () => {
    const { lab, server, connect } = await serving();
    const [line, nul, bare] = [await connect(), await connect(), await connect()];
    line.say("a\n");
    nul.say("b\0");
    const { told, answer } = say(server, "I have 3 clients");
    const onlyBare = new RegExp(`^waits for c\\d+ \\(127.0.0.1:${bare.port}\\)$`);
    await eventually(() => expect(told.at(-1)).toMatch(onlyBare));
    expect(lab.events.filter(({ type }) => type === "instance.notice")).toEqual([]);
    bare.say("c");
    expect(await answer).toBe("said to 3 clients (reads: stneilc 3 evah I)");
    await line.hears("I have 3 clients\n");
    await nul.hears("I have 3 clients\0");
    await bare.hears("I have 3 clients");
    const notices = lab.events.filter(({ type }) => type === "instance.notice");
    expect(notices).toEqual([
      { type: "instance.notice", id: server.id, text: "all 3 clients wait for an answer" },
    ]);
  });

  it("[REV-2] is answered where nobody is there, and waits for nobody with --now", async () => {
    const { server, connect } = await serving();
    expect(await say(server, "hello").answer).toBe("no client is connected: nothing was sent");
    const peer = await connect();
    expect(await say(server, "hello", true).answer).toBe("said to 1 client (reads: olleh)");
    await peer.hears("hello");
  });

  it("[REV-2] no longer waits for a client that vanishes", async () => {
    const { server, connect } = await serving();
    const [talker, silent] = [await connect(), await connect()];
    talker.say("hi\n");
    const { told, answer } = say(server, "hello");
    await eventually(() => expect(told.at(-1)).toContain(`:${silent.port})`));
    silent.reset();
    expect(await answer).toBe("said to 1 client (reads: olleh)");
    await talker.hears("hello\n");
  });

  it("[REV-4] reads every line of the story reversed too, by grapheme", async () => {
    const { lab, server, connect } = await serving();
    const peer = await connect();
    peer.say("tac\u0327o cat\n");
    await say(server, "noël").answer;
    await peer.hears("noël\n");
    const story = lab.storyOf(peer);
    const told = story.entries.map((entry) => describeEntry(entry, contextOf(story)));
    expect(told).toContain('← "ACCEPT"  6 bytes  (reads: TPECCA)');
    expect(told).toContain('→ "tac\u0327o cat\\n"  11 bytes  (reads: tac oc\u0327at)');
    expect(told).toContain('← "noël\\n"  6 bytes  (reads: lëon)');
  });
});

describe("a mirror", () => {
  it.each(habits)("answers one that sends $what in its own way [REV-3]", async (habit) => {
    const clock = new SimulatedClock();
    const { lab, connect } = await serving({ mirror: true }, { clock });
    const peer = await connect();
    const say = speaker(habit, peer, lab, clock);
    for (const text of ["taco cat", "I have 3 clients"]) {
      await say(text);
      await peer.hears(text + habit.ending);
    }
    await say("exit");
    expect((await peer.hearsTheEnd()).toString()).toBe("");
  });
});

describe("our client", () => {
  it("[REV-4] shows reversed what our server's operator says, and leaves with exit", async () => {
    const { server } = await serving();
    const client = runLines(reverseClient, { port: server.port });
    client.say("taco cat");
    await eventually(() => expect(server.service.hub?.members[0]?.details.said).toBe("taco cat"));
    await say(server, "I have 3 clients").answer;
    await eventually(() => expect(client.shown).toEqual(["ACCEPT", "stneilc 3 evah I"]));
    client.endInput();
    expect(await client.result).toEqual({ ok: true });
    await eventually(() => expect(server.service.peers).toBe(0));
  });

  it("[REV-1] fails where it is rejected", async () => {
    const { server, connect } = await serving({ maxConnections: 1 });
    await connect();
    const { shown, result } = runLines(reverseClient, { port: server.port });
    expect(await result).toMatchObject({ ok: false, code: "too-many-clients" });
    expect(shown).toEqual(["REJECT"]);
  });

  it.skipIf(!hasPython)(
    "talks to their server, and is rejected by it (skipped without python3)",
    async () => {
      const { port, program } = await pythonServer("reverse_server.py", [1], { input: "I have 1 client\n" });
      const first = runLines(reverseClient, { port, quiet: "250ms" });
      await eventually(() => expect(first.shown).toEqual(["ACCEPT"]));
      expect(await runLines(reverseClient, { port }).result).toMatchObject({ code: "too-many-clients" });
      first.say("taco cat");
      await eventually(() => expect(first.shown).toEqual(["ACCEPT", "tneilc 1 evah I"]));
      first.endInput();
      expect(await first.result).toEqual({ ok: true });
      await program.says("a client leaves with 'exit'");
      expect(program.stdout).toContain("tac ocat\n");
    },
  );
});

describe.skipIf(!hasPython)("their clients (skipped without python3)", () => {
  it("are four, and the fifth is rejected; all read the operator's answer", async () => {
    const { server } = await serving();
    const input = "taco cat\nexit\n";
    const four = [1, 2, 3, 4].map(() => pythonPeer("reverse_client.py", [server.port], { input }));
    await Promise.all(four.map((client) => client.says("ACCEPT\n")));
    const fifth = await pythonPeer("reverse_client.py", [server.port], { input }).ended;
    expect(fifth).toMatchObject({ stdout: "REJECT\n", stderr: "", exit: 0 });
    expect(await say(server, "I have 4 clients").answer).toBe("said to 4 clients (reads: stneilc 4 evah I)");
    for (const client of four) {
      expect(await client.ended).toMatchObject({ stdout: "ACCEPT\nstneilc 4 evah I\n", stderr: "", exit: 0 });
    }
    await eventually(() => expect(server.service.peers).toBe(0));
  });
});
