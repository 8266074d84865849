/** The ways to `saved`. */
import { describe, expect, it } from "vitest";
import { parseHostPort } from "../../src/machines/_options.ts";
import { fileClient, LISTING } from "./file-client-play.ts";

describe("a file client", () => {
  it("discovers, connects, says token and filename, acknowledges the size, and saves what comes", async () => {
    const { run, network, files, peer, hear, makePart, receive } = fileClient();
    await network.asks.resolve(LISTING);
    expect(network.connects.inputs).toEqual([{ host: "10.0.0.1", port: 1_237 }]);
    await network.connects.resolve(peer);
    expect(peer.heard()).toEqual(["send server2"]);
    await hear("valid");
    expect(peer.heard()).toEqual(["send server.pdf"]);
    await hear("found");
    expect(peer.heard()).toEqual([]);
    await hear(3);
    expect(peer.heard()).toEqual(["bytes 47 6f 74 00"]);
    expect(files.creates.inputs).toEqual([{ path: "server.pdf", overwrite: false }]);
    const part = await makePart();
    expect(peer.heard()).toEqual(["receive 3"]);
    await receive("abc");
    expect(part.state).toBe("finished");
    expect(peer.heard()).toEqual(["close"]);
    expect(run.path).toEqual([
      "discovering",
      "connecting",
      "authenticating",
      "requesting",
      "sizing",
      "receiving",
      "checking",
      "keeping",
      "saved",
    ]);
    expect(run.output).toEqual({ ok: true, path: "server.pdf", sizeBytes: 3, sha256: "sha256 of abc" });
  });

  it("asks the registry once, and takes answers until end or the time-out", () => {
    const { network } = fileClient({ bootstrap: "10.0.0.9:1999", timeout: "3s" });
    const [question] = network.asks.inputs;
    expect(question).toMatchObject({
      to: { host: "10.0.0.9", port: 1_999 },
      text: "DISCOVERY",
      timeoutMs: 3_000,
    });
    expect(question?.isLast("end")).toBe(true);
    expect(question?.isLast("10.0.0.1,1236,txt,end")).toBe(false);
    expect(network.asks.inputs).toHaveLength(1);
  });

  it("asks localhost:1234 when it is told no registry", () => {
    expect(fileClient().network.asks.last?.to).toEqual({ host: "localhost", port: 1_234 });
  });

  it("makes do with an answer whose end was lost", async () => {
    const { run, network } = fileClient();
    await network.asks.resolve(LISTING.slice(0, 1));
    expect(run.state).toBe("connecting");
  });

  it("saves an empty file", async () => {
    const { run, goTo, hear, makePart, receive } = fileClient();
    await goTo("sizing");
    await hear(0);
    await makePart();
    await receive("");
    expect(run.output).toMatchObject({ ok: true, sizeBytes: 0 });
  });

  it("[FILE-0] saves nothing under the final name where more follows than the size told", async () => {
    const { run, goTo, makePart, arrive, more } = fileClient();
    await goTo("receiving");
    const part = await makePart();
    await arrive("abc");
    await more(441);
    expect(part.state).toBe("discarded");
    expect(run.output).toMatchObject({
      ok: false,
      code: "peer-error",
      message: 'the server announced 3 bytes, but at least 441 more followed: "server.pdf" is not saved',
    });
  });

  it("[FILE-0] takes found and a size in one piece, and says what that is worth", async () => {
    const { run, goTo, hear, hints } = fileClient();
    await goTo("requesting");
    await hear("found and the size");
    expect(run.state).toBe("sizing");
    expect(hints).toEqual([
      expect.stringMatching(/^note: found and the size came in one piece\. .*\[FILE-0\]$/),
    ]);
  });

  it("[BOOT-4] fetches though the registry's end is missing, and does not call that right", async () => {
    const { run, network, peer, hear, makePart, receive, hints } = fileClient();
    await network.asks.resolve(LISTING.slice(0, -1));
    await network.connects.resolve(peer);
    for (const word of ["valid", "found", 3]) await hear(word);
    const part = await makePart();
    await receive("abc");
    expect(part.state).toBe("finished");
    expect(hints).toEqual(["the registry at localhost:1234 did not end its list with end within 5 s"]);
    expect(run.output).toMatchObject({
      ok: false,
      code: "peer-error",
      message: expect.stringMatching(/^saved server\.pdf, 3 bytes; but the registry/),
    });
  });

  it("leaves the transfer's end to the transfer: a FIN behind the last byte changes nothing", async () => {
    const { run, goTo, tell, makePart, receive } = fileClient();
    await goTo("receiving");
    await makePart();
    await tell("peer.ended");
    await tell("peer.closed");
    expect(run.state).toBe("receiving");
    await receive("abc");
    expect(run.state).toBe("saved");
  });
});

describe("the choice of a server", () => {
  it("is the first that serves the kind of file", async () => {
    const { network } = fileClient({ service: "txt" });
    await network.asks.resolve(LISTING);
    expect(network.connects.last).toEqual({ host: "10.0.0.1", port: 1_236 });
  });

  it("is the one that --server names, with the token that the registry tells", async () => {
    const { network, peer } = fileClient({ server: "10.0.0.2:1238" });
    await network.asks.resolve(LISTING);
    expect(network.connects.last).toEqual({ host: "10.0.0.2", port: 1_238 });
    await network.connects.resolve(peer);
    expect(peer.heard()).toEqual(["send server3"]);
  });

  it.each([
    ["the same address, as where htons was forgotten", "10.0.0.1:54532", "server2"],
    ["an address that is not listed", "10.0.0.9:4000", "server2"],
  ])("[FILE-6] is any port that --server names, with the token of its kind: %s", async (_, server, token) => {
    const { network, peer } = fileClient({ server });
    await network.asks.resolve(LISTING);
    expect(network.connects.last).toEqual(parseHostPort(server));
    await network.connects.resolve(peer);
    expect(peer.heard()).toEqual([`send ${token}`]);
  });

  it("needs no registry where --server and --token say all", async () => {
    const { run, network, peer } = fileClient({ server: "10.0.0.7:1300", token: "secret" });
    expect(run.path).toEqual(["connecting"]);
    expect(network.asks.inputs).toEqual([]);
    expect(network.connects.last).toEqual({ host: "10.0.0.7", port: 1_300 });
    await network.connects.resolve(peer);
    expect(peer.heard()).toEqual(["send secret"]);
  });

  it("says --token instead of the registry's", async () => {
    const { network, peer } = fileClient({ token: "mine" });
    await network.asks.resolve(LISTING);
    await network.connects.resolve(peer);
    expect(peer.heard()).toEqual(["send mine"]);
  });

  it("connects to --connect-host on the port that the registry tells", async () => {
    const { network } = fileClient({ connectHost: "127.0.0.1" });
    await network.asks.resolve(LISTING);
    expect(network.connects.last).toEqual({ host: "127.0.0.1", port: 1_237 });
  });
});

describe("where it saves", () => {
  it.each([
    ["server.pdf", "server.pdf"],
    ["sub/server.pdf", "server.pdf"],
    ["../../.ssh/authorized_keys", "authorized_keys"],
    ["C:\\temp\\a.pdf", "a.pdf"],
    ["a.pdf/", "download"],
  ])("is the last part of the file's name: %s as %s", async (file, path) => {
    const { goTo, files } = fileClient({ file });
    await goTo("receiving");
    expect(files.creates.last?.path).toBe(path);
  });

  it("is --output, over another file only with --force", async () => {
    const { goTo, files } = fileClient({ output: "here/it.pdf", force: true });
    await goTo("receiving");
    expect(files.creates.last).toEqual({ path: "here/it.pdf", overwrite: true });
  });
});
