/** `say`, `members` and `kick` in a real daemon: a room, a relay, a role that nobody can talk through, and a client. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdirSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { exitCodes } from "../../src/errors.ts";
import calculator from "../../src/machines/calculator.ts";
import chat from "../../src/machines/chat.ts";
import chatClient from "../../src/machines/chat-client.ts";
import fileClient from "../../src/machines/file-client.ts";
import fileServer from "../../src/machines/file-server.ts";
import relay from "../../src/machines/relay.ts";
import { evaluate, type RunRequest } from "../../src/repl/evaluator.ts";
import { runOnce } from "../../src/terminal/one-shot.ts";
import { converse } from "../actors/harness.ts";
import { FakePipe } from "../terminal/fake-terminal.ts";
import { eventually } from "./eventually.ts";
import { daemon, useDaemon } from "./own-daemon.ts";

const roles = [calculator, chat, chatClient, fileClient, fileServer, relay];
const PROMPT = "Please, Enter Your ig name";

useDaemon(roles);

/** One command, as the control socket runs it. */
async function run(request: string | readonly string[]) {
  const answer = { out: [] as string[], err: [] as string[], data: [] as unknown[], exit: -1 };
  const responder = {
    out: (text: string) => void answer.out.push(text),
    err: (text: string) => void answer.err.push(text),
    data: (document: unknown) => void answer.data.push(document),
    ask: async () => "",
    readFile: async () => "",
    isBehind: false,
  };
  const how: RunRequest = typeof request === "string" ? { line: request } : { argv: request };
  answer.exit = await evaluate({
    lab: daemon.lab,
    level: "own",
    request: how,
    responder,
    signal: new AbortController().signal,
  });
  return answer;
}

const spawn = (role: string, given: Record<string, unknown> = {}) =>
  daemon.lab.spawn(role, { host: "127.0.0.1", port: 0, ...given });

/** A member that says lines, and has heard of its own coming. */
async function enter(port: number, login: string) {
  const peer = await converse(port);
  await peer.hears(PROMPT);
  peer.say(`${login}\n`);
  await peer.hears(`new user ${login} connected!\nnew user ${login} joined \n`);
  return peer;
}

describe("say", () => {
  it("[CHAT-5] speaks to everybody in the room as Server, and tells how many heard it", async () => {
    const { port } = await spawn("chat");
    const al = await enter(port, ":Al:alop");
    expect(await run("say chat dinner is ready")).toMatchObject({ out: ["said to 1 member"], exit: 0 });
    await al.hears(":Server:dinner is ready\n");
  });

  it.each([
    ["say chat two  blanks   and three", "two  blanks   and three"],
    ["say chat don't", "don't"],
    [`say chat "quoted" 'too'`, `"quoted" 'too'`],
    ["say chat back\\slash \\n", "back\\slash \\n"],
    ["say chat it's --now or never --json", "it's --now or never --json"],
    ["say --now chat text", "text"],
    ["say chat --now text", "text"],
    ["say chat -- --now text", "--now text"],
    ["say -- chat --now text", "--now text"],
    ["say chat -5 degrees", "-5 degrees"],
    ["say 'chat' tab\there", "tab\there"],
    ["  say   chat-1   text", "text"],
    ["say chat text  ", "text  "],
  ])("takes the rest of %j as it is typed", async (line, heard) => {
    const { port } = await spawn("chat");
    const al = await enter(port, ":Al:alop");
    expect(await run(line)).toMatchObject({ err: [], exit: 0 });
    await al.hears(`:Server:${heard}\n`);
  });

  it.each([
    [["say", "chat", "two", "words"], "two words", false],
    [["say", "chat", "two  blanks"], "two  blanks", false],
    [["say", "chat", "don't", "--now"], "don't --now", false],
    [["say", "chat", "text", "--json"], "text", true],
    [["say", "chat", "--json", "text"], "text", true],
    [["say", "--json", "chat", "--now", "text", "--json"], "text", true],
    [["say", "chat", "--json", "--", "text", "--json"], "text --json", true],
    [["say", "chat", "--", "text", "--json"], "text --json", false],
  ])("takes %j from a shell", async (argv, heard, isJson) => {
    const { port } = await spawn("chat");
    const al = await enter(port, ":Al:alop");
    const answer = await run(argv);
    await al.hears(`:Server:${heard}\n`);
    const document = { role: "chat-1", text: heard, answer: "said to 1 member" };
    expect(answer).toEqual(
      isJson
        ? { out: [], err: [], data: [document], exit: 0 }
        : { out: ["said to 1 member"], err: [], data: [], exit: 0 },
    );
  });

  it("prints its document through netlabctl --json, and says nothing of the option to the room", async () => {
    const { port } = await spawn("chat");
    const al = await enter(port, ":Al:alop");
    const stdout = new FakePipe();
    const { socketPath } = daemon.lab;
    const streams = { stdout, stderr: new FakePipe() };
    expect(await runOnce({ socketPath, argv: ["say", "chat", "Hey", "Guys"], json: true, ...streams })).toBe(
      0,
    );
    await al.hears(":Server:Hey Guys\n");
    expect(JSON.parse(stdout.text)).toMatchObject({ role: "chat-1", text: "Hey Guys" });
  });

  it("speaks in each room of that role, those that are stopped left out", async () => {
    const first = await spawn("chat");
    const second = await spawn("chat");
    await daemon.lab.stop((await spawn("chat")).id);
    const al = await enter(first.port, ":Al:alop");
    const bo = await enter(second.port, ":Bo:bo");
    expect((await run("say chat hello")).out).toEqual([
      "chat-1: said to 1 member",
      "chat-2: said to 1 member",
    ]);
    await al.hears(":Server:hello\n");
    await bo.hears(":Server:hello\n");
    expect((await run("say chat-3 hello")).err).toEqual(["chat-3 is stopped: start chat-3 first"]);
  });

  it("tells where there is nobody", async () => {
    await spawn("chat");
    expect(await run("say chat anybody?")).toMatchObject({ out: ["no client is in the room"], exit: 0 });
  });

  it("speaks as the user of a client", async () => {
    const { port } = await spawn("chat");
    const al = await enter(port, ":Al:alop");
    await spawn("chat-client", { port, as: "Bo" });
    await al.hears("new user :Bo:Bo joined \n");
    expect(await run("say chat-client hey  you")).toMatchObject({ out: ["said by chat-client-1"], exit: 0 });
    await al.hears(":Bo:hey  you\n");
  });

  it.each([
    ["calculator", {}],
    ["relay", {}],
  ])("is refused by a %s, which has nobody to say it to", async (role, given) => {
    await spawn(role, given);
    expect(await run(`say ${role} hello`)).toMatchObject({
      err: [`${role}-1 cannot pass a text on to its clients: use send <connection> to talk to one`],
      exit: exitCodes.refused,
    });
  });

  it("is refused by a client that has no user", async () => {
    // A registry that never answers: the client waits for as long as the test goes.
    const registry = createSocket("udp4").bind(0, "127.0.0.1");
    onTestFinished(() => void registry.close());
    await once(registry, "listening");
    const bootstrap = `127.0.0.1:${registry.address().port}`;
    await daemon.lab.spawn("file-client", { bootstrap, service: "pdf", file: "a.pdf" });
    expect((await run("say file-client hello")).err).toEqual([
      "file-client-1 cannot pass a text on to its clients: use send <connection> to talk to one",
    ]);
  });

  it.each([
    ["say", exitCodes.usage],
    ["say chat", exitCodes.usage],
    ["say chat ", exitCodes.usage],
    ["say chat --", exitCodes.usage],
    ["say 'chat hello", exitCodes.usage],
    ["say --later chat hello", exitCodes.usage],
    ["say chta hello", exitCodes.noSuchThing],
  ])("%j is no way to say it", async (line, exit) => {
    const { port } = await spawn("chat");
    const al = await enter(port, ":Al:alop");
    expect(await run(line)).toMatchObject({ exit, out: [] });
    await run("say chat end");
    await al.hears(":Server:end\n");
  });
});

describe("send", () => {
  it("takes the rest of the line as it is typed too", async () => {
    const { port } = await spawn("chat");
    const al = await enter(port, ":Al:alop");
    await run(`send c1 don't  "quote"`);
    await al.hears(`don't  "quote"`);
    await run("send c1 --hex '00 ff'");
    await al.hears(Buffer.from([0, 0xff]));
    await run("send --hex 41 c1");
    await al.hears("A");
  });
});

describe("members", () => {
  it("[CHAT-5] lists who is in, under which name and login name", async () => {
    const { port } = await spawn("chat");
    await enter(port, ":Al:alop");
    await enter(port, ":B\u001b[31mo:bo");
    const { out, exit } = await run("members chat");
    expect(exit).toBe(0);
    expect(
      out
        .join("\n")
        .split("\n")
        .map((row) => row.split(/ {2,}/)),
    ).toEqual([
      ["ID", "NAME", "LOGIN"],
      ["chat-1/c1", "Al", "alop"],
      ["chat-1/c2", "B\\x1b[31mo", "bo"],
    ]);
  });

  it("is a list of documents under --json", async () => {
    const { port } = await spawn("chat");
    expect((await run("members chat --json")).data).toEqual([[]]);
    await enter(port, ":Al:alop");
    expect((await run("members --json chat")).data).toEqual([
      [{ id: "chat-1/c1", name: "Al", details: { login: "alop" } }],
    ]);
  });

  it("knows those who have not said who they are for nobody", async () => {
    const { port } = await spawn("relay");
    const peer = await converse(port);
    await eventually(() => expect(daemon.recorder.live()).toHaveLength(1));
    expect((await run("members relay")).out).toEqual(["no client is in relay-1"]);
    peer.say("alice\n");
    await peer.hears("Message please\n");
    expect((await run("members relay")).out[0]).toMatch(/^ID +NAME\nrelay-1\/c1 +alice$/);
  });

  it("[CALC-4] shows the names that a calculator's clients gave", async () => {
    const { port } = await spawn("calculator");
    await converse(port);
    const peer = await converse(port);
    peer.say("gautamop\n15 + 35\n");
    await peer.hears("50.0\n");
    expect((await run("members calculator")).out[0]).toMatch(/^ID +NAME\ncalculator-1\/c\d +gautamop$/);
  });

  it("is refused where clients give no name", async () => {
    await spawn("file-server", { service: "pdf", token: "t" });
    expect(await run("members file-server")).toMatchObject({
      err: ["the clients of file-server-1 have no names: conns file-server-1 lists its connections"],
      exit: exitCodes.refused,
    });
    expect((await run("members chat")).exit).toBe(exitCodes.noSuchThing);
  });
});

describe("kick", () => {
  it("[CHAT-5] closes with a FIN, and the others hear that the member left; its name is free at once", async () => {
    const { port } = await spawn("chat");
    const al = await enter(port, ":Al:alop");
    const bo = await enter(port, ":Bo:bo");
    await al.hears("new user :Bo:bo joined \n");
    expect(await run("kick c1")).toMatchObject({ out: ["kicked chat-1/c1"], exit: 0 });
    await bo.hears(":Al:alop left chat\n");
    expect((await al.hearsTheEnd()).toString()).toBe("");
    // The one that was shown the door has not closed its side: that holds nobody up.
    expect(al.isOver).toBe(false);
    await enter(port, ":Al:alop");
    await bo.hears("new user :Al:alop joined \n");
    al.say("one more word\n");
    al.end();
    await al.over();
    expect(al.error).toBeUndefined();
    bo.say("hm\n");
    await bo.hears(":Bo:hm\n");
    const { out } = await run("explain c1");
    expect(out.join("\n")).toContain("kicked");
  });

  it("takes a selector, and answers with documents under --json", async () => {
    const { port } = await spawn("chat");
    const peers = [await enter(port, ":Al:alop"), await enter(port, ":Bo:bo")];
    const { data } = await run("kick state=chatting --json");
    expect(data).toMatchObject([[{ id: "chat-1/c1" }, { id: "chat-1/c2" }]]);
    for (const peer of peers) await peer.hearsTheEnd();
    expect((await run("members chat")).out).toEqual(["no client is in chat-1"]);
  });

  it("of one that is under way with a file is a reset: a FIN would be the end of a whole file", async () => {
    const root = path.join(daemon.lab.dataFolder, "served");
    mkdirSync(root);
    writeFileSync(path.join(root, "big.pdf"), "");
    truncateSync(path.join(root, "big.pdf"), 64 * 1_048_576);
    const { port } = await spawn("file-server", { service: "pdf", token: "t", root });
    const peer = await converse(port, { isDeaf: true });
    peer.say("t\nbig.pdf\n");
    await eventually(() => expect(daemon.recorder.last?.state).toBe("announcing"));
    peer.say("Got\n");
    await eventually(() =>
      expect(daemon.lab.liveView(daemon.recorder.last?.subject.id ?? "")?.queuedBytes).toBeGreaterThan(0),
    );
    await run("kick c1");
    peer.listen();
    await peer.over();
    expect(peer.error).toBe("ECONNRESET");
  });

  it.each([["kick c7"], ["kick @last"]])("%j finds nobody", async (line) => {
    const { port } = await spawn("chat");
    const al = await enter(port, ":Al:alop");
    al.end();
    await al.over();
    await eventually(() => expect(daemon.recorder.live()).toHaveLength(0));
    expect(await run(line)).toMatchObject({ out: [], exit: exitCodes.noSuchThing });
  });
});
