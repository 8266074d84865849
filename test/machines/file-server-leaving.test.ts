/** How a file server's client leaves: its FIN is an event in each state that waits, its end an event anywhere. */
import { describe, expect, it } from "vitest";
import { FakeFile } from "../fakes.ts";
import { fileServer } from "./file-server-play.ts";

const { states } = fileServer();

describe("a peer that is gone", () => {
  it.each(states)("leaves no file open when it goes in %s", async (state) => {
    const { run, goTo, tell, opened, peer, clock } = fileServer();
    await goTo(state);
    await tell("peer.closed");
    expect(run.state).toBe("closed");
    expect(run.crash).toBeUndefined();
    if (state === "sending") await peer.breakOff(new Error("the peer went away"));
    expect(opened.filter((file) => file.isOpen)).toEqual([]);
    clock.increment(60_000);
    expect(peer.heard()).toEqual([]);
  });

  it("leaves no file open when the disk answers after it", async () => {
    const { run, goTo, tell, find, peer } = fileServer();
    await goTo("opening");
    await tell("peer.closed");
    const file = await find();
    expect(file.isOpen).toBe(false);
    expect(peer.heard()).toEqual([]);
    expect(run.crash).toBeUndefined();
  });

  it("is no trouble when the disk's late answer is that there is no such file", async () => {
    const { run, goTo, tell, miss, peer } = fileServer();
    await goTo("opening");
    await tell("peer.closed");
    await miss();
    expect(peer.heard()).toEqual([]);
    expect(run.crash).toBeUndefined();
  });

  it("ends the conversation when it breaks off in the middle of a file", async () => {
    const { run, goTo, opened, peer } = fileServer();
    await goTo("sending");
    await peer.breakOff(new Error("the peer went away in the middle of a file"));
    expect(run.state).toBe("closed");
    expect(run.crash).toBeUndefined();
    expect(opened.filter((file) => file.isOpen)).toEqual([]);
  });
});

describe("a peer's FIN", () => {
  it.each(["awaitingToken", "awaitingFilename", "awaitingLateAck"])(
    "[FRAME-8] in %s ends the conversation without a word",
    async (state) => {
      const { run, goTo, tell, peer } = fileServer();
      await goTo(state);
      await tell("peer.ended");
      expect(run.state).toBe("closed");
      expect(peer.heard()).toEqual([]);
    },
  );

  it("[FRAME-8] instead of an acknowledgement starts the transfer, which is never cut off", async () => {
    const { run, goTo, tell, peer } = fileServer();
    await goTo("awaitingAck");
    await tell("peer.ended");
    expect(peer.heard()).toEqual(["file server.pdf"]);
    await peer.readAll();
    expect(run.state).toBe("awaitingLateAck");
    await tell("peer.ended");
    expect(run.state).toBe("closed");
  });

  it.each(["opening", "announcing", "sending"])(
    "[FRAME-8] in %s, where nothing is awaited from it, changes nothing",
    async (state) => {
      const { run, goTo, tell } = fileServer();
      await goTo(state);
      await tell("peer.ended");
      expect(run.state).toBe(state);
    },
  );
});

describe("files", () => {
  it("are closed when they are sent, one after another", async () => {
    const { goTo, say, find, opened, peer, clock } = fileServer();
    await goTo("sending");
    await peer.readAll();
    await say("server.pdf");
    await find();
    clock.increment(50);
    await say("Got\0");
    await peer.readAll();
    expect(opened.map((file) => file.isOpen)).toEqual([false, false]);
  });

  it("whose disk throws crash this conversation alone, with its error", async () => {
    const { run, goTo, files } = fileServer();
    await goTo("opening");
    const bug = new TypeError("a bug in the files");
    await files.opens.reject(bug);
    expect(run.crash).toBe(bug);
  });

  it("that cannot be closed are a remark and crash nobody", async () => {
    const { run, goTo, tell, files, peer } = fileServer();
    await goTo("opening");
    const file = new FakeFile("server.pdf", 7);
    file.close = () => Promise.reject(new Error("EIO"));
    await files.opens.resolve({ ok: true, file });
    await tell("peer.closed");
    expect(run.state).toBe("closed");
    expect(run.crash).toBeUndefined();
    expect(peer.remarks).toEqual(["server.pdf was not closed: EIO"]);
  });
});
