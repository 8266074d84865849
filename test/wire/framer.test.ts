import { describe, expect, test } from "vitest";
import type { FramingOption, Reading } from "../../src/wire/framer.ts";
import {
  fixedBuffer,
  Hearing,
  type HearingOptions,
  quickMs,
  quietMs,
  raw,
  slowMs,
  tailMs,
  text,
} from "./hearing.ts";

const usualSizes = [256, 512, 1024, 2048, 4096, 5000, 8192];
/** What an earlier, longer message leaves in a buffer; its pieces look like messages. */
const stale = "old words\0older\0";

/** A peer whose habit is known already; the message that taught it is forgotten. */
function hearingOf(habit: "bare" | "line" | "nul", options: HearingOptions = {}) {
  const hearing = new Hearing({ ...options, readings: [text, ...(options.readings ?? [text])] });
  hearing.hear({ bare: "hello", line: "hello\n", nul: "hello\0" }[habit]).pass(slowMs);
  expect(hearing.framing).toBe(habit);
  return hearing.forget();
}

describe("an unknown peer", () => {
  test("waits for the quiet time, in case a newline follows [FRAME-3]", () => {
    const hearing = new Hearing().hear("hello");
    expect(hearing.framer.next(text, hearing.now)).toEqual({ kind: "wait", ms: quietMs });
    hearing.pass(quietMs - 1);
    expect(hearing.messages).toEqual([]);
    expect(hearing.framing).toBe("unknown");
    hearing.pass(1);
    expect(hearing.messages).toEqual(["hello"]);
    expect(hearing.framing).toBe("bare");
  });

  test("waits for the quiet time after its last chunk, not its first [FRAME-3]", () => {
    const hearing = new Hearing()
      .hear("hel")
      .pass(quickMs)
      .hear("lo")
      .pass(quietMs - 1);
    expect(hearing.messages).toEqual([]);
  });

  test("has its chunks taken as they were read once it is quiet [FRAME-3]", () => {
    const hearing = new Hearing().hear("gautamop").pass(quickMs).hear("15 + 35").pass(quietMs);
    expect(hearing.messages).toEqual(["gautamop", "15 + 35"]);
  });

  test("becomes a line peer by a newline that comes within the quiet time [FRAME-2]", () => {
    const hearing = new Hearing().hear("hel").pass(quickMs).hear("lo\n");
    expect(hearing.messages).toEqual(["hello"]);
    expect(hearing.framing).toBe("line");
  });

  test("becomes a bare peer where the newline comes later [FRAME-3]", () => {
    const hearing = new Hearing().hear("server1");
    // The second chunk is here before anybody asks: the burst it begins proves the first one quiet.
    hearing.framer.push(Buffer.from("server.pdf\n"), quietMs + 1);
    hearing.pass(quietMs + 1);
    expect(hearing.messages).toEqual(["server1", "server.pdf"]);
    expect(hearing.framing).toBe("line");
  });

  test.each(["server.pdf\n", "server.pdf\0"])(
    "is not judged by %j, which came in a later burst [FRAME-3]",
    (later) => {
      const { framer } = new Hearing();
      framer.push(Buffer.from("server1"), 0);
      framer.push(Buffer.from(later), quietMs + 1);
      expect(framer.next(text, quietMs + 1)).toEqual({ kind: "message", bytes: Buffer.from("server1") });
      expect(framer.framing).toBe("bare");
    },
  );

  test("does not wait once it has closed [FRAME-8]", () => {
    expect(new Hearing().hear("exit").end().messages).toEqual(["exit"]);
  });

  test("says nothing as long as nothing came [FRAME-1]", () => {
    const hearing = new Hearing().hear("").end();
    expect(hearing.framer.next(text, hearing.now)).toEqual({ kind: "nothing" });
    expect(hearing.framing).toBe("unknown");
  });
});

describe("a habit", () => {
  test.each([
    ["the first newline as the habit of a line peer [FRAME-2]", "hello\nwor", "line", ["hello"]],
    ["a newline before a NUL as the habit of a line peer [FRAME-2]", "hello\nwor\0", "line", ["hello"]],
    ["the first NUL as the habit of a nul peer [FRAME-4]", "hello\0", "nul", ["hello"]],
    ["a NUL before a newline as the habit of a nul peer [FRAME-4]", "hello\0old\n", "nul", ["hello"]],
    ["a NUL right behind a newline as the habit of a nul peer [FRAME-4]", "hello\n\0", "nul", ["hello"]],
    ["a NUL right behind CRLF as the habit of a nul peer [FRAME-4]", "hello\r\n\0", "nul", ["hello"]],
    ["silence as the habit of a bare peer [FRAME-3]", "hello", "bare", ["hello"]],
  ])("takes %s", (_, bytes, habit, messages) => {
    const hearing = new Hearing().hear(bytes).pass(slowMs);
    expect(hearing.framing).toBe(habit);
    expect(hearing.messages).toEqual(messages);
  });

  test("goes from bare to line at the first newline [FRAME-1]", () => {
    const hearing = hearingOf("bare").hear("one\ntwo\nthr");
    expect(hearing.framing).toBe("line");
    expect(hearing.messages).toEqual(["one", "two"]);
    expect(hearing.hear("ee\n").messages).toEqual(["one", "two", "three"]);
  });

  test.each(["exit", "ex\0it\0", "\0\0\0"])(
    "never goes back from line, whatever comes: %j [FRAME-1]",
    (bytes) => {
      const hearing = hearingOf("line").hear(bytes).pass(slowMs);
      expect(hearing.framing).toBe("line");
      expect(hearing.messages).toEqual([]);
    },
  );

  test.each(["one\n", "one\ntwo\n", "one"])("never goes from nul to anything: %j [FRAME-1]", (bytes) => {
    expect(hearingOf("nul").hear(bytes).pass(slowMs).end().framing).toBe("nul");
  });

  test("never goes from bare to nul [FRAME-1]", () => {
    const hearing = hearingOf("bare").hear("one\0");
    expect(hearing.framing).toBe("bare");
    expect(hearing.messages).toEqual(["one"]);
  });
});

describe("a line peer [FRAME-2]", () => {
  test.each([
    ["splits at the newline", ["a\nb\nc\n"], ["a", "b", "c"]],
    ["drops one carriage return", ["a\r\nb\r\n"], ["a", "b"]],
    ["keeps a second carriage return", ["a\r\r\n"], ["a\r"]],
    ["keeps a carriage return within a line", ["a\rb\n"], ["a\rb"]],
    ["joins CR and LF that came apart", ["a\r", "\n"], ["a"]],
    ["keeps an unfinished tail for the next chunk", ["a\nb", "c", "d\n"], ["a", "bcd"]],
    ["keeps white space", [" a \t\n"], [" a \t"]],
    ["drops padding that an earlier buffer left", ["a\n", "\0\0\0b\n"], ["a", "b"]],
    ["joins a character that was cut in two", ["gr\xc3", "\xbc\xc3\x9fe\n"], ["grüße"]],
  ])("%s", (_, chunks, messages) => {
    const hearing = new Hearing().hear(...chunks.map((one) => Buffer.from(one, "latin1")));
    expect(hearing.messages).toEqual(messages);
    expect(hearing.framing).toBe("line");
  });

  test("does not wait for anything behind its newline", () => {
    expect(hearingOf("line").hear("a\n").times).toEqual([slowMs]);
  });

  test.each([
    ["exit", "exit"],
    ["exit\r", "exit"],
    ["exit\0\0", "exit"],
    ["\0\0exit", "exit"],
  ])("ends its tail %j with its FIN", (bytes, message) => {
    const hearing = hearingOf("line").hear(bytes);
    expect(hearing.messages).toEqual([]);
    expect(hearing.end().messages).toEqual([message]);
  });

  const commands: Reading = { reads: "text", isWord: (word) => word === "exit" };

  test("ends a tail that lies still for 2 s and is a word of the phase", () => {
    const hearing = hearingOf("line", { readings: [commands] })
      .hear("exit")
      .pass(tailMs - 1);
    expect(hearing.messages).toEqual([]);
    expect(hearing.pass(1).messages).toEqual(["exit"]);
  });

  test("counts the 2 s from the last byte", () => {
    const hearing = hearingOf("line", { readings: [commands] })
      .hear("ex")
      .pass(tailMs - 1)
      .hear("it");
    expect(hearing.pass(tailMs - 1).messages).toEqual([]);
    expect(hearing.pass(1).messages).toEqual(["exit"]);
  });

  test.each(["exi", "exit now", "exits"])("never ends the tail %j, which is no word of the phase", (tail) => {
    const hearing = hearingOf("line", { readings: [commands] })
      .hear(tail)
      .pass(10 * tailMs);
    expect(hearing.messages).toEqual([]);
    expect(hearing.hear("\n").messages).toEqual([tail]);
  });

  test("never ends a tail in a phase that knows no words", () => {
    expect(
      hearingOf("line")
        .hear("exit")
        .pass(10 * tailMs).messages,
    ).toEqual([]);
  });
});

describe("a bare peer [FRAME-3]", () => {
  test("has every chunk taken as a message, at once", () => {
    const hearing = hearingOf("bare").hear("one", "two").pass(quickMs).hear("three");
    expect(hearing.messages).toEqual(["one", "two", "three"]);
    expect(hearing.times).toEqual([slowMs, slowMs, slowMs + quickMs]);
  });

  test.each([
    ["packed strings", "one\0two\0", ["one", "two"]],
    ["a fixed buffer with stale bytes", fixedBuffer(256, "one", stale), ["one"]],
    ["a string without its NUL, behind another", "one\0two", ["one"]],
    ["padding alone", "\0\0\0", []],
    ["padding in front", "\0\0one\0", ["one"]],
  ])("has %s taken by its strings", (_, chunk, messages) => {
    expect(hearingOf("bare").hear(chunk).pass(slowMs).messages).toEqual(messages);
  });
});

describe("unglue [FRAME-3]", () => {
  const token: Reading = {
    reads: "text",
    unglue: (said) =>
      said.startsWith("server1") && said !== "server1" ? ["server1", said.slice(7)] : undefined,
  };
  const filename: Reading = { reads: "text", unglue: () => undefined };

  test("puts the rest back for the next phase", () => {
    const hearing = new Hearing().hear("server1server.pdf");
    const now = quietMs;
    expect(hearing.framer.next(token, now)).toEqual({ kind: "message", bytes: Buffer.from("server1") });
    expect(hearing.framer.unreadBytes).toBe("server.pdf".length);
    expect(hearing.framer.peek(99).toString()).toBe("server.pdf");
    expect(hearing.framer.next(filename, now)).toEqual({ kind: "message", bytes: Buffer.from("server.pdf") });
    expect(hearing.framer.next(filename, now)).toEqual({ kind: "nothing" });
  });

  test("leaves what it put back in front of later chunks", () => {
    const hearing = hearingOf("bare", { readings: [token, filename] }).hear("server1a.pdf", "b.pdf");
    expect(hearing.messages).toEqual(["server1", "a.pdf", "b.pdf"]);
  });

  test("hands what it put back to a raw phase as a chunk", () => {
    const hearing = hearingOf("bare", { readings: [token, raw] }).hear("server1Got\0", "next");
    expect(hearing.messages).toEqual(["server1", "Got", "next"]);
  });

  test("keeps a message whole that the phase cannot take apart", () => {
    expect(hearingOf("bare", { readings: [token] }).hear("server2a.pdf").messages).toEqual(["server2a.pdf"]);
  });

  test.each([[[]], [["a"]]])("keeps a message whole that comes apart into %j", (parts) => {
    const readings: Reading[] = [{ reads: "text", unglue: () => parts }];
    expect(hearingOf("bare", { readings: [text, ...readings] }).hear("ab", "cd").messages).toEqual([
      "ab",
      "cd",
    ]);
  });

  test("keeps the strings behind the one it takes apart", () => {
    const hearing = hearingOf("bare", { readings: [token, filename] }).hear("server1a.pdf\0b.pdf\0");
    expect(hearing.messages).toEqual(["server1", "a.pdf", "b.pdf"]);
  });

  test.each([
    ["line", "server1a.pdf\n"],
    ["nul", "server1a.pdf\0"],
  ] as const)("is for bare peers: a %s peer says itself where a message ends", (habit, bytes) => {
    expect(hearingOf(habit, { readings: [token] }).hear(bytes).messages).toEqual(["server1a.pdf"]);
  });
});

describe("a nul peer [FRAME-4]", () => {
  test.each([
    ["one string", "one\0", ["one"]],
    ["a string and padding", "one\0\0\0\0", ["one"]],
    ["padding in front", "\0\0one\0", ["one"]],
    ["packed strings", "one\0two\0three\0", ["one", "two", "three"]],
    ["packed strings with padding between", "one\0\0two\0\0\0three\0", ["one", "two", "three"]],
    ["stale bytes without a NUL at their end", "one\0old", ["one"]],
    ["fgets into a small buffer", "one\n\0\0", ["one"]],
    ["packed fgets lines", "one\n\0two\r\n\0", ["one", "two"]],
    ["padding alone", "\0\0\0", []],
    ["a lone newline", "\n\0", []],
  ])("is read from %s", (_, bytes, messages) => {
    const hearing = new Hearing().hear(bytes).pass(slowMs);
    expect(hearing.messages).toEqual(messages);
    expect(hearing.framing).toBe("nul");
  });

  test("has its first string taken at once, and those behind it when the burst is over", () => {
    const hearing = new Hearing().hear("one\0two\0");
    expect(hearing.messages).toEqual(["one"]);
    expect(hearing.pass(quietMs - 1).messages).toEqual(["one"]);
    expect(hearing.pass(1).messages).toEqual(["one", "two"]);
  });

  test("has its string taken at once behind padding that came late", () => {
    const hearing = hearingOf("nul").hear("\0\0two\0");
    expect(hearing.messages).toEqual(["two"]);
    expect(hearing.times).toEqual([slowMs]);
  });

  test("does not wait for the burst's end once it has closed", () => {
    expect(new Hearing().hear("one\0two\0").end().messages).toEqual(["one", "two"]);
  });

  test("ends a string without its NUL with its FIN", () => {
    const hearing = hearingOf("nul").hear("exit");
    expect(hearing.messages).toEqual([]);
    expect(hearing.end().messages).toEqual(["exit"]);
  });

  test("joins a string that came in pieces, however slowly", () => {
    const hearing = hearingOf("nul").hear("h").pass(slowMs).hear("ell").pass(slowMs).hear("o\0");
    expect(hearing.messages).toEqual(["hello"]);
  });

  test.each(usualSizes)("never has stale bytes of a %i byte buffer taken", (size) => {
    const buffer = fixedBuffer(size, "exit", stale);
    expect(new Hearing().hear(buffer).pass(slowMs).end().messages).toEqual(["exit"]);
  });

  test.each(usualSizes)("never has stale bytes taken that end in a NUL, in %i bytes", (size) => {
    const buffer = fixedBuffer(size, "exit", stale);
    buffer[size - 1] = 0;
    expect(new Hearing().hear(buffer).pass(slowMs).end().messages).toEqual(["exit"]);
  });

  test("has packed strings taken that make one byte more than a usual buffer", () => {
    const packed = Buffer.from(`${"x".repeat(250)}\0two!!\0`).subarray(0, 257);
    packed[256] = 0;
    expect(packed.length).toBe(257);
    expect(new Hearing().hear(packed).pass(slowMs).messages).toHaveLength(2);
  });

  test.each([
    { sizes: [4096, 904] },
    { sizes: [1448, 1448, 1200] },
    { sizes: [2500, 2500] },
    { sizes: [100, 156] },
  ])("never has stale bytes of a buffer taken that came in several chunks: $sizes", ({ sizes }) => {
    const whole = fixedBuffer(
      sizes.reduce((sum, size) => sum + size),
      "exit",
      stale,
    );
    const hearing = new Hearing();
    let start = 0;
    for (const size of sizes) {
      hearing.hear(whole.subarray(start, start + size)).pass(quickMs);
      start += size;
    }
    expect(hearing.pass(slowMs).end().messages).toEqual(["exit"]);
  });

  test("takes 904 bytes as the rest of a buffer whose first 4096 were answered already", () => {
    const whole = fixedBuffer(5000, "server1", stale);
    const hearing = new Hearing({ replies: true }).hear(whole.subarray(0, 4096)).pass(quickMs);
    expect(hearing.messages).toEqual(["server1"]);
    expect(hearing.hear(whole.subarray(4096)).pass(slowMs).messages).toEqual(["server1"]);
  });

  test("takes a chunk as the rest of a buffer, however long ago a reply was sent before that buffer", () => {
    const whole = fixedBuffer(256, "exit", stale);
    // Cut behind NULs, where nothing but the time says that the buffer goes on.
    const cuts = [whole.indexOf(0, 100) + 1, whole.indexOf(0, 150) + 1];
    const hearing = hearingOf("nul");
    hearing.framer.replied();
    hearing.hear(whole.subarray(0, cuts[0])).pass(quickMs);
    hearing.hear(whole.subarray(cuts[0], cuts[1])).pass(quickMs).hear(whole.subarray(cuts[1]));
    expect(hearing.pass(slowMs).messages).toEqual(["exit"]);
  });

  test.each([
    [200, 56],
    [300, 212],
    [4_000, 1_000],
  ])("has strings of a quick ping-pong taken that together make a usual buffer: %i + %i", (one, other) => {
    const strings = [`${"x".repeat(one - 1)}`, `${"y".repeat(other - 1)}`];
    const hearing = new Hearing({ replies: true });
    for (const string of strings) hearing.hear(`${string}\0`).pass(1);
    expect(hearing.pass(slowMs).messages).toEqual(strings);
  });

  test.each([
    ["clean", ""],
    ["stale", stale],
  ])("has each %s fixed buffer of a quick ping-pong taken", (_, left) => {
    const hearing = new Hearing({ replies: true });
    const words = ["server1", "server.pdf", "a.pdf", "exit"];
    for (const word of words) hearing.hear(fixedBuffer(1024, word, left)).pass(1);
    expect(hearing.pass(slowMs).messages).toEqual(words);
  });

  test.each([
    [50, ""],
    [100, "garbage"],
    [128, ""],
    [128, "garbage"],
    [1000, "garbage"],
  ])("has each buffer of an unusual size taken in a quick ping-pong: %i, %j", (size, left) => {
    const hearing = new Hearing({ replies: true });
    const words = ["gautamop", "15 + 35", "q"];
    for (const word of words) hearing.hear(fixedBuffer(size, word, left)).pass(1);
    expect(hearing.pass(slowMs).messages).toEqual(words);
  });

  test("has a string taken that follows a stale buffer in a quick ping-pong", () => {
    const hearing = new Hearing({ replies: true }).hear(fixedBuffer(1024, "server1", "garbage")).pass(1);
    expect(hearing.hear("a.pdf\0").pass(slowMs).messages).toEqual(["server1", "a.pdf"]);
  });

  test("takes each string of a quick ping-pong at once", () => {
    const hearing = new Hearing({ replies: true })
      .hear("one\0")
      .pass(1)
      .hear("two\0")
      .pass(1)
      .hear("three\0");
    expect(hearing.messages).toEqual(["one", "two", "three"]);
    expect(hearing.times).toEqual([0, 1, 2]);
  });

  test("joins a string that was cut in two while the one before it was answered", () => {
    const hearing = new Hearing({ replies: true })
      .hear("server1\0ser")
      .pass(1)
      .hear("ver.pdf\0")
      .pass(slowMs);
    expect(hearing.messages).toEqual(["server1", "server.pdf"]);
  });

  test("joins a string whose halves are alike", () => {
    // Of the same length and end, but there is no string in the second as there is in a buffer that is sent again.
    const hearing = new Hearing({ replies: true })
      .hear("a\0xxxxxx")
      .pass(1)
      .hear("xxxxxxxx")
      .pass(1)
      .hear("\0");
    expect(hearing.pass(slowMs).messages).toEqual(["a", "x".repeat(14)]);
  });

  test.each([
    [512, 2],
    [1024, 2],
    [1024, 3],
    [1024, 4],
    [5000, 2],
  ])("has clean padded buffers of %i bytes taken that came glued, %i of them", (size, count) => {
    const words = ["one", "two", "three", "four"].slice(0, count);
    const glued = Buffer.concat(words.map((word) => fixedBuffer(size, word)));
    expect(new Hearing().hear(glued).pass(slowMs).messages).toEqual(words);
  });

  test("has clean padded buffers taken that came within one burst, unanswered", () => {
    const hearing = new Hearing().hear(fixedBuffer(1024, "one")).pass(quickMs).hear(fixedBuffer(1024, "two"));
    expect(hearing.pass(slowMs).messages).toEqual(["one", "two"]);
  });

  test("never has bytes taken that start at a boundary but have no NUL at their end", () => {
    const buffer = fixedBuffer(512, "exit");
    buffer.fill("x", 256);
    expect(new Hearing().hear(buffer).pass(slowMs).end().messages).toEqual(["exit"]);
  });

  test("never has bytes taken that start at a boundary right behind a string", () => {
    const buffer = fixedBuffer(512, "x".repeat(255));
    buffer.write("old words", 256);
    expect(new Hearing().hear(buffer).pass(slowMs).messages).toEqual(["x".repeat(255)]);
  });

  test("starts afresh with the next burst", () => {
    const hearing = new Hearing()
      .hear(fixedBuffer(256, "one", stale))
      .pass(slowMs)
      .hear("two\0");
    expect(hearing.messages).toEqual(["one", "two"]);
  });

  test("has its strings taken while they keep coming without a pause", () => {
    // Otherwise a peer that never pauses is never answered, and what it sends is kept for ever.
    const hearing = new Hearing({ limits: { maxMessageBytes: 100 } });
    for (let count = 0; count < 1_000; count += 1) hearing.hear("again\0").pass(quickMs);
    expect(hearing.messages.length).toBeGreaterThan(900);
    expect(hearing.framer.unreadBytes).toBeLessThan(200);
    expect(hearing.pass(slowMs).messages).toEqual(Array(1_000).fill("again"));
  });
});

describe("a burst longer than any message [FRAME-4]", () => {
  test("is no buffer: its strings are taken, wherever it is cut", () => {
    const strings = Array(100).fill("again");
    const stream = Buffer.from(`${strings.join("\0")}\0`);
    const hearing = new Hearing({ limits: { maxMessageBytes: 100 } }).hear(stream.subarray(0, 200));
    expect(hearing.messages).toEqual(Array(33).fill("again"));
    expect(hearing.hear(stream.subarray(200)).messages).toEqual(strings);
  });
});

describe("a raw phase", () => {
  const afterText = [text, raw, text];

  test.each([
    ["one line from a line peer", "line", ["a.pdf\n", "Got\nb.pdf\n"], ["a.pdf", "Got\n", "b.pdf"]],
    ["one chunk from a bare peer", "bare", ["a.pdf", "Got", "b.pdf"], ["a.pdf", "Got", "b.pdf"]],
    ["one chunk from a nul peer", "nul", ["a.pdf\0", "Got\0"], ["a.pdf", "Got\0"]],
  ] as const)("takes %s [FILE-0]", (_, habit, chunks, messages) => {
    const hearing = hearingOf(habit, { readings: afterText, replies: true });
    for (const chunk of chunks) hearing.hear(chunk).pass(1);
    expect(hearing.pass(slowMs).messages).toEqual(messages);
    expect(hearing.framing).toBe(habit);
  });

  test.each(["Got", "Got\n", "Got\0", "\0", "\n", "a\nb\0c"])("teaches no habit by %j [FRAME-1]", (bytes) => {
    const hearing = new Hearing({ readings: [raw] }).hear(bytes);
    expect(hearing.messages).toEqual([bytes]);
    expect(hearing.framing).toBe("unknown");
  });

  test("leaves the text behind it to be judged for itself [FRAME-1]", () => {
    const hearing = new Hearing({ readings: [raw, text] }).hear("Got", "a.pdf\0old");
    expect(hearing.pass(slowMs).messages).toEqual(["Got", "a.pdf"]);
  });

  test("does not latch a bare peer by a newline [FRAME-1]", () => {
    const hearing = hearingOf("bare", { readings: [raw] }).hear("Got\n");
    expect(hearing.messages).toEqual(["Got\n"]);
    expect(hearing.framing).toBe("bare");
  });

  test("takes what came from a line peer that sends no line, after the quiet time [FILE-0]", () => {
    const hearing = hearingOf("line", { readings: [raw] }).hear("Got\0");
    expect(hearing.messages).toEqual([]);
    expect(hearing.pass(quietMs).messages).toEqual(["Got\0"]);
  });

  test("takes what came from a line peer that has closed, at once [FRAME-8]", () => {
    expect(
      hearingOf("line", { readings: [raw] })
        .hear("Got")
        .end().messages,
    ).toEqual(["Got"]);
  });

  test("takes a lone NUL of a nul peer as its acknowledgement [FILE-0]", () => {
    expect(hearingOf("nul", { readings: [raw] }).hear("\0").messages).toEqual(["\0"]);
  });

  test("takes a lone NUL that came while padding was still unread [FILE-0]", () => {
    const { framer } = hearingOf("nul");
    framer.push(fixedBuffer(1024, "server.pdf"), slowMs);
    framer.next(text, slowMs);
    framer.replied();
    framer.push(Buffer.from("\0"), slowMs + 1);
    expect(framer.next(raw, slowMs + 1)).toEqual({ kind: "message", bytes: Buffer.from("\0") });
    expect(framer.next(raw, slowMs + 1)).toEqual({ kind: "nothing" });
  });

  test.each([
    ["padding", fixedBuffer(1024, "server.pdf")],
    ["stale bytes", fixedBuffer(1024, "server.pdf", stale)],
    ["a second NUL", "server.pdf\0\0"],
    ["fgets padding", "server.pdf\n\0\0"],
  ])("does not take %s behind the filename for the acknowledgement [FILE-0]", (_, filename) => {
    const hearing = new Hearing({ readings: afterText, replies: true }).hear(filename).pass(slowMs);
    expect(hearing.messages).toEqual(["server.pdf"]);
    expect(hearing.hear("Got\0").messages).toEqual(["server.pdf", "Got\0"]);
    expect(hearing.hear("b.pdf\0").pass(slowMs).messages).toEqual(["server.pdf", "Got\0", "b.pdf"]);
  });

  test("takes the acknowledgement that comes right behind a stale buffer [FILE-0]", () => {
    const hearing = new Hearing({ readings: afterText, replies: true });
    hearing
      .hear(fixedBuffer(1024, "server.pdf", "garbage"))
      .pass(1)
      .hear("Got\0");
    expect(hearing.messages).toEqual(["server.pdf", "Got\0"]);
  });

  test("does not leave the rest of an acknowledgement's buffer for the next filename [FILE-0]", () => {
    const acknowledgement = fixedBuffer(5000, "Got", stale);
    const hearing = hearingOf("nul", { readings: [raw, text], replies: true });
    hearing.hear(acknowledgement.subarray(0, 4096)).pass(1).hear(acknowledgement.subarray(4096)).pass(slowMs);
    expect(hearing.messages).toHaveLength(1);
    expect(hearing.hear("b.pdf\0").messages.at(-1)).toBe("b.pdf");
  });
});

describe("a record phase", () => {
  const pair: Reading = {
    reads: "record",
    decode: ({ bytes }) => (bytes.length < 2 ? undefined : { take: 2, value: bytes.readUInt16BE(0) }),
  };

  test.each(["ab", "\n\n", "\0\n"])("teaches no habit by %j [FRAME-1]", (bytes) => {
    const hearing = new Hearing({ readings: [pair] }).hear(bytes);
    expect(hearing.values).toEqual([Buffer.from(bytes).readUInt16BE(0)]);
    expect(hearing.framing).toBe("unknown");
  });

  test.each(["line", "nul"] as const)("does not use the habit of a %s peer [FRAME-1]", (habit) => {
    const hearing = hearingOf(habit, { readings: [pair] }).hear("\n\0\0\n");
    expect(hearing.bytes.map((one) => one.toString("hex"))).toEqual(["0a00", "000a"]);
    expect(hearing.framing).toBe(habit);
  });

  test("joins a record that trickles in, and leaves what follows it [FRAME-1]", () => {
    const hearing = new Hearing({ readings: [pair] }).hear("a").pass(slowMs).hear("bc");
    expect(hearing.messages).toEqual(["ab"]);
    expect(hearing.framer.peek(9).toString()).toBe("c");
  });

  test("shows its decoder all that is unread, how long it lies still, and whether the peer has closed", () => {
    const seen: unknown[] = [];
    const nosy: Reading = {
      reads: "record",
      decode: ({ bytes, stillMs, ended }) => void seen.push([bytes.toString(), stillMs, ended]),
    };
    const { framer } = new Hearing();
    framer.next(nosy, 5);
    framer.push(Buffer.from("a"), 10);
    framer.next(nosy, 10);
    framer.push(Buffer.from("b"), 20);
    framer.next(nosy, 50);
    framer.end();
    framer.next(nosy, 60);
    expect(seen).toEqual([
      ["", 0, false],
      ["a", 0, false],
      ["ab", 30, false],
      ["ab", 40, true],
    ]);
  });

  test("waits as long as its decoder says, and never for nothing", () => {
    const { framer } = new Hearing();
    framer.push(Buffer.from("a"), 0);
    expect(framer.next({ reads: "record", decode: () => ({ waitMs: 7 }) }, 0)).toEqual({
      kind: "wait",
      ms: 7,
    });
    expect(framer.next({ reads: "record", decode: () => ({ waitMs: 0 }) }, 0)).toEqual({
      kind: "wait",
      ms: 1,
    });
    expect(framer.next({ reads: "record" }, 0)).toEqual({ kind: "nothing" });
  });
});

describe("a message over the limit [FRAME-7]", () => {
  const limit = { limits: { maxMessageBytes: 10 } };
  const fits = "x".repeat(10);
  const tooLong = "x".repeat(11);

  test.each([
    ["an unknown peer's", undefined, fits, tooLong],
    ["a bare peer's", "bare", fits, tooLong],
    ["a line peer's", "line", `${fits}\n`, `${tooLong}\n`],
    ["a line peer's unfinished", "line", fits, tooLong],
    ["a nul peer's", "nul", `${fits}\0`, `${tooLong}\0`],
    ["a nul peer's unfinished", "nul", fits, tooLong],
  ] as const)("is refused: %s", (_, habit, short, long) => {
    const start = () => (habit ? hearingOf(habit, limit) : new Hearing(limit));
    const fitting = start().hear(short).pass(slowMs).end();
    expect(fitting.messages).toEqual([fits]);
    expect(fitting.isTooLong).toBe(false);
    const refused = start().hear(long).pass(slowMs).end();
    expect(refused.isTooLong).toBe(true);
    expect(refused.messages).toEqual([]);
  });

  test("is refused at once: an unknown peer's", () => {
    expect(new Hearing(limit).hear(tooLong).isTooLong).toBe(true);
  });

  test.each(["line", "nul"] as const)("is refused before its end comes: a %s peer's", (habit) => {
    const hearing = hearingOf(habit, limit);
    for (let count = 0; count < 11; count += 1) hearing.hear("x").pass(slowMs);
    expect(hearing.isTooLong).toBe(true);
  });

  test("is refused behind one that fits", () => {
    const hearing = hearingOf("line", limit).hear(`a\n${tooLong}\n`);
    expect(hearing.messages).toEqual(["a"]);
    expect(hearing.isTooLong).toBe(true);
  });

  test("is refused in the raw phase of a line peer", () => {
    expect(hearingOf("line", { ...limit, readings: [raw] }).hear(fits).isTooLong).toBe(false);
    expect(hearingOf("line", { ...limit, readings: [raw] }).hear(tooLong).isTooLong).toBe(true);
    expect(hearingOf("line", { ...limit, readings: [raw] }).hear(`${tooLong}\n`).isTooLong).toBe(true);
  });

  test.each([
    ["waits", () => ({ waitMs: 200 })],
    ["wants more", () => undefined],
  ])("is refused in a record phase whose decoder %s", (_, decode) => {
    const readings: Reading[] = [{ reads: "record", decode }];
    expect(new Hearing({ ...limit, readings }).hear(fits).isTooLong).toBe(false);
    expect(new Hearing({ ...limit, readings }).hear(tooLong).isTooLong).toBe(true);
  });

  test("is no message where several in one burst make up the length", () => {
    const lines = Array(100).fill("hello");
    expect(hearingOf("line", limit).hear(`${lines.join("\n")}\n`).messages).toEqual(lines);
    expect(
      hearingOf("nul", limit)
        .hear(`${lines.join("\0")}\0`)
        .pass(slowMs).messages,
    ).toEqual(lines);
  });
});

describe("an empty message [FRAME-7]", () => {
  test.each([
    ["a line peer", "line", "\n\n\r\n"],
    ["a nul peer", "nul", "\0\0\0"],
    ["a bare peer", "bare", "\0"],
  ] as const)("of %s is ignored", (_, habit, bytes) => {
    const hearing = hearingOf(habit).hear(bytes).pass(slowMs);
    expect(hearing.messages).toEqual([]);
    expect(hearing.framer.unreadBytes).toBe(0);
    expect(hearing.end().messages).toEqual([]);
  });

  test("teaches the habit all the same", () => {
    expect(new Hearing().hear("\n").framing).toBe("line");
    expect(new Hearing().hear("\0").framing).toBe("nul");
  });

  test("between two others is ignored", () => {
    expect(new Hearing().hear("a\n\n\r\nb\n").messages).toEqual(["a", "b"]);
  });
});

describe("invalid UTF-8 [FRAME-7]", () => {
  const invalid = Buffer.from([0x61, 0xff, 0xc3, 0x28, 0xed, 0xa0, 0x80]);

  test.each([
    ["a bare peer", "bare", []],
    ["a line peer", "line", [0x0a]],
    ["a nul peer", "nul", [0x00]],
  ] as const)("of %s comes out byte for byte", (_, habit, ending) => {
    const readings = [{ reads: "text", isWord: () => false, unglue: () => undefined } as const];
    const hearing = hearingOf(habit, { readings }).hear(Buffer.from([...invalid, ...ending]));
    expect(hearing.bytes).toEqual([invalid]);
  });
});

describe("a told framing [FRAME-5]", () => {
  test.each<[FramingOption, string, string[], string[]]>([
    ["line", "takes a tail for unfinished", ["one\ntwo"], ["one"]],
    ["line", "keeps a NUL within a line", ["a\0b\n"], ["a\0b"]],
    ["bare", "takes chunks as they are, newlines and all", ["one\n", "two\nthree"], ["one\n", "two\nthree"]],
    ["bare", "takes strings apart", ["one\0two\0"], ["one", "two"]],
    ["nul", "keeps a newline within a string", ["a\nb\0"], ["a\nb"]],
    ["nul", "takes a string without its NUL for unfinished", ["one\0", "two"], ["one"]],
  ])("%s: %s", (framing, _, chunks, messages) => {
    const hearing = new Hearing({ framing }).hear(...chunks).pass(slowMs);
    expect(hearing.messages).toEqual(messages);
    expect(hearing.framing).toBe(framing);
  });

  test("needs no quiet time", () => {
    expect(new Hearing({ framing: "bare" }).hear("hello").messages).toEqual(["hello"]);
  });

  test("auto finds it out", () => {
    expect(new Hearing({ framing: "auto" }).framing).toBe("unknown");
  });

  test("uses the usual limits where none are told", async () => {
    const { Framer, defaultLimits } = await import("../../src/wire/framer.ts");
    expect(defaultLimits).toEqual({ quietMs: 30, tailMs: 2_000, maxMessageBytes: 65_536 });
    const framer = new Framer();
    framer.push(Buffer.from("hello"), 0);
    expect(framer.next(text, 0)).toEqual({ kind: "wait", ms: 30 });
  });
});

describe("what no phase has read", () => {
  test("can be looked at without being taken", () => {
    const { framer } = new Hearing({ readings: [{ reads: "record", decode: () => undefined }] }).hear(
      "abc",
      "def",
    );
    expect(framer.peek(4).toString()).toBe("abcd");
    expect(framer.peek(99).toString()).toBe("abcdef");
    expect(framer.unreadBytes).toBe(6);
  });

  test("can be taken past all framing, chunk by chunk", () => {
    const { framer } = new Hearing();
    framer.push(Buffer.from("ab\n"), 0);
    framer.push(Buffer.from("cd"), 0);
    expect(framer.takeChunk(2)?.toString()).toBe("ab");
    expect(framer.takeChunk()?.toString()).toBe("\n");
    expect(framer.takeChunk(9)?.toString()).toBe("cd");
    expect(framer.takeChunk()).toBeUndefined();
    expect(framer.framing).toBe("unknown");
  });
});

describe("a bare message longer than one read", () => {
  const read = (letter: string, size = 65_536) => Buffer.alloc(size, letter);
  const roomy = { limits: { maxMessageBytes: 1_000_000 } };

  test("is one message, and waits for the rest of it [FRAME-3]", () => {
    const hearing = hearingOf("bare", roomy).hear(read("a"), read("b"));
    expect(hearing.messages).toEqual([]);
    hearing.hear(read("c", 5));
    expect(hearing.bytes.map(({ length }) => length)).toEqual([2 * 65_536 + 5]);
  });

  test("is one message of an unknown peer too [FRAME-3]", () => {
    const hearing = new Hearing(roomy).hear(read("a"), read("b", 5)).pass(quietMs);
    expect(hearing.bytes.map(({ length }) => length)).toEqual([65_541]);
    expect(hearing.framing).toBe("bare");
  });

  test("is whole where nothing follows for the quiet time, or at its FIN [FRAME-3]", () => {
    const quiet = hearingOf("bare", roomy).hear(read("a")).pass(quietMs);
    expect(quiet.bytes.map(({ length }) => length)).toEqual([65_536]);
    const ended = hearingOf("bare", roomy).hear(read("a")).end();
    expect(ended.bytes.map(({ length }) => length)).toEqual([65_536]);
  });

  test("is not continued by what comes later, nor by what follows a shorter read [FRAME-3]", () => {
    const hearing = hearingOf("bare", roomy).hear(read("a")).pass(slowMs).hear("one", "two");
    expect(hearing.bytes.map(({ length }) => length)).toEqual([65_536, 3, 3]);
  });

  test("over --max-message is too long, wherever the reads cut it [FRAME-7]", () => {
    const hearing = hearingOf("bare").hear(read("a"));
    expect(hearing.isTooLong).toBe(false);
    hearing.hear("b");
    expect(hearing.isTooLong).toBe(true);
    expect(hearing.messages).toEqual([]);
  });

  test("whose newline comes in a later read is a line [FRAME-2]", () => {
    const hearing = hearingOf("bare", roomy).hear(read("a"), Buffer.from("end\nnext\n"));
    expect(hearing.framing).toBe("line");
    expect(hearing.bytes.map(({ length }) => length)).toEqual([65_539, 4]);
  });
});
