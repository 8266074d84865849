/** File servers that other people wrote: those that are odd are understood, those that are wrong are told apart. */
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import type { FetchResult } from "../../src/machines/file-client.ts";
import type { Clock } from "../../src/machines/_world.ts";
import type { Conversation } from "./conversation.ts";
import { eventually, openLab, turns } from "./harness.ts";
import { scriptedServer } from "./scripted-server.ts";
import { SimulatedClock } from "./simulated-clock.ts";

const CONTENT = "what is in the file";

type Script = (client: Conversation) => Promise<void>;

/** One run of the client against this server; `during` may move a clock meanwhile. */
async function fetchFrom(script: Script, clock?: Clock) {
  const lab = await openLab([], clock ? { clock } : {});
  const { port, complaints } = await scriptedServer(script);
  const given = { service: "pdf", file: "server.pdf", server: `127.0.0.1:${port}`, token: "server1" };
  const instance = lab.supervisor.add({ role: "file-client", given });
  instance.start();
  const ended = instance.reaches((state) => state === "stopped" || state === "failed");
  const folder = path.join(lab.folder, "downloads");
  const outcome = async () => {
    await ended;
    await eventually(() => expect(lab.recorder.live()).toEqual([]));
    return { ...(instance.result as FetchResult), saved: await readdir(folder), complaints };
  };
  return { lab, folder, instance, outcome };
}

const int32 = (size: number, order: "little" | "big" = "little") => {
  const bytes = Buffer.alloc(4);
  if (order === "little") bytes.writeInt32LE(size);
  else bytes.writeInt32BE(size);
  return bytes;
};

/** `word` in a buffer of this size, padded with NULs. */
const padded = (word: string, size: number) => Buffer.concat([Buffer.from(word)], size);

/** The server as it should be, save how it ends its words. */
function serverWith(ended: (word: string) => string | Buffer): Script {
  return async (client) => {
    await client.hears("server1");
    client.say(ended("valid"));
    await client.hears("server.pdf");
    client.say(ended("found"));
    await pause();
    client.say(int32(CONTENT.length));
    await client.hears("Got\0");
    client.say(CONTENT);
    client.end();
  };
}

/** So that two writes are two reads: the other side has had its turn. */
const pause = () => turns(10);

describe("a server that is odd, but right, is understood", () => {
  it.each<[string, Script]>([
    ["bare words", serverWith((word) => word)],
    ["words with a newline", serverWith((word) => `${word}\n`)],
    ["words with CRLF", serverWith((word) => `${word}\r\n`)],
    ["words with a NUL", serverWith((word) => `${word}\0`)],
    ["words in buffers of 1024 bytes", serverWith((word) => padded(word, 1_024))],
    [
      "a word in two writes",
      async (client) => {
        await client.hears("server1");
        client.say("val");
        await pause();
        client.say("id");
        await client.hears("server.pdf");
        client.say("fou");
        await pause();
        client.say(Buffer.concat([Buffer.from("nd"), int32(CONTENT.length).subarray(0, 2)]));
        await pause();
        client.say(int32(CONTENT.length).subarray(2));
        await client.hears("Got\0");
        client.say(CONTENT.slice(0, 5));
        await pause();
        client.end(CONTENT.slice(5));
      },
    ],
    [
      "`found` and the size in one write",
      async (client) => {
        await client.hears("server1");
        client.say("valid");
        await client.hears("server.pdf");
        client.say(Buffer.concat([Buffer.from("found"), int32(CONTENT.length)]));
        await client.hears("Got\0");
        client.end(CONTENT);
      },
    ],
    [
      "`found`, the size and the file in one write, without waiting for the acknowledgement",
      async (client) => {
        await client.hears("server1");
        client.say("valid");
        await client.hears("server.pdf");
        client.say(Buffer.concat([Buffer.from("found"), int32(CONTENT.length), Buffer.from(CONTENT)]));
      },
    ],
    [
      "more bytes than it said: the rest is not the file's",
      async (client) => {
        await tellsSize(client, int32(CONTENT.length));
        await client.hears("Got\0");
        client.end(`${CONTENT} and more`);
      },
    ],
  ])("%s", async (_what, script) => {
    const { folder, outcome } = await fetchFrom(script);
    expect(await outcome()).toMatchObject({ ok: true, sizeBytes: CONTENT.length, saved: ["server.pdf"], complaints: [] });
    expect(await readFile(path.join(folder, "server.pdf"), "utf8")).toBe(CONTENT);
  });
});

/** Up to the size, as it should be. */
async function tellsSize(client: Conversation, size: Buffer): Promise<void> {
  await client.hears("server1");
  client.say("valid");
  await client.hears("server.pdf");
  client.say("found");
  await pause();
  client.say(size);
}

describe("a server that is wrong is told apart, and leaves no file", () => {
  it.each<[string, Script, string, RegExp]>([
    ["closes before it says anything", async (client) => client.end(), "peer-error", /closed the connection before it answered/],
    [
      "closes after `valid`",
      async (client) => {
        await client.hears("server1");
        client.end("valid");
      },
      "peer-error",
      /closed the connection before it answered/,
    ],
    [
      "closes after `found`",
      async (client) => {
        await client.hears("server1");
        client.say("valid");
        await client.hears("server.pdf");
        client.end("found");
      },
      "peer-error",
      /closed the connection before it answered/,
    ],
    [
      "refuses the token with a newline",
      async (client) => {
        await client.hears("server1");
        client.end("Invalid\n");
      },
      "token-refused",
      /refuses the token \(Invalid\)/,
    ],
    [
      "does not have the file, in a buffer",
      async (client) => {
        await client.hears("server1");
        client.say(padded("valid", 256));
        await client.hears("server.pdf");
        client.say(padded("not found", 256));
      },
      "no-such-file",
      /has no file "server\.pdf"/,
    ],
    [
      "tells a size that is too big",
      async (client) => {
        await tellsSize(client, int32(1_000));
        await client.hears("Got\0");
        client.end(CONTENT);
      },
      "peer-error",
      new RegExp(`closed the connection after ${CONTENT.length} of 1000 bytes`),
    ],
    [
      "tells the size in the other byte order",
      async (client) => {
        await tellsSize(client, int32(CONTENT.length, "big"));
        await client.hears("Got\0");
        client.end(CONTENT);
      },
      "peer-error",
      new RegExp(`closed the connection after ${CONTENT.length} of \\d{9} bytes`),
    ],
    ["tells a negative size", (client) => tellsSize(client, int32(-1)), "peer-error", /answers the size -1, which/],
    [
      "resets in the middle of the file",
      async (client) => {
        await tellsSize(client, int32(1_000));
        await client.hears("Got\0");
        client.say(CONTENT);
        await pause();
        client.reset();
      },
      "peer-error",
      /of 1000 bytes/,
    ],
    [
      "talks of something else",
      async (client) => {
        await client.hears("server1");
        client.say("HTTP/1.1 400 Bad Request\r\n\r\n");
      },
      "peer-error",
      /answers "HTTP\/1\.1 400 Bad Request", which the protocol does not know here/,
    ],
  ])("that %s", async (_what, script, code, message) => {
    const { outcome } = await fetchFrom(script);
    const result = await outcome();
    expect(result).toMatchObject({ ok: false, code, message: expect.stringMatching(message), saved: [], complaints: [] });
  });

  it("that says nothing any more, before its answer", async () => {
    const clock = new SimulatedClock();
    const { instance, outcome } = await fetchFrom(async (client) => client.hears("server1"), clock);
    await eventually(() => expect(instance.service.machineState).toBe("authenticating"));
    clock.advance(5_000);
    await turns();
    clock.advance(1_000);
    expect(await outcome()).toMatchObject({ ok: false, code: "timed-out", message: "no answer within 5 s", saved: [] });
  });

  it("that says nothing any more, in the middle of the file", async () => {
    const clock = new SimulatedClock();
    const script: Script = async (client) => {
      await tellsSize(client, int32(1_000));
      await client.hears("Got\0");
      client.say(CONTENT);
    };
    const { lab, instance, outcome } = await fetchFrom(script, clock);
    await eventually(() => expect(instance.service.machineState).toBe("receiving"));
    await eventually(() => expect(lab.recorder.live()[0]?.bytesIn).toBe("validfound".length + 4 + CONTENT.length));
    await turns(20);
    clock.advance(29_999);
    expect(instance.service.machineState).toBe("receiving");
    clock.advance(1);
    await eventually(() => expect(instance.service.machineState).toBe("failed"));
    await turns();
    clock.advance(1_000);
    expect(await outcome()).toMatchObject({
      ok: false,
      code: "timed-out",
      message: `the server sent nothing for 30 s, after ${CONTENT.length} of 1000 bytes`,
      saved: [],
    });
  });
});
