/** How peers really send, over real sockets: every habit of [FRAME-1…FRAME-6, FRAME-8] gets its file. */
import { Socket } from "node:net";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { Conversation } from "./conversation.ts";
import { converse, eventually, openLab, sizeOf, type TestLab } from "./harness.ts";
import { SimulatedClock } from "./simulated-clock.ts";

async function fileLab() {
  const lab = await openLab();
  const pdf = await lab.addFile("server.pdf");
  const server = await lab.serveFiles();
  const peer = await converse(server);
  return { lab, pdf, server, peer };
}

/** A whole fetch, in which each message is sent as this peer sends it and each answer ends as it should. */
async function fetches(
  peer: Conversation,
  pdf: Buffer,
  { say, ending }: { say: (text: string) => string | Uint8Array; ending: string },
) {
  peer.say(say("server1"));
  await peer.hears(`valid${ending}`);
  peer.say(say("server.pdf"));
  await peer.hears(`found${ending}`);
  await peer.hears(sizeOf(pdf));
  peer.say(say("Got"));
  await peer.hears(pdf);
}

/** The text in a buffer of this size that still holds what was in it before. */
function fixedBuffer(size: number): (text: string) => Buffer {
  const buffer = Buffer.alloc(size, "stale bytes of an uninitialised array; ");
  return (text) => {
    buffer.write(`${text}\0`);
    return Buffer.from(buffer);
  };
}

const framingOf = (lab: TestLab, peer: Conversation) => lab.storyOf(peer).framing;

describe("a peer is understood by its own bytes", () => {
  it.each([
    ["bare text", "bare", "", (text: string) => text],
    ["lines", "line", "\n", (text: string) => `${text}\n`],
    ["CRLF lines", "line", "\n", (text: string) => `${text}\r\n`],
    ["NUL-terminated strings", "nul", "\0", (text: string) => `${text}\0`],
    ["lines in C strings", "nul", "\0", (text: string) => `${text}\n\0`],
    ["fixed buffers of 1024 bytes", "nul", "\0", fixedBuffer(1_024)],
    ["fixed buffers of 5000 bytes", "nul", "\0", fixedBuffer(5_000)],
  ])("that sends %s", async (_habit, framing, ending, say) => {
    const { lab, pdf, peer } = await fileLab();
    await fetches(peer, pdf, { say, ending });
    // A second file over the same connection: nothing stale was taken for a message meanwhile.
    peer.say(say("server.pdf"));
    await peer.hears(`found${ending}`);
    await peer.hears(sizeOf(pdf));
    peer.say(say("Got"));
    await peer.hears(pdf);
    peer.end();
    expect(await peer.hearsTheEnd()).toEqual(Buffer.alloc(0));
    expect(framingOf(lab, peer)).toBe(framing);
    expect(lab.storyOf(peer).fault).toBeUndefined();
  });

  it("that sends a line byte by byte", async () => {
    const { peer } = await fileLab();
    for (const byte of "server1\n") {
      peer.say(byte);
      await new Promise<void>((next) => setImmediate(next));
    }
    await peer.hears("valid\n");
  });

  it("that sends a token and a filename in one packet [FILE-2]", async () => {
    const { pdf, peer } = await fileLab();
    peer.say("server1server.pdf");
    await peer.hears("validfound");
    await peer.hears(sizeOf(pdf));
    peer.say("Got\0");
    await peer.hears(pdf);
  });

  it("that sends its whole side as lines and a FIN at once [FRAME-8]", async () => {
    const { pdf, peer, lab } = await fileLab();
    peer.end("server1\nserver.pdf\n");
    const heard = await peer.hearsTheEnd();
    expect(heard.subarray(0, 12).toString()).toBe("valid\nfound\n");
    expect(heard.subarray(12, 16)).toEqual(sizeOf(pdf));
    expect(heard.subarray(16).equals(pdf)).toBe(true);
    await peer.over();
    expect(peer.error).toBeUndefined();
    expect(lab.storyOf(peer).fault).toBeUndefined();
  });

  it("whose last line has no newline before its FIN", async () => {
    const { peer } = await fileLab();
    peer.end("server1\nnone.pdf");
    expect((await peer.hearsTheEnd()).toString()).toBe("valid\nnot found\n");
  });

  it("that acknowledges late: what follows is the next filename [FILE-0]", async () => {
    const clock = new SimulatedClock();
    const lab = await openLab([], { clock });
    const pdf = await lab.addFile("server.pdf", 1_000);
    const peer = await converse(await lab.serveFiles());
    peer.say("server1\nserver.pdf\n");
    await peer.hears("valid\nfound\n");
    clock.advance(50);
    await peer.hears(sizeOf(pdf));
    clock.advance(2_000);
    await peer.hears(pdf);
    peer.say("Got\nnone.pdf\n");
    await peer.hears("not found\n");
  });
});

describe("invalid UTF-8", () => {
  it("in a filename is a file that is not there, and the session goes on [FRAME-7]", async () => {
    const { lab, peer } = await fileLab();
    peer.say("server1\n");
    await peer.hears("valid\n");
    peer.say(Buffer.from([0xff, 0xfe, 0x80, 0x2e, 0x70, 0x64, 0x66, 0x0a]));
    await peer.hears("not found\n");
    peer.say("none.pdf\n");
    await peer.hears("not found\n");
    expect(lab.storyOf(peer).fault).toBeUndefined();
  });

  it("in a token is a wrong token", async () => {
    const { lab, peer } = await fileLab();
    peer.say(Buffer.from([0xc3, 0x28, 0x0a]));
    expect((await peer.hearsTheEnd()).toString()).toBe("Invalid\n");
    expect(lab.storyOf(peer).fault).toBe("refused");
  });
});

describe("what is sent [FRAME-6]", () => {
  it("leaves in one write a message", async () => {
    const { server, peer, pdf } = await fileLab();
    const write = vi.spyOn(Socket.prototype, "write");
    onTestFinished(() => write.mockRestore());
    await fetches(peer, pdf, { say: (text) => `${text}\n`, ending: "\n" });
    const writes = write.mock.calls
      .filter((_, call) => (write.mock.contexts[call] as Socket).localPort === server.port)
      .map(([bytes]) => Buffer.from(bytes).toString("latin1"));
    expect(writes.slice(0, 3)).toEqual(["valid\n", "found\n", sizeOf(pdf).toString("latin1")]);
  });

  it("lets the gap lie between `found` and the size", async () => {
    const clock = new SimulatedClock();
    const lab = await openLab([], { clock });
    const pdf = await lab.addFile("server.pdf");
    const peer = await converse(await lab.serveFiles());
    peer.say("server1\nserver.pdf\n");
    await peer.hears("valid\nfound\n");
    const before = lab.storyOf(peer).bytesOut;
    clock.advance(49);
    expect(lab.storyOf(peer).bytesOut).toBe(before);
    clock.advance(1);
    expect(lab.storyOf(peer).bytesOut).toBe(before + 4);
    await peer.hears(sizeOf(pdf));
  });

  it("is two writes with a gap between, on a real clock", async () => {
    const { lab, peer, pdf } = await fileLab();
    peer.say("server1\nserver.pdf\n");
    await peer.hears("valid\nfound\n");
    await peer.hears(sizeOf(pdf));
    // Of the writes: a machine that stands still in the gap reads both at once.
    const [found, size] = lab
      .storyOf(peer)
      .entries.filter(({ kind }) => kind === "out")
      .slice(-2);
    expect([found, size]).toMatchObject([{ bytes: Buffer.from("found\n") }, { bytes: sizeOf(pdf) }]);
    // Node's timers count whole milliseconds: one of 50 may fire after 49 and a bit.
    expect((size?.at ?? 0) - (found?.at ?? 0)).toBeGreaterThan(48_000);
  });

  it("needs no gap when the peer speaks between", async () => {
    const clock = new SimulatedClock();
    const lab = await openLab([], { clock });
    const pdf = await lab.addFile("server.pdf", 5_000);
    const peer = await converse(await lab.serveFiles());
    peer.say("server1\nserver.pdf\n");
    await peer.hears("valid\nfound\n");
    peer.say("Got\n");
    await peer.hears(sizeOf(pdf));
    await peer.hears(pdf);
  });

  it("ends as the listener's --framing says before any habit is known [FRAME-5]", async () => {
    const lab = await openLab();
    const peer = await converse(await lab.serveFiles({ framing: "nul", maxConnections: 1 }));
    const refused = await converse(lab.supervisor.instances[0]?.port ?? 0);
    expect((await refused.hearsTheEnd()).toString()).toBe("Too many clients\0");
    peer.say("nonsense\0");
    await eventually(() => expect(peer.unread.toString()).toBe("Invalid\0"));
  });
});
