import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ControlClient } from "../../src/control/control-client.ts";
import { NetlabError } from "../../src/errors.ts";
import { eventually } from "../repl/eventually.ts";
import { FakeDaemon } from "../repl/fake-daemon.ts";

let daemon: FakeDaemon | undefined;
let client: ControlClient | undefined;

async function connected(
  ...script: Parameters<typeof FakeDaemon.start>
): Promise<[ControlClient, FakeDaemon]> {
  daemon = await FakeDaemon.start(...script);
  client = await ControlClient.connect(daemon.path);
  return [client, daemon];
}

/** Hears the answers of one request as text, in order. */
function hearing(heard: string[]) {
  return {
    out: (text: string) => void heard.push(`out ${text}`),
    err: (text: string) => void heard.push(`err ${text}`),
    data: (document: unknown) => void heard.push(`data ${JSON.stringify(document)}`),
  };
}

afterEach(async () => {
  client?.close();
  await daemon?.stop();
  client = undefined;
  daemon = undefined;
});

describe("connecting", () => {
  it("says what to do where no daemon answers", async () => {
    const path = join(tmpdir(), "netlabd-test-nowhere", "s.sock");
    const error = await ControlClient.connect(path).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(NetlabError);
    expect(error).toMatchObject({
      code: "no-daemon",
      exitCode: 3,
      message: `no daemon answers at ${path}: start one with netlabd, or name its socket with --socket`,
      cause: { code: "ENOENT" },
    });
  });

  it("says the same of a file that nobody listens on", async () => {
    const folder = await mkdtemp(join(tmpdir(), "netlabd-test-"));
    const path = join(folder, "s.sock");
    await writeFile(path, "");
    await expect(ControlClient.connect(path)).rejects.toMatchObject({ code: "no-daemon" });
    await rm(folder, { recursive: true });
  });

  it("names the path that is too long for a socket", async () => {
    const path = `/tmp/${"x".repeat(200)}`;
    await expect(ControlClient.connect(path)).rejects.toThrow(
      /cannot connect to the socket|no daemon answers/,
    );
  });

  // The superuser may open every socket.
  it.skipIf(process.getuid?.() === 0)("says whose socket it is that it may not open", async () => {
    daemon = await FakeDaemon.start();
    await chmod(daemon.path, 0o000);
    await expect(ControlClient.connect(daemon.path)).rejects.toMatchObject({
      code: "socket-unsafe",
      exitCode: 5,
    });
  });

  it("greets, and refuses a protocol that it does not speak", async () => {
    const [first] = await connected(undefined, { version: "0.1.0" });
    expect(await first.hello()).toMatchObject({ name: "netlabd", version: "0.1.0", welcome: "Welcome." });
    first.close();
    await daemon?.stop();
    const [second] = await connected(undefined, { protocol: 2 });
    await expect(second.hello()).rejects.toThrow(/speaks protocol 2, this one protocol 1/);
  });
});

describe("a request", () => {
  it("hands its answer on piece by piece, in order, and ends with the exit status", async () => {
    const [client] = await connected((_message, reply) => {
      reply({ out: "one" });
      reply({ err: "two", data: null });
      reply({ data: { three: 3 } });
      reply({ exit: 4 });
    });
    const heard: string[] = [];
    const result = await client.request("run", { line: "x" }, hearing(heard));
    expect(result).toEqual({ exit: 4 });
    expect(heard).toEqual(["out one", "err two", "data null", 'data {"three":3}']);
  });

  it("waits for a slow handler before the next piece", async () => {
    const [client] = await connected((_message, reply) => {
      reply({ out: "slow" });
      reply({ err: "after" });
      reply({ exit: 0 });
    });
    const heard: string[] = [];
    const gate = Promise.withResolvers<void>();
    const done = client.request("run", {}, { ...hearing(heard), out: () => gate.promise });
    const other: string[] = [];
    await client.request("run", {}, hearing(other));
    expect([heard, other]).toEqual([[], ["out slow", "err after"]]);
    gate.resolve();
    await done;
    expect(heard).toEqual(["err after"]);
  });

  it("stops reading the socket while its handlers are behind, and goes on when they are not", async () => {
    const text = "x".repeat(64 * 1024);
    const count = 400;
    const [client, daemon] = await connected((_message, reply) => {
      for (let index = 0; index < count; index += 1) reply({ out: text });
      reply({ exit: 0 });
    });
    const gate = Promise.withResolvers<void>();
    let heard = 0;
    const out = async () => {
      heard += 1;
      await gate.promise;
    };
    const done = client.request("run", {}, { out });
    await eventually(() => expect(heard).toBe(1));
    const [socket] = daemon.sockets;
    // Far more than the kernel's buffers hold: it waits in the daemon.
    await eventually(() => expect(socket?.writableLength).toBeGreaterThan((count / 2) * text.length));
    gate.resolve();
    expect(await done).toEqual({ exit: 0 });
    expect(heard).toBe(count);
  });

  it("answers the daemon's questions, with nothing where nobody can", async () => {
    const script: Parameters<typeof FakeDaemon.start>[0] = ({ op, text }, reply) => {
      if (op === "run") reply({ ask: "Sure? [y/N] " });
      if (op === "answer") reply({ exit: text === "y" ? 0 : 5 });
    };
    const [client, daemon] = await connected(script);
    const questions: string[] = [];
    const ask = (question: string) => {
      questions.push(question);
      return "y";
    };
    expect(await client.request("run", { line: "a" }, { ask })).toEqual({ exit: 0 });
    expect(await client.request("run", { line: "b" })).toEqual({ exit: 5 });
    expect(questions).toEqual(["Sure? [y/N] "]);
    expect(daemon.of("answer").map(({ id, text }) => [id, text])).toEqual([
      [1, "y"],
      [2, ""],
    ]);
  });

  it("runs beside others, each with its own answer", async () => {
    const replies = new Map<string, (answer: object) => void>();
    const [client] = await connected(({ line = "" }, reply) => void replies.set(line, reply));
    const heard: string[] = [];
    const first = client.request("run", { line: "first" }, hearing(heard));
    const second = client.request("run", { line: "second" }, hearing(heard));
    await eventually(() => expect(replies.size).toBe(2));
    replies.get("second")?.({ out: "b" });
    replies.get("second")?.({ exit: 1 });
    expect(await second).toEqual({ exit: 1 });
    replies.get("first")?.({ out: "a" });
    replies.get("first")?.({ exit: 0 });
    expect(await first).toEqual({ exit: 0 });
    expect(heard).toEqual(["out b", "out a"]);
  });

  it("is interrupted by its id, and ends with what the daemon says", async () => {
    let end: ((answer: object) => void) | undefined;
    const [client, daemon] = await connected(({ op }, reply) => {
      if (op === "run") end = reply;
      else end?.({ exit: 130 });
    });
    const tap = client.request("run", { line: "tap" });
    client.interrupt(tap.id);
    expect(await tap).toEqual({ exit: 130 });
    expect(daemon.of("interrupt")).toMatchObject([{ target: tap.id }]);
    client.interrupt(tap.id);
    await client.hello();
    expect(daemon.of("interrupt")).toHaveLength(1);
  });

  it("fails as its handler fails, and tells the daemon that nobody listens", async () => {
    const [client, daemon] = await connected(({ op }, reply) => {
      if (op === "run") reply({ out: "a" });
    });
    const out = () => {
      throw new Error("no room");
    };
    await expect(client.request("run", {}, { out })).rejects.toThrow("no room");
    await eventually(() => expect(daemon.of("interrupt")).toMatchObject([{ target: 1 }]));
  });
});

describe("a connection", () => {
  it("passes on what the daemon pushes, and skips what it does not know", async () => {
    const [client, daemon] = await connected();
    const heard: string[] = [];
    client.onNotice((text, level) => heard.push(`${level}: ${text}`));
    client.onEvent((event) => heard.push(event));
    await client.hello();
    daemon.push({ weather: "fine" });
    daemon.push({ id: 99, out: "for nobody" });
    daemon.push({ notice: "chat-1 failed", level: "warn" });
    daemon.push({ event: "stopping" });
    await eventually(() => expect(heard).toEqual(["warn: chat-1 failed", "stopping"]));
  });

  it("fails every request when the daemon goes away, after what it still said", async () => {
    const [client, daemon] = await connected((_message, reply) => reply({ out: "last words" }));
    const heard: string[] = [];
    const running = client.request("run", {}, hearing(heard));
    const asked = client.request("complete");
    const closed = vi.fn();
    client.onClose(closed);
    await eventually(() => expect(heard).toHaveLength(1));
    daemon.drop();
    await expect(running).rejects.toMatchObject({ code: "no-daemon" });
    await expect(asked).rejects.toThrow(`the daemon at ${daemon.path} went away`);
    await eventually(() => expect(closed).toHaveBeenCalledWith(expect.any(NetlabError)));
    await expect(client.request("run")).rejects.toMatchObject({ code: "no-daemon" });
    const late = vi.fn();
    client.onClose(late);
    await eventually(() => expect(late).toHaveBeenCalledOnce());
  });

  it("does not wait for a person's answer when the daemon goes away", async () => {
    const [client, daemon] = await connected((_message, reply) => reply({ ask: "Sure? " }));
    const ask = vi.fn(() => new Promise<string>(() => {}));
    const asked = client.request("run", {}, { ask });
    await eventually(() => expect(ask).toHaveBeenCalled());
    daemon.drop();
    await expect(asked).rejects.toMatchObject({ code: "no-daemon" });
  });

  it("sends what was asked for before it closes, and closes without a complaint", async () => {
    const [client, daemon] = await connected();
    const closed = vi.fn();
    client.onClose(closed);
    const cut = client.request("run", { line: "last" });
    client.close();
    await expect(cut).rejects.toMatchObject({ code: "interrupted" });
    expect(closed).toHaveBeenCalledWith(undefined);
    await eventually(() => expect(daemon.of("run")).toMatchObject([{ line: "last" }]));
  });

  it.each([
    ["no JSON", "hello?\n"],
    ["no object", "[1]\n"],
    ["an id that is no number", '{"id":"1","exit":0}\n'],
    ["a text that is no text", '{"id":1,"out":5}\n'],
    ["an exit status that is none", '{"id":1,"exit":"0"}\n'],
  ])("ends with a clear error on a line with %s", async (_what, bytes) => {
    const [client, daemon] = await connected();
    const asked = client.request("run");
    await eventually(() => expect(daemon.received).toHaveLength(1));
    daemon.raw(bytes);
    await expect(asked).rejects.toMatchObject({ code: "peer-error" });
    await expect(asked).rejects.toThrow(/sent a line that is not a message: .*: the connection is closed/);
  });

  it("ends with a clear error on a line that does not end", async () => {
    const [client, daemon] = await connected();
    const asked = client.request("run");
    await eventually(() => expect(daemon.received).toHaveLength(1));
    daemon.raw(Buffer.alloc(16 * 1024 * 1024 + 1, "x"));
    await expect(asked).rejects.toThrow(/sent a line of more than 16777216 bytes/);
  });
});
