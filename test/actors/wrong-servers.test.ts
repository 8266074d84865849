/** File servers that other people wrote, and that are wrong: each is told apart, and no file is left of it. */
import { describe, expect, it } from "vitest";
import { CONTENT, fetchFrom, int32, padded, pause, type Script, tellsSize } from "./fetching.ts";
import { eventually, turns } from "./harness.ts";
import { SimulatedClock } from "./simulated-clock.ts";

describe("a server that is wrong is told apart, and leaves no file", () => {
  it.each<[string, Script, string, RegExp]>([
    [
      "closes before it says anything",
      async (client) => client.end(),
      "peer-error",
      /closed the connection before it answered/,
    ],
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
      "sends more bytes than it told, as of sizeof a pointer",
      async (client) => {
        await tellsSize(client, int32(8));
        await client.hears("Got\0");
        client.end(CONTENT);
      },
      "peer-error",
      /announced 8 bytes, but at least \d+ more followed/,
    ],
    [
      "sends its last buffer whole",
      async (client) => {
        await tellsSize(client, int32(CONTENT.length));
        await client.hears("Got\0");
        client.say(padded(CONTENT, 1_024));
      },
      "peer-error",
      /announced \d+ bytes, but at least \d+ more followed/,
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
    [
      "tells a negative size",
      (client) => tellsSize(client, int32(-1)),
      "peer-error",
      /answers with the size -1, which/,
    ],
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
      /answers "HTTP\/1\.1 400 Bad Request", which this protocol does not allow here/,
    ],
  ])("that %s", async (_what, script, code, message) => {
    const { outcome } = await fetchFrom(script);
    const result = await outcome();
    expect(result).toMatchObject({
      ok: false,
      code,
      message: expect.stringMatching(message),
      saved: [],
      complaints: [],
    });
  });

  it("that says nothing any more, before its answer", async () => {
    const clock = new SimulatedClock();
    const { instance, outcome } = await fetchFrom(async (client) => client.hears("server1"), clock);
    await eventually(() => expect(instance.service.machineState).toBe("authenticating"));
    clock.advance(5_000);
    await turns();
    clock.advance(1_000);
    expect(await outcome()).toMatchObject({
      ok: false,
      code: "timed-out",
      message: "no answer within 5 s",
      saved: [],
    });
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
    await eventually(() =>
      expect(lab.recorder.live()[0]?.bytesIn).toBe("validfound".length + 4 + CONTENT.length),
    );
    // The file is written at the disk's own pace; the silence counts from then.
    await eventually(() => expect(clock.hasTimerIn(30_000)).toBe(true));
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
