/** Links as others use them: what goes over one can be heard whole, and one can stand in another's place. */
import { createServer, Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import type { LineMaker } from "../../src/link/line.ts";
import type { Link, LinkEvent } from "../../src/link/link.ts";
import { TcpLink } from "../../src/link/tcp-link.ts";
import { Conversation } from "../actors/conversation.ts";
import { eventually } from "../actors/harness.ts";
import { alone } from "../wire/alone.ts";

interface Linked {
  readonly link: Link;
  readonly socket: Socket;
  readonly peer: Conversation;
  readonly heard: string[];
  readonly reads: Read[];
}

/** A link to a peer that the test plays. */
async function linked(): Promise<Linked> {
  const accepted = Promise.withResolvers<Socket>();
  const server = createServer({ allowHalfOpen: true }, accepted.resolve);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const peer = await Conversation.open(typeof address === "object" ? (address?.port ?? 0) : 0);
  const socket = await accepted.promise;
  const link = new TcpLink(socket);
  onTestFinished(() => {
    peer.socket.destroy();
    link.destroy();
    server.close();
  });
  const heard: string[] = [];
  const reads: Read[] = [];
  link.attach({
    onData: (bytes, isOwn) => {
      heard.push(bytes.toString());
      reads.push({ size: bytes.length, isOwn });
    },
    onEnd: () => heard.push("FIN"),
    onDrain: () => heard.push("drained"),
    onError: ({ message }) => heard.push(message),
    onClose: () => heard.push("closed"),
  });
  return { link, socket, peer, heard, reads };
}

interface Read {
  readonly size: number;
  readonly isOwn: boolean | undefined;
}

/** A line that does nothing. */
const straight: LineMaker = (wire, listener) => ({
  heldBytes: 0,
  onData: (bytes) => listener.onData(bytes),
  onEnd: () => listener.onEnd(),
  onDrain: () => listener.onDrain(),
  onClose: () => undefined,
  write: (bytes, onWritten) => wire.write(bytes, onWritten),
  end: (onFinished) => wire.end(onFinished),
  pause: () => wire.pause(),
  resume: () => wire.resume(),
});

/** In one line each, neighbouring reads joined: how the bytes were cut is the system's affair. */
function told(events: readonly LinkEvent[]): string[] {
  const lines: string[] = [];
  for (const event of events) {
    const text = "bytes" in event ? `${event.kind} ${event.bytes}` : event.kind;
    const last = lines.at(-1);
    if ("bytes" in event && last?.startsWith(`${event.kind} `)) lines[lines.length - 1] = last + event.bytes;
    else lines.push(text);
  }
  return lines;
}

describe("a TCP link", () => {
  it("knows both of its ends", async () => {
    const { link, peer } = await linked();
    expect(link.remote).toEqual({ address: "127.0.0.1", port: peer.port });
    expect(link.local).toEqual({ address: "127.0.0.1", port: peer.socket.remotePort });
  });

  it("lets every byte both ways be heard, and both ends of the conversation", async () => {
    const { link, peer } = await linked();
    const events: LinkEvent[] = [];
    link.tap((event) => events.push(event));
    peer.say("hello");
    await eventually(() => expect(told(events)).toEqual(["in hello"]));
    link.write(Buffer.from("good "));
    link.write(Buffer.from("day"), () => undefined);
    link.end();
    await peer.hears("good day");
    peer.end();
    await eventually(() =>
      expect(told(events)).toEqual(["in hello", "out good day", "fin", "ended", "closed"]),
    );
  });

  it("tells of a reset of ours, and with which error one of the peer closed it", async () => {
    const ours = await linked();
    const events: LinkEvent[] = [];
    ours.link.tap((event) => events.push(event));
    ours.link.reset();
    await eventually(() => expect(told(events)).toEqual(["reset", "closed"]));

    const theirs = await linked();
    const closed = Promise.withResolvers<LinkEvent>();
    theirs.link.tap((event) => event.kind === "closed" && closed.resolve(event));
    theirs.peer.reset();
    expect(await closed.promise).toMatchObject({ kind: "closed", error: { code: "ECONNRESET" } });
  });

  it("is heard by several, and by none that has stopped listening", async () => {
    const { link, peer } = await linked();
    const first: LinkEvent[] = [];
    const second: LinkEvent[] = [];
    const stop = link.tap((event) => first.push(event));
    link.tap((event) => second.push(event));
    link.write(Buffer.from("both"));
    stop();
    link.write(Buffer.from(" one"));
    await peer.hears("both one");
    expect(told(first)).toEqual(["out both"]);
    expect(told(second)).toEqual(["out both one"]);
  });

  it("leaves the memory of a large read to its user alone, unless a tap or a line has seen the read", async () => {
    const { link, peer, reads } = await linked();
    const say = async (bytes: number) => {
      reads.length = 0;
      peer.say("x".repeat(bytes));
      await eventually(() => expect(reads.reduce((sum, { size }) => sum + size, 0)).toBe(bytes));
    };
    await say(300_000);
    expect(reads.map(({ isOwn }) => isOwn)).toEqual(reads.map(({ size }) => size >= 4_096));
    expect(reads.some(({ isOwn }) => isOwn)).toBe(true);
    const untap = link.tap(() => undefined);
    await say(300_000);
    expect(reads.some(({ isOwn }) => isOwn)).toBe(false);
    untap();
    link.putLine?.(straight);
    await say(300_000);
    expect(reads.some(({ isOwn }) => isOwn)).toBe(false);
  });

  it("lets go of memory that was given to it with the bytes, unless they wait, or a tap or a line has seen them", async () => {
    const { link, peer } = await linked();
    const pieces: Buffer[] = [];
    const give = (bytes: Buffer) => {
      pieces.push(Buffer.from(bytes));
      link.writeOwn?.(bytes);
      return bytes.length;
    };
    expect(give(alone("taken "))).toBe(0);
    const untap = link.tap(() => undefined);
    expect(give(alone("seen "))).toBe(5);
    untap();
    link.putLine?.(straight);
    expect(give(alone("over a line "))).toBe(12);
    link.putLine?.(undefined);
    expect(give(alone("taken again "))).toBe(0);
    peer.socket.pause();
    for (let letter = 0; link.queuedBytes === 0; letter += 1) {
      const left = give(alone(Buffer.alloc(100_000, letter)));
      expect(left).toBe(link.queuedBytes === 0 ? 0 : 100_000);
    }
    expect(give(alone("behind it"))).toBe(9);
    peer.socket.resume();
    await peer.hears(Buffer.concat(pieces));
  });

  it("tells a writer that its bytes never went", async () => {
    const { link, heard } = await linked();
    link.destroy();
    const error = await new Promise((resolve) => link.write(Buffer.from("late"), resolve));
    expect(error).toBeInstanceOf(Error);
    await eventually(() => expect(heard).toEqual(["closed"]));
  });

  it("hears a read past the stream while that flows", async () => {
    const { socket, peer, heard } = await linked();
    const events: string[] = [];
    socket.on("data", (bytes: Buffer) => events.push(bytes.toString()));
    peer.say("hello");
    await eventually(() => expect(heard.join("")).toBe("hello"));
    expect(events).toEqual([]);
  });

  it("hears what came while it was paused when it goes on, before what comes then", async () => {
    const { link, socket, peer, heard } = await linked();
    link.pause();
    peer.say("one ");
    await eventually(() => expect(socket.readableLength).toBe(4));
    expect(heard).toEqual([]);
    link.resume();
    peer.say("two");
    await eventually(() => expect(heard.join("")).toBe("one two"));
    peer.end();
    await eventually(() => expect(heard.at(-1)).toBe("FIN"));
  });

  it("takes a read that comes before the stream has let go of what it held behind that", async () => {
    const { link, socket, heard } = await linked();
    link.pause();
    socket.push(Buffer.from("one "));
    link.resume();
    socket.push(Buffer.from("two"));
    expect(heard).toEqual([]);
    await eventually(() => expect(heard).toEqual(["one ", "two"]));
  });

  it("stops reading while it is paused and as much is held as a stream holds", async () => {
    const { link, socket, peer, heard } = await linked();
    const megabytes = 4 * 1_048_576;
    peer.say("begins ");
    await eventually(() => expect(heard).toEqual(["begins "]));
    link.pause();
    peer.say(Buffer.alloc(megabytes, "x"));
    await eventually(() =>
      expect(socket.readableLength).toBeGreaterThanOrEqual(socket.readableHighWaterMark),
    );
    expect(socket.readableLength).toBeLessThan(megabytes / 2);
    link.resume();
    await eventually(() => expect(heard.join("").length).toBe("begins ".length + megabytes));
  });

  it("takes reads by the stream's own events where Node hands them to nothing else", async () => {
    const { socket, peer, heard } = await linked();
    socket.push = Socket.prototype.push;
    peer.say("hello");
    await eventually(() => expect(heard.join("")).toBe("hello"));
  });
});
