/** Files on their way to peers that are slow, gone, or many [FILE-7]. */
import path from "node:path";
import { describe, expect, it } from "vitest";
import { localFiles } from "../../src/actors/files.ts";
import type { FileAnswer, OpenFile } from "../../src/machines/_world.ts";
import { cause } from "../../src/stories/causes.ts";
import type { Conversation } from "./conversation.ts";
import { converse, eventually, openLab, sizeOf, type TestLab, temporaryFolder } from "./harness.ts";

const LARGE = 32 * 1_048_576;

/** Asks as a line peer and acknowledges at once: the file's bytes are next. */
async function asksFor(peer: Conversation, name: string, bytes: Uint8Array): Promise<void> {
  peer.say(`server1\n${name}\n`);
  await peer.hears("valid\nfound\n");
  await peer.hears(sizeOf(bytes));
  peer.say("Got\n");
}

/** A peer that has asked for the file and reads nothing of it: the kernel's buffers are full. */
async function stopsReading(lab: TestLab, port: number, name: string): Promise<Conversation> {
  const peer = await converse(port, { isDeaf: true });
  peer.say(`server1\n${name}\n`);
  await eventually(() => expect(lab.storyOf(peer).state).toBe("awaitingAck"));
  peer.say("Got\n");
  await eventually(() => {
    expect(lab.storyOf(peer).state).toBe("sending");
    expect(lab.controlOf(peer)?.queuedBytes).toBeGreaterThan(0);
  });
  return peer;
}

/** A lab whose open files are counted; it opens none before `mayOpen`. */
async function countingLab(mayOpen = Promise.resolve()) {
  const folder = await temporaryFolder();
  const disk = localFiles((root) => path.join(folder, root), folder);
  const files = { everOpened: 0, count: 0 };
  const open = async (root: string, name: string, extension: string | undefined): Promise<FileAnswer> => {
    await mayOpen;
    const answer = await disk.open(root, name, extension);
    if (!answer.ok) return answer;
    files.everOpened += 1;
    files.count += 1;
    const counted = Object.create(answer.file) as OpenFile;
    let isOpen = true;
    counted.close = async () => {
      if (isOpen) files.count -= 1;
      isOpen = false;
      await answer.file.close();
    };
    return { ok: true, file: counted };
  };
  const lab = await openLab([], { files: { open, create: disk.create } }, folder);
  return { lab, files };
}

describe("transfers", () => {
  it("run side by side, and each peer gets its own bytes", async () => {
    const lab = await openLab();
    const server = await lab.serveFiles();
    const names = Array.from({ length: 12 }, (_, index) => `file${index}.pdf`);
    const fetched = names.map(async (name, index) => {
      const bytes = await lab.addFile(name, 300_000 + index);
      const peer = await converse(server);
      await asksFor(peer, name, bytes);
      return (await peer.hearsBytes(bytes.length)).equals(bytes);
    });
    expect(await Promise.all(fetched)).toEqual(names.map(() => true));
  });

  it("wait only for their own peer: one that stops reading holds up nobody else [FILE-7]", async () => {
    const lab = await openLab();
    const large = await lab.addFile("large.pdf", LARGE);
    const small = await lab.addFile("small.pdf");
    const server = await lab.serveFiles();
    const still = await stopsReading(lab, server.port, "large.pdf");
    const other = await converse(server);
    await asksFor(other, "small.pdf", small);
    await other.hears(small);
    expect(lab.storyOf(still).state).toBe("sending");
    expect(lab.storyOf(still).bytesOut).toBeLessThan(LARGE);
    // What waits in memory is a buffer or two, not the file.
    expect(lab.controlOf(still)?.queuedBytes).toBeLessThanOrEqual(2 * 1_048_576);
    still.listen();
    await still.hears("valid\nfound\n");
    await still.hears(sizeOf(large));
    expect((await still.hearsBytes(LARGE)).equals(large)).toBe(true);
  });

  it("go on after the peer's FIN: half-open is normal [FRAME-8]", async () => {
    const lab = await openLab();
    const large = await lab.addFile("large.pdf", LARGE);
    const still = await stopsReading(lab, (await lab.serveFiles()).port, "large.pdf");
    still.end();
    await eventually(() => expect(lab.storyOf(still).entries.at(-1)?.kind).toBe("ended"));
    still.listen();
    const heard = await still.hearsTheEnd();
    expect(heard.subarray(-LARGE).equals(large)).toBe(true);
  });

  it("follow one another over one connection, a missing file between them", async () => {
    const lab = await openLab();
    const first = await lab.addFile("first.pdf", 10);
    const second = await lab.addFile("second.pdf", 0);
    const peer = await converse(await lab.serveFiles());
    await asksFor(peer, "first.pdf", first);
    await peer.hears(first);
    peer.say("none.pdf\nsecond.pdf\n");
    await peer.hears("not found\nfound\n");
    await peer.hears(sizeOf(second));
    peer.say("Got\n");
    peer.end();
    expect((await peer.hearsTheEnd()).toString()).toBe("");
  });
});

describe("a peer that resets in the middle of a file", () => {
  it("ends its own transfer: told once, the file is closed, the others go on", async () => {
    const { lab, files } = await countingLab();
    await lab.addFile("large.pdf", LARGE);
    const small = await lab.addFile("small.pdf");
    const server = await lab.serveFiles();
    const still = await stopsReading(lab, server.port, "large.pdf");
    expect(files.count).toBe(1);
    still.reset();
    await eventually(() => expect(lab.storyOf(still).endedAt).toBeDefined());
    await eventually(() => expect(files.count).toBe(0));
    expect(lab.storyOf(still)).toMatchObject({ fault: "failed", state: "closed" });
    expect(lab.storyOf(still).cause?.code).toBe("peer-reset");
    expect(lab.events.filter(({ type }) => type === "connection.failed")).toHaveLength(1);
    const closed = { type: "connection.closed", by: "peer", cause: cause("peer-reset", {}) };
    expect(lab.events).toContainEqual(expect.objectContaining(closed));
    const other = await converse(server);
    await asksFor(other, "small.pdf", small);
    await other.hears(small);
  });

  it("is not blamed where an operator cut it off", async () => {
    const { lab, files } = await countingLab();
    await lab.addFile("large.pdf", LARGE);
    const server = await lab.serveFiles();
    const still = await stopsReading(lab, server.port, "large.pdf");
    lab.controlOf(still)?.kill();
    await eventually(() => expect(lab.storyOf(still).endedAt).toBeDefined());
    await eventually(() => expect(files.count).toBe(0));
    expect(lab.storyOf(still).fault).toBeUndefined();
    expect(lab.storyOf(still).entries).toContainEqual(expect.objectContaining({ kind: "closed", by: "us" }));
    expect(lab.events.map(({ type }) => type)).not.toContain("connection.failed");
  });

  it("leaves no file open where it goes while one is being opened", async () => {
    const { promise: opening, resolve: letOpen } = Promise.withResolvers<void>();
    const { lab, files } = await countingLab(opening);
    await lab.addFile("server.pdf");
    const peer = await converse(await lab.serveFiles());
    peer.say("server1\nserver.pdf\n");
    await eventually(() => expect(lab.storyOf(peer).state).toBe("opening"));
    peer.reset();
    await eventually(() => expect(lab.storyOf(peer).endedAt).toBeDefined());
    letOpen();
    await eventually(() => expect([files.everOpened, files.count]).toEqual([1, 0]));
  });
});

describe("a file that became shorter on its way", () => {
  it("breaks the connection: fewer bytes than announced must not look like all of them", async () => {
    const lab = await openLab([], {
      files: {
        create: () => Promise.reject(new Error("nobody creates files here")),
        open: async (_root, name) => {
          const read = async (into: Uint8Array, position: number) =>
            position < 1_000 ? Math.min(into.length, 1_000 - position) : 0;
          return { ok: true, file: { name, sizeBytes: 5_000, read, close: async () => undefined } };
        },
      },
    });
    const peer = await converse(await lab.serveFiles());
    await asksFor(peer, "server.pdf", Buffer.alloc(5_000));
    await peer.over();
    expect(lab.storyOf(peer)).toMatchObject({ fault: "failed", state: "closed" });
    expect(lab.storyOf(peer).cause).toEqual(cause("file-shrank", { name: "server.pdf" }));
    expect(lab.events.filter(({ type }) => type === "connection.failed")).toHaveLength(1);
    expect(peer.error).toBe("ECONNRESET");
    expect(peer.unread.length).toBeLessThan(5_000);
  });
});
