/** File servers that other people wrote, and that are odd but right: their files are fetched. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { CONTENT, fetchFrom, int32, padded, pause, type Script } from "./fetching.ts";

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
  ])("%s", async (_what, script) => {
    const { folder, outcome } = await fetchFrom(script);
    expect(await outcome()).toMatchObject({
      ok: true,
      sizeBytes: CONTENT.length,
      saved: ["server.pdf"],
      complaints: [],
    });
    expect(await readFile(path.join(folder, "server.pdf"), "utf8")).toBe(CONTENT);
  });
});
