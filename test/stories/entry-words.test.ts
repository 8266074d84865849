/** Each fact of a story as a line, to the letter; and what of it a reader may not see. */
import { describe, expect, it } from "vitest";
import { cause } from "../../src/stories/causes.ts";
import type { Entry, OperatorAction } from "../../src/stories/entry.ts";
import {
  actionText,
  describeEntry,
  fileSize,
  programText,
  readingOf,
  shownCause,
  shownEntry,
} from "../../src/stories/entry-text.ts";
import type { ProgramSample } from "../../src/stories/program.ts";
import { Redactor } from "../../src/stories/redaction.ts";

type Fact = Entry extends infer One ? (One extends Entry ? Omit<One, "at"> : never) : never;
const line = (fact: Fact) => describeEntry({ at: 0, ...fact } as Entry);
const octets = (text: string, size = Buffer.byteLength(text)) => ({ bytes: Buffer.from(text), size });

const wrongName = cause("unknown-address", { email: "pw\n" });
const reset = cause("peer-gone", {});

describe("a line of a story", () => {
  it.each<[string, Fact]>([
    ["opened, awaitingToken", { kind: "opened", state: "awaitingToken" }],
    ['→ "a"  1 byte', { kind: "in", ...octets("a") }],
    ['→ "ab"  9000 bytes, 2 kept', { kind: "in", ...octets("ab", 9_000) }],
    ['← "ab"  2 bytes', { kind: "out", ...octets("ab") }],
    ['→ "ab"  2 bytes, after we had closed', { kind: "drained", ...octets("ab") }],
    ['→ "ab"  2 bytes, which our side no longer reads', { kind: "late", ...octets("ab") }],
    [String.raw`  passed over "\0"  1 byte`, { kind: "dropped", ...octets("\0") }],
    [
      "  read as one message of 1 byte in sending [FILE-1]",
      { kind: "message", size: 1, state: "sending", rule: "FILE-1" },
    ],
    [
      "  read as one message of 2 bytes in sending [FILE-1]",
      { kind: "message", size: 2, state: "sending", rule: "FILE-1" },
    ],
    ["  a → b  (peer.message)", { kind: "transition", from: "a", to: "b", event: "peer.message" }],
    ["  the random number is 0.5", { kind: "input", name: "random", answer: 0.5 }],
    [
      "  the time is 2026-11-21T00:00:00.000Z",
      { kind: "input", name: "clock.now", answer: 1_795_219_200_000 },
    ],
    ['  the time is "noon"', { kind: "input", name: "clock.now", answer: "noon" }],
    ['  the name in the address book is "Ann"', { kind: "input", name: "addressBook.find", answer: "Ann" }],
    [
      "  the name in the address book is nothing",
      { kind: "input", name: "addressBook.find", answer: undefined },
    ],
    [
      `  the name in the address book is "${"a".repeat(59)}…`,
      { kind: "input", name: "addressBook.find", answer: "a".repeat(80) },
    ],
    ["← the file a\\n.pdf, 1 byte", { kind: "file", direction: "out", name: "a\n.pdf", size: 1, told: 1 }],
    ["→ a file, 5 of 7 bytes", { kind: "file", direction: "in", name: "a.pdf", size: 5, told: 7 }],
    [
      String.raw`  note: the address book has no name for "pw\n" [BOOK-3]`,
      { kind: "remark", cause: wrongName },
    ],
    ["  note: stopped", { kind: "remark", cause: cause("stopped", {}) }],
    [
      "  refused [FILE-1]: the token is wrong",
      { kind: "refused", cause: cause("wrong-token", {}), words: "Invalid" },
    ],
    [
      "  refused: the instructor has frozen the class: no new connections",
      { kind: "refused", cause: cause("class-frozen", {}), words: "" },
    ],
    ["  operator: kicked", { kind: "operator", action: "kick" }],
    [String.raw`  operator: says: a\n`, { kind: "operator", action: "say", text: "a\n" }],
    ["→ FIN: it sends no more", { kind: "ended" }],
    ["← FIN: we send no more", { kind: "fin" }],
    ["closed by peer", { kind: "closed", by: "peer" }],
    ["closed by us: the peer went away in the middle of a file", { kind: "closed", by: "us", cause: reset }],
    [
      String.raw`crashed: boom\n`,
      { kind: "crashed", cause: cause("crashed", { error: "boom\n", place: "" }) },
    ],
    ["  python3 (pid 4123) waits in accept()", { kind: "program", ...program({ doing: "accepting" }) }],
    [
      "  … 3 entries are no longer kept: 5 bytes in, 7 out …",
      { kind: "gap", omitted: 3, bytesIn: 5, bytesOut: 7 },
    ],
  ])("is %s", (told, fact) => {
    expect(line(fact)).toBe(told);
  });
});

describe("the line that was made worse", () => {
  const fault = { kind: "fault", fault: "f1", name: "latency", direction: "both" } as const;

  it.each<[string, Fact]>([
    ["  the line: latency, both ways (f1)", { ...fault, deed: "on" }],
    [
      String.raw`  the line: latency latency=100ms jitter=\n, to us (f1)`,
      { ...fault, deed: "on", direction: "in", attributes: { latency: "100ms", jitter: "\n" } },
    ],
    ["  the line: latency is taken away (f1)", { ...fault, deed: "off" }],
    ["  the line: latency cut the connection, from us (f1)", { ...fault, deed: "cut", direction: "out" }],
    ["  the line: latency lets nothing through, both ways (f1)", { ...fault, deed: "blocked", size: 0 }],
    ["  the line: latency lost a datagram, 1 byte, both ways (f1)", { ...fault, deed: "lost", size: 1 }],
    [
      "  the line: latency sent a datagram twice, 2 bytes, both ways (f1)",
      { ...fault, deed: "doubled", size: 2 },
    ],
    ["  the line: latency turned two datagrams round, both ways (f1)", { ...fault, deed: "reordered" }],
    ["  the line: latency turned a bit over in a datagram, both ways (f1)", { ...fault, deed: "corrupted" }],
  ])("is %s", (told, fact) => {
    expect(line(fact)).toBe(told);
  });
});

function program(sample: Partial<ProgramSample> = {}): ProgramSample {
  return {
    name: "python3",
    pid: 4_123,
    doing: "receiving",
    isCertain: true,
    isAccepted: true,
    unreadBytes: 0,
    ...sample,
  };
}

describe("the program at the other end", () => {
  it.each([
    ["receiving", "waits in recv() on this connection"],
    ["servingAnother", "waits in recv() on another connection"],
    ["sending", "waits in send(): what it sent is not read yet"],
    ["accepting", "waits in accept()"],
    ["keyboard", "waits for its own keyboard (standard input)"],
    ["polling", "waits in select() or poll()"],
    ["sleeping", "sleeps"],
    ["computing", "computes"],
    ["stopped", "is stopped (Ctrl-Z, or a debugger)"],
    ["ended", "has ended"],
    ["otherwise", "waits for something other than this connection"],
  ] as const)("%s: %s", (doing, words) => {
    expect(programText(program({ doing }))).toBe(`python3 (pid 4123) ${words}`);
  });

  it("tells what is not certain, not accepted, not read", () => {
    const sample = program({ name: "a\nb", doing: "sleeping", isCertain: false, isAccepted: false });
    expect(programText({ ...sample, unreadBytes: 1 })).toBe(
      "a\\nb (pid 4123) probably sleeps; it has not called accept() for this connection; 1 byte lies unread",
    );
    expect(programText(program({ unreadBytes: 2 }))).toBe(
      "python3 (pid 4123) waits in recv() on this connection; 2 bytes lie unread",
    );
  });
});

describe("an action", () => {
  it.each<[OperatorAction, string]>([
    [{ action: "kick" }, "kicked"],
    [{ action: "fin" }, "fin: we send no more"],
    [{ action: "rst" }, "rst: the connection is torn down"],
    [{ action: "kill" }, "killed"],
    [{ action: "leave", farewell: "bye" }, "the role stops"],
    [{ action: "end" }, "the role or the run ends"],
    [{ action: "send", size: 1 }, "send 1 byte"],
    [{ action: "send", size: 2 }, "send 2 bytes"],
    [{ action: "event", event: "peer.message", text: "a b" }, 'event peer.message "a b"'],
    [{ action: "event", event: "peer.ended" }, "event peer.ended"],
    [{ action: "say", text: "hello" }, "says: hello"],
    [{ action: "endOfInput" }, "has no more to say"],
    [{ action: "stop" }, "stops the run"],
  ])("%j is told as %s", (action, words) => {
    expect(actionText(action)).toBe(words);
  });
});

describe("the size of a file", () => {
  it.each([
    [{ size: 1, told: 1 }, "1 byte"],
    [{ size: 7, told: 7 }, "7 bytes"],
    [{ size: 5, told: 7 }, "5 of 7 bytes"],
    [{ size: 1, told: 7 }, "1 of 7 bytes"],
    [{ size: 5, told: 7, ahead: 2 }, "7 bytes, 2 of them read before"],
    [{ size: 3, told: 7, ahead: 2 }, "5 of 7 bytes, 2 of them read before"],
  ])("%j is %s", (file, words) => {
    expect(fileSize(file)).toBe(words);
  });
});

describe("a reader who may see no tokens", () => {
  const redactor = Redactor.of(undefined, ["pw"]);
  const shown = (fact: Fact, visibility = {}) =>
    shownEntry({ at: 0, ...fact } as Entry, { redactor }, visibility);
  const crash = (error: string) => cause("crashed", { error, place: "pw" });
  const HIDDEN = "‹2 bytes, hidden›";

  it.each<[string, Fact, object]>([
    ["remark", { kind: "remark", cause: crash("a pw") }, { cause: crash(`a ${HIDDEN}`) }],
    ["crash", { kind: "crashed", cause: crash("pw") }, { cause: crash(HIDDEN) }],
    [
      "refusal and of what was told with it",
      { kind: "refused", cause: crash("pw"), words: "no pw" },
      { cause: crash(HIDDEN), words: `no ${HIDDEN}` },
    ],
    ["end", { kind: "closed", by: "us", cause: crash("pw") }, { cause: crash(HIDDEN) }],
    ["answer", { kind: "input", name: "addressBook.find", answer: "pw" }, { answer: HIDDEN }],
    ["operator's words", { kind: "operator", action: "say", text: "pw" }, { text: HIDDEN }],
    [
      "file's name",
      { kind: "file", direction: "out", name: "pw.pdf", size: 1, told: 1 },
      { name: `${HIDDEN}.pdf` },
    ],
  ])("sees none in the peer's words of a(n) %s; our own words stay", (_, fact, seen) => {
    expect(shown(fact)).toEqual({ at: 0, ...fact, ...seen });
    expect(shown(fact, { showTokens: true })).toEqual({ at: 0, ...fact });
  });

  it.each<Fact>([
    { kind: "closed", by: "peer" },
    { kind: "input", name: "random", answer: 0.5 },
    { kind: "operator", action: "send", size: 2 },
    { kind: "opened", state: "pw" },
    { kind: "remark", cause: cause("stopped", {}) },
  ])("sees %j as it is", (fact) => {
    expect(shown(fact)).toEqual({ at: 0, ...fact });
  });

  it.each(["in", "out", "drained", "late", "dropped"] as const)(
    "sees where bytes are hidden, of bytes %s, and how many",
    (kind) => {
      const fact = { kind, ...octets("a pw pw") } as const;
      expect(shown(fact)).toEqual({
        at: 0,
        kind,
        bytes: Buffer.from("a ** **"),
        size: 7,
        hidden: [
          { start: 2, end: 4 },
          { start: 5, end: 7 },
        ],
      });
      expect(describeEntry({ at: 0, ...fact }, { redactor })).toContain(`"a ${HIDDEN} ${HIDDEN}"  7 bytes`);
    },
  );

  it("sees nothing of what was hidden when it was written down, in its place", () => {
    const written = { at: 0, kind: "in", ...octets("pw ***"), hidden: [{ start: 3, end: 6 }] } as const;
    expect(shownEntry(written, { redactor })).toMatchObject({
      hidden: [
        { start: 0, end: 2 },
        { start: 3, end: 6 },
      ],
    });
  });

  it("sees no numbers changed, and a cause without arguments as it is", () => {
    const stars = (words: string) => words.replace(/./g, "*");
    expect(shownCause(cause("file-cut", { name: "a", size: 2, limit: 1 }), stars)).toEqual(
      cause("file-cut", { name: "*", size: 2, limit: 1 }),
    );
    const bare = cause("stopped", {});
    expect(shownCause(bare, stars)).toBe(bare);
    // A record from elsewhere may hold a number where words are due.
    expect(shownCause({ code: "role", args: { text: 7 } }, stars)).toEqual({
      code: "role",
      args: { text: 7 },
    });
  });
});

describe("what a role reads in its bytes", () => {
  const display = (text: string) => text.toUpperCase();

  it("is not told where some of them are hidden, nor where they are no text", () => {
    const bytes = Buffer.from("ab");
    expect(readingOf({ bytes }, display)).toBe("  (reads: AB)");
    expect(readingOf({ bytes, hidden: [{ start: 0, end: 1 }] }, display)).toBe("");
    expect(readingOf({ bytes: Buffer.from([1, 2, 3]) }, display)).toBe("");
    expect(readingOf({ bytes: Buffer.from("a\r\n\r\n\nb\0") }, display)).toBe(String.raw`  (reads: A\nB)`);
  });
});
