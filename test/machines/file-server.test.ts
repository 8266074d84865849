import { describe, expect, it } from "vitest";
import role from "../../src/machines/file-server.ts";
import { byteSwapped } from "../../src/wire/byte-swapped.ts";
import { FakePeer } from "../fakes.ts";
import { fileServer } from "./file-server-play.ts";

describe("the token", () => {
  it("[FILE-1] lets a client that knows it ask for files", async () => {
    const { run, say, peer } = fileServer();
    expect(run.state).toBe("awaitingToken");
    expect(peer.told).toEqual([]);
    await say("server1");
    expect(peer.heard()).toEqual(["send valid"]);
    expect(run.state).toBe("awaitingFilename");
  });

  it.each(["server2", "Server1", "server", "server11", "server1 ", "server1\n", "", "server1server.pdf"])(
    "[FILE-1] is refused as %j, and the conversation ends",
    async (token) => {
      const { run, say, peer } = fileServer();
      await say(token);
      expect(peer.heard()).toEqual(["refuse Invalid [FILE-1]"]);
      expect(peer.remarks).toEqual(["the token is wrong"]);
      expect(run.state).toBe("closed");
      expect(run.actor.getSnapshot().status).toBe("done");
    },
  );

  it("[FILE-1] may be any text, UTF-8 too", async () => {
    const { run, say } = fileServer({ token: "schlüssel 1" });
    await say("schlüssel 1");
    expect(run.state).toBe("awaitingFilename");
  });

  it("[FILE-2] is told apart from a filename that arrives glued to it", () => {
    expect(unglue("server1server.pdf")).toEqual(["server1", "server.pdf"]);
    expect(unglue("server1a b.tar.pdf")).toEqual(["server1", "a b.tar.pdf"]);
  });

  it.each([
    "server1",
    "server1server.txt",
    "server1pdf",
    "server1 and more",
    "server2server.pdf",
    "server.pdf",
  ])("[FILE-2] %j is one message, where the rest is no filename of the service", (text) =>
    expect(unglue(text)).toBeUndefined(),
  );

  function unglue(text: string) {
    const context = fileServer();
    return role.phases.awaitingToken?.unglue?.(text, { context, peer: new FakePeer() });
  }
});

describe("the filename", () => {
  it("[FILE-3] is looked for under the root, with the service as its extension", async () => {
    const { run, goTo, say, files } = fileServer({ root: "lab/files" });
    await goTo("awaitingFilename");
    await say("../secret.pdf");
    expect(run.state).toBe("opening");
    expect(files.opens.inputs).toEqual(["lab/files/../secret.pdf as .pdf"]);
  });

  it("[FILE-3] that is not found is said so and logged, and the client may ask again", async () => {
    const { run, goTo, say, miss, find, peer } = fileServer();
    await goTo("awaitingFilename");
    await say("nope.pdf");
    await miss("there is no such file");
    expect(peer.heard()).toEqual(["send not found"]);
    expect(peer.remarks).toEqual(["not found: there is no such file"]);
    expect(run.state).toBe("awaitingFilename");
    await say("server.pdf");
    await find();
    expect(peer.heard()).toEqual(["send found"]);
  });

  it("[FILE-4] of a file over 2 GiB − 1 is not found, the log says why, and the file is closed", async () => {
    const { run, goTo, say, find, peer } = fileServer();
    await goTo("awaitingFilename");
    await say("server.pdf");
    const file = await find(2 ** 31);
    expect(peer.heard()).toEqual(["send not found"]);
    expect(peer.remarks.join()).toContain("2147483648 bytes, too many for a size of 32 bits");
    expect(file.isOpen).toBe(false);
    expect(run.state).toBe("awaitingFilename");
  });

  it("[FILE-4] of a file of exactly 2 GiB − 1 is found", async () => {
    const { goTo, say, find, peer, clock } = fileServer();
    await goTo("awaitingFilename");
    await say("server.pdf");
    await find(2 ** 31 - 1);
    clock.increment(50);
    expect(peer.heard()).toEqual(["send found", "bytes ff ff ff 7f"]);
  });
});

describe("the announcement", () => {
  it("[FRAME-6] leaves a gap of 50 ms between found and the size", async () => {
    const { run, goTo, find, peer, clock } = fileServer();
    await goTo("opening");
    await find();
    expect(peer.heard()).toEqual(["send found"]);
    clock.increment(49);
    expect(peer.heard()).toEqual([]);
    expect(run.state).toBe("announcing");
    clock.increment(1);
    expect(peer.heard()).toEqual(["bytes 00 b0 01 00"]);
    expect(run.state).toBe("awaitingAck");
  });

  it("[FRAME-6] does not wait for the gap once the peer has spoken", async () => {
    const { run, goTo, tell, peer } = fileServer();
    await goTo("announcing");
    await tell("peer.spoke");
    expect(peer.heard()).toEqual(["bytes 00 b0 01 00"]);
    expect(run.state).toBe("awaitingAck");
  });

  it.each([
    [0, "00 00 00 00"],
    [1, "01 00 00 00"],
    [110_592, "00 b0 01 00"],
    [16_909_060, "04 03 02 01"],
  ])("tells a size of %i bytes as int32 little-endian", async (size, bytes) => {
    const { goTo, find, peer, clock } = fileServer();
    await goTo("opening");
    await find(size);
    clock.increment(50);
    expect(peer.heard()).toEqual(["send found", `bytes ${bytes}`]);
  });
});

describe("the transfer", () => {
  it.each(["Got\0", "x", "\0", "found it, thanks"])(
    "[FILE-0] starts with the acknowledgement %j, whatever it says, and ends where the next filename is awaited",
    async (acknowledgement) => {
      const { run, goTo, say, peer } = fileServer();
      await goTo("awaitingAck");
      await say(acknowledgement);
      expect(run.state).toBe("sending");
      expect(peer.heard()).toEqual(["file server.pdf"]);
      await peer.readAll();
      expect(run.state).toBe("awaitingFilename");
      expect(peer.heard()).toEqual([]);
    },
  );

  it("[FILE-0] starts by itself after 2 s, and swallows the acknowledgement that comes late", async () => {
    const { run, goTo, say, find, peer, clock } = fileServer();
    await goTo("awaitingAck");
    clock.increment(1_999);
    expect(run.state).toBe("awaitingAck");
    clock.increment(1);
    expect(peer.heard()).toEqual(["file server.pdf"]);
    await peer.readAll();
    expect(run.state).toBe("awaitingLateAck");
    await say("Got\0");
    expect(run.state).toBe("awaitingFilename");
    expect(peer.heard()).toEqual([]);
    await say("server.pdf");
    await find();
    expect(peer.heard()).toEqual(["send found"]);
  });

  it("[FILE-0] of a second file waits for an acknowledgement of its own", async () => {
    const { run, goTo, say, find, peer, clock } = fileServer();
    await goTo("sending");
    await peer.readAll();
    await say("other.pdf");
    await find(7);
    clock.increment(50);
    expect(peer.heard()).toEqual(["send found", "bytes 07 00 00 00"]);
    expect(run.state).toBe("awaitingAck");
    clock.increment(2_000);
    await peer.readAll();
    expect(run.state).toBe("awaitingLateAck");
  });

  it("goes through the states of the picture", async () => {
    const { run, goTo, say, miss, find, peer, clock } = fileServer();
    await goTo("opening");
    await miss();
    await say("server.pdf");
    await find();
    clock.increment(50);
    clock.increment(2_000);
    await peer.readAll();
    await say("Got\0");
    expect(run.path).toEqual([
      "awaitingToken",
      "awaitingFilename",
      "opening",
      "awaitingFilename",
      "opening",
      "announcing",
      "awaitingAck",
      "sending",
      "awaitingLateAck",
      "awaitingFilename",
    ]);
  });
});

describe("the byte-swapped port", () => {
  it("[FILE-6] of 1236 is 54276, where a program without htons really connects", () => {
    expect(byteSwapped(1_236)).toBe(54_276);
    expect(byteSwapped(1_239)).toBe(55_044);
  });

  it("[FILE-6] is that of every port, and swapped again the port itself", () => {
    for (let port = 0; port <= 65_535; port += 1) {
      const bytes = Buffer.alloc(2);
      bytes.writeUInt16BE(port);
      expect(byteSwapped(port)).toBe(bytes.readUInt16LE());
    }
  });

  it("[FILE-6] is listened on only where --also-swapped says so", () => {
    const portsOf = (given: object) =>
      role.extraPorts?.(1_236, role.options.parse({ service: "pdf", token: "t", ...given }));
    expect(portsOf({})).toEqual([]);
    expect(portsOf({ alsoSwapped: true })).toEqual([54_276]);
  });
});
