/** One file over one link: the count is kept whatever happens to the file, and memory stays small. */
import { appendFile, truncate, writeFile } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { sendFile } from "../../src/actors/file-sender.ts";
import { localFiles } from "../../src/actors/files.ts";
import type { Link } from "../../src/link/link.ts";
import { TcpLink } from "../../src/link/tcp-link.ts";
import type { OpenFile } from "../../src/machines/_world.ts";
import { Conversation } from "./conversation.ts";
import { temporaryFolder } from "./harness.ts";

/** Both ends of a real connection. */
async function connection(options?: { isDeaf?: boolean }): Promise<{ link: Link; peer: Conversation }> {
  const accepted = Promise.withResolvers<Socket>();
  const server = createServer({ allowHalfOpen: true }, accepted.resolve);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? (address?.port ?? 0) : 0;
  const peer = await Conversation.open(port, options);
  const socket = await accepted.promise;
  const link = new TcpLink(socket);
  onTestFinished(() => {
    peer.socket.destroy();
    socket.destroy();
    server.close();
  });
  return { link, peer };
}

/** A file without a disk: it remembers how large the buffers were that it was read into. */
function endlessFile(sizeBytes: number): OpenFile & { largestBuffer: number; isClosed: boolean } {
  const file = {
    name: "endless.pdf",
    sizeBytes,
    largestBuffer: 0,
    isClosed: false,
    read: async (into: Uint8Array) => {
      file.largestBuffer = Math.max(file.largestBuffer, into.length);
      return into.length;
    },
    close: async () => {
      file.isClosed = true;
    },
  };
  return file;
}

async function openedFile(content: Uint8Array): Promise<{ file: OpenFile; onDisk: string }> {
  const folder = await temporaryFolder();
  const onDisk = path.join(folder, "server.pdf");
  await writeFile(onDisk, content);
  const answer = await localFiles(() => folder, folder).open("", "server.pdf", "pdf");
  if (!answer.ok) throw new Error(answer.why);
  return { file: answer.file, onDisk };
}

const patterned = (size: number) => Buffer.from(Uint8Array.from({ length: size }, (_, index) => index % 251));

describe("a file", () => {
  it.each([0, 1, 110_592, 1_048_576, 1_048_577, 3_333_333])("of %i bytes arrives whole", async (size) => {
    const { link, peer } = await connection();
    const bytes = patterned(size);
    const { file } = await openedFile(bytes);
    let sent = 0;
    const sending = sendFile(link, file, (count) => {
      sent += count;
    });
    expect((await peer.hearsBytes(size)).equals(bytes)).toBe(true);
    await sending;
    expect(sent).toBe(size);
  });

  it("that grows while it is sent is sent as long as it was", async () => {
    const { link, peer } = await connection();
    // More than a buffer, so that the last read could get more than is wanted.
    const bytes = patterned(1_500_000);
    const { file, onDisk } = await openedFile(bytes);
    await appendFile(onDisk, "more than was announced");
    await sendFile(link, file, () => undefined);
    link.end();
    expect((await peer.hearsTheEnd()).equals(bytes)).toBe(true);
  });

  it("that shrinks while it is sent is an error, and is closed", async () => {
    const { link } = await connection();
    const { file, onDisk } = await openedFile(patterned(200_000));
    await truncate(onDisk, 1_000);
    await expect(sendFile(link, file, () => undefined)).rejects.toThrow("server.pdf became shorter");
    await expect(file.read(Buffer.alloc(1), 0)).rejects.toThrow();
  });

  it("is closed, and its sending over, when the peer goes", async () => {
    const { link, peer } = await connection({ isDeaf: true });
    const file = endlessFile(2 ** 31 - 1);
    const sending = sendFile(link, file, () => undefined);
    await expect.poll(() => link.queuedBytes).toBeGreaterThan(0);
    peer.reset();
    await expect(sending).rejects.toThrow("the peer went away in the middle of a file");
    expect(file.isClosed).toBe(true);
  });

  it("is closed only when the read under way is over, whatever became of the write", async () => {
    const { link } = await connection();
    const { promise: secondRead, resolve: endSecondRead } = Promise.withResolvers<number>();
    const done: string[] = [];
    const file: OpenFile = {
      name: "slow.pdf",
      sizeBytes: 4 * 1_048_576,
      read: async (into, position) => {
        if (position === 0) return into.length;
        const count = await secondRead;
        done.push("has read");
        return count;
      },
      close: async () => void done.push("closes"),
    };
    const broken: Link = Object.create(link, {
      write: {
        value: () => {
          setImmediate(() => endSecondRead(1_048_576));
          throw new Error("this link is broken");
        },
      },
    });
    await expect(sendFile(broken, file, () => undefined)).rejects.toThrow("this link is broken");
    expect(done).toEqual(["has read", "closes"]);
  });

  it("is read on while what was read is written", async () => {
    const { link, peer } = await connection({ isDeaf: true });
    const asked: number[] = [];
    const file = endlessFile(64 * 1_048_576);
    const { read } = file;
    file.read = (into, position) => {
      asked.push(position);
      return read(into, position);
    };
    const writtenThen: number[] = [];
    const watching: Link = Object.create(link, {
      write: {
        value: (bytes: Buffer, onWritten: () => void) => {
          writtenThen.push(asked.length);
          link.write(bytes, onWritten);
        },
      },
    });
    const sending = sendFile(watching, file, () => undefined);
    await expect.poll(() => writtenThen.length).toBeGreaterThan(1);
    // With each write, one read more has been asked for than is written.
    expect(writtenThen).toEqual(writtenThen.map((_, write) => write + 2));
    peer.reset();
    await expect(sending).rejects.toThrow();
  });

  it("is not even begun where the peer has gone", async () => {
    const { link } = await connection();
    link.destroy();
    await expect(sendFile(link, endlessFile(10), () => undefined)).rejects.toThrow("the peer went away");
  });
});

describe("memory", () => {
  it("is as much as the file, where the file is small", async () => {
    const { link } = await connection();
    const file = endlessFile(100);
    await sendFile(link, file, () => undefined);
    expect(file.largestBuffer).toBe(100);
  });

  it("is less for each transfer where many run, and as before when they are over", async () => {
    const few = await Promise.all(Array.from({ length: 8 }, () => connection({ isDeaf: true })));
    const held = few.map(({ link }) => {
      const file = endlessFile(2 ** 31 - 1);
      return { file, sending: sendFile(link, file, () => undefined).catch(() => undefined) };
    });
    await expect.poll(() => held.every(({ file }) => file.largestBuffer > 0)).toBe(true);
    expect(held.map(({ file }) => file.largestBuffer)).toEqual(held.map(() => 1_048_576));

    const { link } = await connection();
    const ninth = endlessFile(4 * 1_048_576);
    await sendFile(link, ninth, () => undefined);
    expect(ninth.largestBuffer).toBe(131_072);

    for (const { peer } of few) peer.reset();
    await Promise.all(held.map(({ sending }) => sending));
    const after = endlessFile(4 * 1_048_576);
    await sendFile((await connection()).link, after, () => undefined);
    expect(after.largestBuffer).toBe(1_048_576);
  });
});
