/** The ways to `failed`: each has a code of its own, and leaves no connection and no half-written file. */
import { describe, expect, it } from "vitest";
import { NetlabError } from "../../src/errors.ts";
import { connectError } from "../../src/os/os-errors.ts";
import { fileClient, LISTING } from "./file-client-play.ts";

describe("a registry", () => {
  it("that does not answer is timed-out", async () => {
    const { run, network } = fileClient({ timeout: "2s" });
    await network.asks.resolve([]);
    expect(run.output).toMatchObject({
      ok: false,
      code: "timed-out",
      message: "no answer from the registry at localhost:1234 within 2 s",
    });
  });

  it("that cannot be reached is unreachable", async () => {
    const { run, network } = fileClient();
    await network.asks.reject(NetlabError.worded("unreachable", "no program listens there"));
    expect(run.output).toMatchObject({ ok: false, code: "unreachable", message: "no program listens there" });
  });

  it.each(["ERROR,unknown request", "10.0.0.1,99999,pdf,server1", "hello"])(
    "that answers %j is a peer-error",
    async (answer) => {
      const { run, network } = fileClient();
      await network.asks.resolve([answer, "end"]);
      expect(run.output).toMatchObject({ ok: false, code: "peer-error" });
    },
  );

  it("that knows no such service is told with what it lists", async () => {
    const { run, network } = fileClient({ service: "mp3" });
    await network.asks.resolve(LISTING);
    expect(run.output).toMatchObject({
      ok: false,
      code: "no-such-service",
      message: 'the registry at localhost:1234 lists no server for "mp3"; it lists txt, pdf',
    });
  });

  it("that lists nothing says so", async () => {
    const { run, network } = fileClient();
    await network.asks.resolve(["end"]);
    expect(run.output).toMatchObject({ code: "no-such-service" });
    expect(run.output).toHaveProperty("message", expect.stringContaining("it lists nothing"));
  });

  it("that lists neither --server nor its kind of file knows no token for it", async () => {
    const { run, network } = fileClient({ server: "10.0.0.3:1236", service: "png", file: "a.png" });
    await network.asks.resolve(LISTING);
    expect(run.output).toMatchObject({ code: "no-such-service" });
    expect(run.output).toHaveProperty(
      "message",
      expect.stringContaining("no token is known for 10.0.0.3:1236 (--token"),
    );
  });
});

describe("a server", () => {
  it("that cannot be reached keeps its code, and --connect-host is told of", async () => {
    const { run, goTo, network } = fileClient();
    await goTo("connecting");
    await network.connects.reject(connectError(new Error("no"), "10.0.0.1", 1236));
    expect(run.output).toMatchObject({ code: "unreachable" });
    expect(run.output).toHaveProperty(
      "message",
      expect.stringMatching(/^cannot reach 10\.0\.0\.1:1236: no; .*--connect-host/),
    );
  });

  it("that cannot be reached at --connect-host is not told of --connect-host again", async () => {
    const { run, goTo, network } = fileClient({ connectHost: "10.1.1.1" });
    await goTo("connecting");
    await network.connects.reject(NetlabError.worded("timed-out", "cannot reach it"));
    expect(run.output).toMatchObject({ ok: false, code: "timed-out", message: "cannot reach it" });
  });

  it("[FILE-1] that refuses the registry's token is token-refused", async () => {
    const { run, goTo, hear, peer } = fileClient();
    await goTo("authenticating");
    await hear("Invalid");
    expect(run.output).toMatchObject({
      ok: false,
      code: "token-refused",
      message: "the server refuses the token that the registry lists (Invalid)",
    });
    expect(peer.heard()).toEqual(["close"]);
  });

  it("[FILE-1] that refuses --token is token-refused, and the registry's token is told of", async () => {
    const { run, goTo, hear } = fileClient({ token: "mine" });
    await goTo("authenticating");
    await hear("Invalid");
    expect(run.output).toMatchObject({
      ok: false,
      code: "token-refused",
      message:
        "the server refuses the token (Invalid); without --token, the one that the registry lists is used",
    });
  });

  it("[FILE-3] that has no such file is no-such-file", async () => {
    const { run, goTo, hear, peer } = fileClient();
    await goTo("requesting");
    await hear("not found");
    expect(run.output).toMatchObject({ ok: false, code: "no-such-file" });
    expect(peer.heard()).toEqual(["close"]);
  });

  it.each([
    ["authenticating", "found"],
    ["authenticating", "Welcome!"],
    ["requesting", "valid"],
    ["requesting", "HTTP/1.1 400 Bad Request"],
    ["sizing", -1],
    ["sizing", -2_147_483_648],
  ])("that answers oddly in %s, with %j, is a peer-error that quotes it", async (state, answer) => {
    const { run, goTo, hear, peer } = fileClient();
    await goTo(state);
    await hear(answer);
    expect(run.output).toMatchObject({ ok: false, code: "peer-error" });
    expect(run.output).toHaveProperty("message", expect.stringContaining(String(answer)));
    expect(run.output).toHaveProperty("message", expect.stringContaining("10.0.0.1:1237"));
    expect(peer.heard()).toEqual(["close"]);
  });

  const waiting = ["authenticating", "requesting", "sizing"];

  it.each(waiting.flatMap((state) => [[state, "peer.ended"] as const, [state, "peer.closed"] as const]))(
    "that closes early, in %s by %s, is a peer-error",
    async (state, type) => {
      const { run, goTo, tell, peer } = fileClient();
      await goTo(state);
      await tell(type);
      expect(run.output).toMatchObject({ ok: false, code: "peer-error" });
      expect(peer.heard()).toEqual(["close"]);
    },
  );

  it.each(waiting)("that is silent in %s for --timeout is timed-out", async (state) => {
    const { run, goTo, peer, clock } = fileClient({ timeout: "3s" });
    await goTo(state);
    clock.increment(2_999);
    expect(run.state).toBe(state);
    clock.increment(1);
    expect(run.output).toMatchObject({ ok: false, code: "timed-out", message: "no answer within 3 s" });
    expect(peer.heard()).toEqual(["close"]);
  });

  it("whose size lies leaves no file: what came is discarded", async () => {
    const { run, goTo, peer, makePart } = fileClient();
    await goTo("receiving");
    const part = await makePart();
    await peer.inflows.reject(
      NetlabError.worded("peer-error", "the server closed the connection after 2 of 3 bytes"),
    );
    expect(run.output).toMatchObject({ ok: false, code: "peer-error" });
    expect(part.state).toBe("discarded");
    expect(peer.heard()).toContain("close");
  });
});

describe("a disk", () => {
  it("that has a file of that name already is file-exists, before a byte is read", async () => {
    const { run, goTo, files, peer } = fileClient();
    await goTo("receiving");
    await files.creates.reject(new NetlabError("file-exists", { file: "server.pdf" }));
    expect(run.output).toMatchObject({ ok: false, code: "file-exists" });
    expect(peer.heard()).toEqual(["close"]);
  });

  it("that cannot finish the file keeps none", async () => {
    const { run, goTo, makePart, receive } = fileClient();
    await goTo("receiving");
    const part = await makePart();
    part.finish = () => Promise.reject(new NetlabError("file-exists", { file: "server.pdf" }));
    await receive("abc");
    expect(run.output).toMatchObject({ ok: false, code: "file-exists" });
    expect(part.state).toBe("discarded");
  });
});

it("what is no expected failure crashes the run, and is no result", async () => {
  const { run, network } = fileClient();
  const bug = new TypeError("a bug in the network");
  await network.asks.reject(bug);
  expect(run.crash).toBe(bug);
  expect(run.output).toBeUndefined();
});
