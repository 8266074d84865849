/** Edges of the framer's decisions, where one byte or one millisecond more is another message: each was once changed without a test noticing. */
import { describe, expect, it } from "vitest";
import { Framer } from "../../src/wire/framer.ts";
import { Hearing, limits, quietMs, raw, slowMs, tailMs, text } from "./hearing.ts";

const padded = (size: number, ...pieces: readonly (readonly [number, string])[]) => {
  const buffer = Buffer.alloc(size);
  for (const [at, piece] of pieces) buffer.write(piece, at);
  return buffer;
};

/** A framer of a nul peer, asked whenever something may have changed. */
const nulPeer = (limit?: number) =>
  new Hearing({ framing: "nul", ...(limit === undefined ? {} : { limits: { maxMessageBytes: limit } }) });

describe("an unknown peer", () => {
  it("whose first byte is a newline is a line peer, whatever NUL comes behind it [FRAME-2]", () => {
    const hearing = new Hearing().hear("\nhello\0");
    expect([hearing.framing, hearing.messages]).toEqual(["line", []]);
  });

  it("is not judged by a newline that begins the next burst [FRAME-3]", () => {
    const framer = new Framer("auto", limits);
    framer.push(Buffer.from("server1"), 0);
    framer.push(Buffer.from("\nx"), quietMs + 1);
    expect(framer.next(text, quietMs + 1)).toEqual({ kind: "message", bytes: Buffer.from("server1") });
    expect(framer.framing).toBe("bare");
  });

  it("goes on with its burst exactly the quiet time later [FRAME-3]", () => {
    const framer = new Framer("auto", limits);
    framer.push(Buffer.from("server1"), 0);
    framer.push(Buffer.from("server.pdf\n"), quietMs);
    expect(framer.next(text, quietMs)).toMatchObject({ bytes: Buffer.from("server1server.pdf") });
  });

  it("is not waited for longer because of a read without bytes [FRAME-3]", () => {
    const hearing = new Hearing()
      .hear("hello")
      .pass(quietMs - 1)
      .hear("")
      .pass(1);
    expect(hearing.messages).toEqual(["hello"]);
  });
});

describe("a bare peer", () => {
  it("becomes a line peer by a chunk that begins with a newline [FRAME-1]", () => {
    const hearing = new Hearing().hear("one").pass(slowMs).hear("\ntwo\n");
    expect([hearing.framing, hearing.messages]).toEqual(["line", ["one", "two"]]);
  });

  it("of a fixed framing keeps its newlines [FRAME-1]", () => {
    const hearing = new Hearing({ framing: "bare" }).hear("\ntwo").pass(slowMs);
    expect([hearing.framing, hearing.messages]).toEqual(["bare", ["\ntwo"]]);
  });
});

describe("a line peer", () => {
  it.each(["\0\0", "\r"])("that leaves %j behind has said nothing with it [FRAME-8]", (rest) => {
    const hearing = new Hearing().hear("hello\n").hear(rest).end();
    expect(hearing.messages).toEqual(["hello"]);
  });

  it.each(["\n", "ok\n"])("acknowledges with %j, however much waits behind it [FILE-0]", (line) => {
    const hearing = new Hearing({ framing: "line", limits: { maxMessageBytes: 10 }, asText: false });
    const { framer } = hearing;
    framer.push(Buffer.from(`${line}${"x".repeat(20)}`), 0);
    expect(framer.next(raw, 0)).toEqual({ kind: "message", bytes: Buffer.from(line) });
  });
});

describe("a nul peer", () => {
  it("whose string lies still without its NUL has said it [FRAME-4]", () => {
    const hearing = nulPeer()
      .hear("bye")
      .pass(tailMs - 1);
    expect(hearing.messages).toEqual([]);
    expect(hearing.pass(1).messages).toEqual(["bye"]);
  });

  it("has stale words anywhere in its buffer, also behind padding [FRAME-4]", () => {
    const hearing = nulPeer()
      .hear(padded(512, [0, "hello"], [100, "older"]))
      .pass(slowMs);
    expect(hearing.messages).toEqual(["hello"]);
  });

  it("says one message each where whole buffers of 256 bytes stand behind each other [FRAME-4]", () => {
    const hearing = nulPeer()
      .hear(padded(512, [0, "hello"], [256, "again"]))
      .pass(slowMs);
    expect(hearing.messages).toEqual(["hello", "again"]);
  });

  it("of buffers as long as a message may be leaves stale words in them, once the burst is over [FRAME-4]", () => {
    const hearing = nulPeer(512).hear(padded(512, [0, "hello"], [100, "older"], [511, "x"]));
    expect(hearing.messages).toEqual(["hello"]);
    expect(hearing.framer.next(text, hearing.now)).toEqual({ kind: "wait", ms: quietMs });
    expect(hearing.pass(slowMs).messages).toEqual(["hello"]);
    expect(hearing.framer.unreadBytes).toBe(0);
  });

  it("whose burst is longer than any message is heard string by string [FRAME-4]", () => {
    const hearing = nulPeer(511)
      .hear(padded(512, [0, "hello"], [100, "older"]))
      .pass(slowMs);
    expect(hearing.messages).toEqual(["hello", "older"]);
  });

  it("acknowledges with a chunk whose rest is no message [FILE-0]", () => {
    const hearing = new Hearing({ framing: "nul", readings: [raw, text] })
      .hear(padded(300, [0, "ok"]))
      .hear(padded(212, [50, "older"]))
      .pass(slowMs);
    expect(hearing.messages.map((one) => one.replaceAll("\0", ""))).toEqual(["ok"]);
  });
});
