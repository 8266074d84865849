/** `netlabd/client` against a real daemon's control socket. */
import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { attach, type EntryDocument, type Lab, LabError } from "../src/client.ts";
import calculator from "../src/machines/calculator.ts";
import reverseClient from "../src/machines/reverse-client.ts";
import { daemon, useDaemon } from "./repl/own-daemon.ts";

let lab: Lab;

useDaemon([calculator, reverseClient]);
beforeEach(async () => {
  lab = await attach({ socket: daemon.lab.socketPath });
});
afterEach(() => lab.close());

async function student(port: number, name = "ann") {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  socket.write(`${name}\n`);
  return socket;
}

/** What was thrown, as far as a program acts on it. */
const refusal = (answer: Promise<unknown>) =>
  answer.then(
    () => "no refusal",
    (error) => (error instanceof LabError ? [error.code, error.exitCode] : error),
  );

describe("attach", () => {
  it("tells who answers", () => {
    expect(lab).toMatchObject({ pid: process.pid, name: "none", socket: daemon.lab.socketPath });
  });

  it("fails with no-daemon where none is", async () => {
    expect(await refusal(attach({ socket: `${daemon.lab.socketPath}.none` }))).toEqual(["no-daemon", 3]);
  });

  it("is given up with its signal, and so is what is under way", async () => {
    const leaving = new AbortController();
    const { signal } = leaving;
    const other = await attach({ socket: daemon.lab.socketPath, signal });
    const waiting = refusal(other.waitFor("c9", "closed", { timeout: "1m" }));
    leaving.abort();
    expect(await waiting).toEqual(["interrupted", 130]);
    expect(await refusal(attach({ socket: daemon.lab.socketPath, signal }))).toEqual(["interrupted", 130]);
  });
});

describe("a lab's client", () => {
  it("starts, lists, stops and removes roles", async () => {
    const sums = await lab.spawn("calculator", { name: "sums", port: 0 });
    expect(sums).toMatchObject({ id: "calculator-1", name: "sums", state: "running" });
    expect(sums.port).toBeGreaterThan(0);
    expect(await lab.ls("sums")).toEqual([{ ...sums, verdicts: {}, cards: [] }]);
    await lab.stop("sums");
    expect((await lab.ls()).map(({ state }) => state)).toEqual(["stopped"]);
    await lab.start("sums");
    await lab.remove(["sums"]);
    expect(await lab.ls()).toEqual([]);
  });

  it("gives options as values: what is true by default can be false, a text is a text", async () => {
    const { port } = await lab.spawn("calculator", { port: 0 });
    const { options } = await lab.spawn("reverse-client", { port, verdict: false, label: "0033" });
    expect(options).toMatchObject({ verdict: false });
    expect((await lab.ls("reverse-client"))[0]?.label).toBe("0033");
  });

  it("waits for a state and for a text, and answers with what is so", async () => {
    const { id, port } = await lab.spawn("calculator", { port: 0 });
    const computing = lab.waitFor(id, "computing", { count: 2 });
    const students = [await student(port), await student(port, "bob")];
    expect((await computing).map(({ state }) => state)).toEqual(["computing", "computing"]);
    students[1]?.write("6 * 7\n");
    const [found] = await lab.waitFor(id, { text: "42.0" });
    expect(found).toMatchObject({ id: `${id}/c2` });
    for (const socket of students) socket.destroy();
  });

  it("gives up waiting in time, with what the prompt would say", async () => {
    await lab.spawn("calculator", { name: "sums", port: 0 });
    const late = lab.waitFor("sums", "stopped", { timeout: 20 });
    expect(await refusal(late)).toEqual(["timed-out", 124]);
    await expect(late).rejects.toThrow("after 0.02 s sums is not stopped");
  });

  it("tells connections and their stories", async () => {
    const { id, port } = await lab.spawn("calculator", { port: 0 });
    const socket = await student(port);
    await lab.waitFor(id, "computing");
    expect(await lab.conns(id)).toMatchObject([{ id: `${id}/c1`, state: "computing", bytesIn: 4 }]);
    expect(await lab.conns([id, "state=closed"])).toEqual([]);
    socket.end();
    await lab.waitFor("c1", "closed");
    expect(await lab.conns(id)).toEqual([]);
    expect(await lab.conns(id, { all: true })).toHaveLength(1);
    const story = await lab.explain("c1");
    expect(story.entries.map(({ kind }) => kind)).toContain("in");
  });

  it("tells who is registered", async () => {
    expect(await lab.registry()).toEqual([]);
    expect(await lab.registry("pdf")).toEqual([]);
  });

  it("runs any other command, and reads the files that it names", async () => {
    expect(await lab.run(["ls"])).toMatchObject({ out: [expect.stringContaining("no role runs")] });
    const { data } = await lab.run(["info", "--json"]);
    expect(data).toMatchObject([{ pid: process.pid }]);
    expect(await refusal(lab.run(["load", "./not-there.ts"]))).toEqual(["file-not-read", 4]);
  });

  it.each([
    ["a role that is none", () => lab.spawn("calculater"), ["no-such-role", 4]],
    ["an option that is none", () => lab.spawn("calculator", { prot: 1 }), ["bad-option", 2]],
    ["a connection that is none", () => lab.explain("c7"), ["no-such-connection", 4]],
    ["a command that is none", () => lab.run(["lss"]), ["no-such-command", 2]],
    ["what would be an option", () => lab.ls("--all"), ["no-such-instance", 4]],
  ])("refuses %s with its code and exit status", async (_, ask, refused) => {
    expect(await refusal(ask())).toEqual(refused);
  });

  it("tells of a role that cannot start", async () => {
    const { port } = await lab.spawn("calculator", { port: 0 });
    const second = lab.spawn("calculator", { port });
    await expect(second).rejects.toThrow(`calculator-2 failed: port ${port} is taken`);
    expect(await refusal(second)).toEqual(["refused", 5]);
  });

  it("calls back for each entry, until it is told to stop", async () => {
    const { id, port } = await lab.spawn("calculator", { port: 0 });
    const entries: EntryDocument[] = [];
    const stop = lab.subscribe(id, (entry) => entries.push(entry));
    const socket = await student(port);
    await lab.waitFor(id, "computing");
    expect(entries.map(({ connection }) => connection)).toContain(`${id}/c1`);
    expect(entries.map(({ kind }) => kind)).toContain("transition");
    stop();
    await lab.ls();
    const heard = entries.length;
    socket.write("6 * 7\n");
    await lab.waitFor(id, { text: "42.0" });
    expect(entries).toHaveLength(heard);
    socket.destroy();
  });

  it("tells what is under way that the daemon has gone", async () => {
    const waiting = refusal(lab.waitFor("c9", "closed"));
    await lab.ls();
    await daemon.close(0);
    expect(["no-daemon", "interrupted"]).toContain(((await waiting) as string[])[0]);
  });
});
