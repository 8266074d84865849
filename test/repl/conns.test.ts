/** Connections as somebody sees them who looks after many. */
import { describe, expect, it } from "vitest";
import { converse, eventually } from "../actors/harness.ts";
import { DiagnosisLab } from "../diagnoses/lab.ts";
import { processorMsOf } from "../processor-time.ts";

const lab = new DiagnosisLab();
lab.use();

type Document = { readonly id: string; readonly verdict: string; readonly cards: readonly string[] };

const documents = async (line: string) => (await lab.run(`${line} --json`)).data as Document[];
const rowsOf = (out: string) =>
  out
    .split("\n")
    .slice(1)
    .filter((line) => /^[cu]\d+ /.test(line));

/** A calculator's client that has said its name and asks nothing. */
async function hangs(port: number, name: string) {
  const peer = await converse(port);
  peer.say(`${name}\n`);
  return peer;
}

describe("conns", () => {
  it("has those who hang in its first rows, the longest first, with their names, and folds refusals", async () => {
    const { id, port } = await lab.spawn("calculator", { maxConnections: 59, label: "s042" });
    const talking = await Promise.all(Array.from({ length: 51 }, () => converse(port)));
    for (const [index, peer] of talking.entries()) peer.say(`talker${index}\n`);
    const hanging: string[] = [];
    for (let number = 0; number < 8; number += 1) {
      const peer = await hangs(port, `hang${number}`);
      await eventually(() =>
        expect(lab.stories(id).find(({ subject }) => subject.remote.port === peer.port)?.bytesIn).toBe(6),
      );
      hanging.push(`hang${number}`);
      lab.clock.push(3_000);
    }
    lab.clock.push(10_000);
    // The others have just been answered, and one floods the door.
    for (const peer of talking) peer.say("1 + 1\n");
    for (const peer of talking) await peer.hears("2.0\n");
    for (let number = 0; number < 41; number += 1) await (await converse(port)).hearsTheEnd();

    const { out } = await lab.run(`conns ${id}`);
    const rows = rowsOf(out);
    expect(rows.slice(0, 8).map((row) => /hang\d/.exec(row)?.[0])).toEqual(hanging);
    expect(rows.slice(0, 8).every((row) => row.includes(" waiting ") && row.includes(", s042"))).toBe(true);
    expect(rows.slice(8).some((row) => row.includes(" waiting "))).toBe(false);
    expect(rows.filter((row) => row.includes(" refused "))).toHaveLength(1);
    expect(out).toContain("\n40 more refused from 127.0.0.1: more than 59 connections (--max-connections)\n");
    expect(rows).toHaveLength(20);
    expect(out).toMatch(/\nand 40 more, computing \(--all lists them and the refused\)\n$/);
    expect(rowsOf((await lab.run(`conns ${id} --all`)).out)).toHaveLength(100);
  });

  it("selects by verdict and by card, ended ones too", async () => {
    const { id, port } = await lab.spawn("calculator");
    const good = await converse(port);
    good.end("ann\n1 + 1\nq\n");
    await good.hearsTheEnd();
    const bad = await converse(port);
    bad.end("bob\n1+1\nq\n");
    await bad.hearsTheEnd();
    await hangs(port, "eve");
    await eventually(() => expect(lab.stories(id).every((story) => story.bytesIn > 0)).toBe(true));
    await eventually(() => expect(lab.stories(id).filter(({ endedAt }) => endedAt)).toHaveLength(2));
    lab.clock.push(12_000);
    const of = async (term: string) => (await documents(`conns ${id} ${term}`)).map(({ cards }) => cards);
    expect(await of("verdict=violation")).toEqual([["D17"]]);
    expect(await of("card=d17")).toEqual([["D17"]]);
    expect(await of("verdict=waiting")).toEqual([["D01"]]);
    expect(await of("verdict=ok")).toEqual([[]]);
    // It has gone, and is still known by its name.
    const { out } = await lab.run(`conns ${id} verdict=violation`);
    expect(out).toMatch(/ bob .* D17: The calculator cannot read/);
    expect((await lab.run(`conns ${id} verdict=stuck`)).out).toBe("no connection matches\n");
    expect((await lab.run(`conns ${id} verdict=vialotion`)).err).toContain("did you mean violation?");
    expect((await lab.run("ls verdict=ok")).err).toContain("use conns verdict=ok");
  });

  it("gives senders of datagrams a verdict too: a request that cannot be read is not ok", async () => {
    const { id, port } = await lab.spawn("bootstrap");
    const { createSocket } = await import("node:dgram");
    const socket = createSocket("udp4");
    for (const text of ["DISCOVERY", "REGISTRN,127.0.0.1"]) socket.send(text, port, "127.0.0.1");
    await eventually(() => expect(lab.stories(id).at(-1)?.entries.length).toBeGreaterThan(4));
    const [sender] = await documents(`conns ${id}`);
    socket.close();
    expect(sender).toMatchObject({ verdict: "violation", cards: ["D20"] });
  });

  it("finds nothing wrong with somebody who is quiet in a room, or listens for messages", async () => {
    const chat = await lab.spawn("chat");
    const member = await converse(chat.port);
    await member.hears("Please, Enter Your ig name");
    member.say(":Al:alop");
    await member.hears("new user :Al:alop connected!\nnew user :Al:alop joined \n");
    const relay = await lab.spawn("relay");
    const user = await converse(relay.port);
    user.say("ann\n");
    await user.hears("Message please\n");
    lab.clock.push(120_000);
    for (const { id } of [chat, relay])
      expect(await documents(`conns ${id}`)).toMatchObject([{ verdict: "ok", cards: [] }]);
  });

  it("has none of our own questions to a registry, and completion offers none", async () => {
    const registry = await lab.spawn("bootstrap");
    const bootstrap = `127.0.0.1:${registry.port}`;
    await lab.spawn("file-server", { service: "pdf", token: "server1", bootstrap });
    await eventually(() => expect(lab.stories(registry.id)).toHaveLength(1));
    expect(lab.stories(registry.id)[0]?.subject.isInternal).toBe(true);
    expect(await documents(`conns ${registry.id} --all`)).toEqual([]);
    expect((await lab.run("conns --all")).out).not.toContain(` ${registry.id} `);
  });

  it("answers in a moment for 1,000 that have ended: each is judged once", async () => {
    const { id, port } = await lab.spawn("calculator", { maxConnections: 2_000 });
    for (let round = 0; round < 20; round += 1)
      await Promise.all(
        Array.from({ length: 50 }, async () => {
          const peer = await converse(port);
          peer.end("ann\n1 + 1\n2+2\nq\n");
          await peer.hearsTheEnd();
        }),
      );
    await eventually(
      () => expect(lab.stories(id).filter(({ judged }) => judged)).toHaveLength(1_000),
      20_000,
    );
    let out = "";
    const usedMs = await processorMsOf(async () => {
      out = (await lab.run(`conns ${id}`)).out;
    });
    expect(rowsOf(out)).toHaveLength(40);
    expect(out).toContain("and 960 more, ended violation (--all");
    // A tenth of a second on a quiet machine; judging them all again takes far longer.
    expect(usedMs).toBeLessThan(1_000);
  }, 60_000);
});

describe("verdicts and cards", () => {
  it("are the same wherever a connection is told of", async () => {
    const { id, port } = await lab.spawn("calculator");
    const peer = await converse(port);
    peer.say("ann\n1+1\n");
    await peer.hears("Incorrect expression format\n");
    const connection = lab.stories(id)[0]?.subject.id ?? "";
    const told = { verdict: "violation", cards: ["D17"] };
    expect((await lab.run(`show ${connection} --json`)).data).toMatchObject(told);
    expect((await lab.run(`explain ${connection} --json`)).data).toMatchObject(told);
    expect((await lab.run(`wait-for ${connection} violation --json`)).data).toMatchObject(told);
    expect((await lab.run(`show ${connection}`)).out).toMatch(
      /verdict {2}violation: D17: The calculator cannot read this expression\n {2}cards {4}D17\n/,
    );
    const [instance] = (await lab.run(`ls ${id} --json`)).data as object[];
    expect(instance).toMatchObject({ verdicts: { violation: 1 }, cards: ["D17"] });
    expect((await lab.run(`ls ${id}`)).out).toContain("1 violation: D17");
  });

  it("of an ended story are judged once, and kept with it", async () => {
    const { id, port } = await lab.spawn("calculator");
    const peer = await converse(port);
    peer.end("ann\n1+1\nq\n");
    await peer.hearsTheEnd();
    await eventually(() => expect(lab.stories(id)[0]?.judged).toMatchObject({ verdict: "violation" }));
    const [story] = lab.stories(id);
    const judged = story && lab.daemon.lab.judged(story);
    expect(judged).toBe(story?.judged);
  });
});
