/** `wait-for`, and `--port @name`, in a real daemon whose peers are real sockets. */
import { beforeEach, describe, expect, it } from "vitest";
import type { LabInstance } from "../../src/lab/lab.ts";
import calculator from "../../src/machines/calculator.ts";
import calculatorClient from "../../src/machines/calculator-client.ts";
import fileServer from "../../src/machines/file-server.ts";
import { evaluate } from "../../src/repl/evaluator.ts";
import { converse } from "../actors/harness.ts";
import { daemon, useDaemon } from "./own-daemon.ts";

let server: LabInstance;

useDaemon([calculator, calculatorClient, fileServer]);
beforeEach(async () => {
  server = await daemon.lab.spawn("calculator", { host: "127.0.0.1", port: 0 });
});

function run(line: string, signal = new AbortController().signal) {
  const said: string[] = [];
  const say = (text: string) => void said.push(text);
  const data = (document: unknown) => say(JSON.stringify(document));
  const responder = { out: say, err: say, data, ask: async () => "", isBehind: false };
  return evaluate({ lab: daemon.lab, level: "own", request: { line }, responder, signal }).then((exit) => ({
    exit,
    said: said.join("\n"),
  }));
}

describe("wait-for", () => {
  it("is done at once where it is so already", async () => {
    expect(await run("wait-for calculator running")).toEqual({ exit: 0, said: "calculator-1 is running" });
  });

  it("is done when a connection comes into the state, one that nobody has seen yet too", async () => {
    const waits = ["c1", "calculator", "calculator-1/c1"].map((who) => run(`wait-for ${who} computing`));
    const peer = await converse(server.port);
    peer.say("ann\n");
    for (const wait of waits) expect(await wait).toEqual({ exit: 0, said: "calculator-1/c1 is computing" });
    await peer.hears("");
  });

  it("hears of a state that lasts no longer than a turn, and of the end", async () => {
    const ended = run("wait-for c1 closed");
    const peer = await converse(server.port);
    const left = run("wait-for c1 closed --json");
    peer.say("ann\nq\n");
    expect((await ended).said).toBe("calculator-1/c1 is closed");
    expect(JSON.parse((await left).said)).toMatchObject({ id: "calculator-1/c1", state: "closed" });
  });

  it("waits for as many as are wanted", async () => {
    const both = run("wait-for calculator computing --count 2");
    for (const name of ["ann", "bob"]) (await converse(server.port)).say(`${name}\n`);
    expect(await both).toEqual({ exit: 0, said: "calculator-1/c1 and 1 more are computing" });
  });

  it("waits for a text, from the peer or to it, however it was cut into reads", async () => {
    const came = run("wait-for c1 --text 'ann'");
    const went = run("wait-for c1 --text '50'");
    const peer = await converse(server.port);
    peer.say("an");
    peer.say("n\n");
    expect(await came).toEqual({ exit: 0, said: 'calculator-1/c1: "ann" has gone over the connection' });
    peer.say("15 + 35\n");
    expect((await went).exit).toBe(0);
  });

  it("gives up with 124 and says how it is instead", async () => {
    expect(await run("wait-for calculator stopped --timeout 20ms")).toEqual({
      exit: 124,
      said: "wait-for: after 0.02 s calculator is not stopped: calculator-1 is running",
    });
    expect(await run("wait-for c7 closed --timeout 20ms")).toEqual({
      exit: 124,
      said: "wait-for: after 0.02 s c7 is not closed: there is no such connection",
    });
  });

  it("sees an instance come and go", async () => {
    const stopped = run("wait-for calculator-1 stopped");
    await daemon.lab.stop(server.id);
    expect(await stopped).toEqual({ exit: 0, said: "calculator-1 is stopped" });
  });

  it.each([
    ["wait-for calculator runing", 2, /unknown state "runing"; did you mean running\?/],
    ["wait-for calculatr running", 4, /no role "calculatr" here; did you mean calculator\?/],
    ["wait-for calculator", 2, /give a state, or --text/],
  ])("refuses %j at once", async (line, exit, words) => {
    const answer = await run(line);
    expect(answer.exit).toBe(exit);
    expect(answer.said).toMatch(words);
  });

  it("ends with Ctrl-C, and leaves nothing behind", async () => {
    const ctrlC = new AbortController();
    const wait = run("wait-for c1 closed", ctrlC.signal);
    ctrlC.abort();
    expect((await wait).exit).toBe(130);
  });
});

describe("--port @name", () => {
  it("is the port of the server that is called so", async () => {
    const { exit } = await run("spawn calculator-client ann --port @calculator --as ann");
    expect(exit).toBe(0);
    expect(daemon.lab.find("ann")?.port).toBe(server.port);
  });

  it("is refused where there is none, or more than one", async () => {
    await daemon.lab.spawn("calculator", { host: "127.0.0.1", port: 0 });
    const two = await run("spawn calculator-client --port @calculator");
    expect(two).toEqual({ exit: 2, said: "@calculator matches 2 servers: name one, e.g. @calculator-1" });
    await daemon.lab.stop(server.id);
    expect(await run("spawn calculator-client --port @calculator-1")).toMatchObject({ exit: 5 });
  });
});

describe("a quoted word", () => {
  it.each(["'0033'", '"0033"', "0033"])("stays as it is: a token %s", async (token) => {
    await run(`spawn file-server --service txt --port 0 --token ${token}`);
    expect(daemon.lab.find("file-server-1")?.given.token).toBe("0033");
  });
});
