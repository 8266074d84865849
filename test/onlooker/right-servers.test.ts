/** Right servers, however their words are cut; and stories that tell no more than what was judged. */
import { describe, expect, it } from "vitest";
import { look } from "../../src/onlooker/look.ts";
import { replay } from "../../src/replay/replay.ts";
import { conversation, type Line } from "./conversations.ts";

const server = (bytes: Buffer): Line => ({ from: "server", bytes });
const client = (bytes: Buffer): Line => ({ from: "client", bytes });

describe("an echo of letters that are several bytes", () => {
  const text = Buffer.from("äöü grüße");

  it.each([1, 2, 3, 11])("is right where its read ends behind byte %i", async (cut) => {
    const lines = [
      "S> Enter your command please",
      100,
      client(text),
      server(text.subarray(0, cut)),
      100,
      server(text.subarray(cut)),
      "C.",
      "S.",
    ];
    const { fault, disagreements } = await look({ conversation: conversation(5000, lines), role: "echo" });
    expect([fault, disagreements]).toEqual([undefined, []]);
  });
});

it("whose timer goes off a little early is followed to where it is, and plays again", async () => {
  const size = server(Buffer.from([13, 0, 0, 0]));
  const lines = ["C> tok1\n", "S> valid\n", 60, "C> a.pdf\n", "S> found\n", 48.5, size, "C> ok\n"];
  const one = await look({
    conversation: conversation(1234, [...lines, 5, "S> what is in it", "C.", "S."]),
    role: "file-server",
  });
  const said = one.story.entries.findIndex(
    ({ kind, ...entry }) => kind === "out" && "size" in entry && entry.size === 4,
  );
  expect(one.story.entries[said - 1]).toMatchObject({ kind: "transition", to: "awaitingAck" });
  if (!one.playing) throw new Error("nothing to play");
  const { isWhole, earlyMs, ...request } = one.playing;
  expect(await replay(request, { isWhole, earlyMs })).toMatchObject({ difference: undefined });
});

describe("a right server", () => {
  type Ending = readonly [what: string, port: number, role: string, lines: readonly Line[]];

  it.each<Ending>([
    ["full", 5000, "echo", ["S> Too many clients", "C> hello", "S.", "C."]],
    ["full, in a room", 4390, "chat", ["S> Too many clients", "S.", 40, "C> :Ann:ann", "C!"]],
    [
      "asked too much",
      4389,
      "calculator",
      ["C> ann", 100, "C> 1 + 2", "S> 3.0", "C> 1 + 22222", "S> Message too long", "S.", "C."],
    ],
    ["asked too much at once", 5001, "relay", ["C> ann", "S> Message too long", "S.", "C."]],
    [
      "tired of a silence",
      4389,
      "calculator",
      ["C> ann", 100, "C> 1 + 2\n", "S> 3.0\n", 2_000, "S> Idle too long\n", "S.", "C."],
    ],
    [
      "stopped",
      5000,
      "echo",
      ["S> Enter your command please", "C> hello", "S> hello", 300, "S> Closing...", "S.", "C."],
    ],
  ])("that is %s says so, and is not accused", async (_, port, role, lines) => {
    const { fault, cards, disagreements, stopped } = await look({
      conversation: conversation(port, lines),
      role,
    });
    const violations = cards.filter(({ level }) => level === "violation");
    expect([fault, violations, disagreements, stopped]).toEqual([undefined, [], [], "dismissed"]);
  });

  it("that is stopped is judged for what it had said before", async () => {
    const lines = ["C> ann", 100, "C> 1 + 2", "S> 4.0", "C> 1 + 22222", "S> Message too long", "S.", "C."];
    const { fault, disagreements } = await look({
      conversation: conversation(4389, lines),
      role: "calculator",
    });
    expect([fault, disagreements.map(({ said }) => String(said))]).toEqual(["server", ["4.0"]]);
  });
});

it("a client that takes another name where its first is taken is not accused", async () => {
  const lines = [
    ...["S> Please, Enter Your ig name", 60, "C> :Ann:ann", "S> Name taken: ann, choose another\n", 300],
    ...["C> :Bob:bob", "S> new user :Bob:bob connected!\nnew user :Bob:bob joined \n", 300],
    ...["C> :Bob:hi", "S> :Bob:hi", 300, "C.", "S."],
  ];
  const { fault, cards } = await look({ conversation: conversation(4390, lines), role: "chat" });
  expect([fault, cards.map(({ id, level }) => `${id} ${level}`)]).toEqual([undefined, ["D69 note"]]);
});

describe("a calculator that is right", () => {
  it.each([256, 1024])(
    "is not accused of what an older text has left in its buffer of %d bytes",
    async (size) => {
      const whole = (text: string) => server(Buffer.from(`${text}\0`.padEnd(size, "older text 1.5 ")));
      const lines = [
        "C> ann",
        100,
        "C> 15 + 35",
        whole("50.0"),
        "C> 2 * 3",
        whole("6.0"),
        "C> q",
        "S.",
        "C.",
      ];
      const one = await look({ conversation: conversation(4389, lines), role: "calculator" });
      expect([one.fault, one.disagreements]).toEqual([undefined, []]);
    },
  );
});

describe("a wrong server", () => {
  it("that ends it with its farewell as an answer has the answer that was due", async () => {
    const lines = ["S> Enter your command please", "C> closed?", "S> Closing...", "S.", "C."];
    const { fault, disagreements } = await look({ conversation: conversation(5000, lines), role: "echo" });
    expect([fault, disagreements.map(({ said, ours }) => `${said}/${ours}`)]).toEqual([
      "server",
      ["Closing.../closed?"],
    ]);
  });

  it("that says more than it is asked for is told, with what it said", async () => {
    const lines = ["C> ann", 100, "C> 1 + 2", "S> 3.0", 60, "S> 3.0", 100, "C> q", "S.", "C."];
    const one = await look({ conversation: conversation(4389, lines), role: "calculator" });
    expect([one.fault, one.judged.verdict]).toEqual(["server", "violation"]);
    expect(one.disagreements).toMatchObject([{ said: Buffer.from("3.0"), ours: Buffer.alloc(0) }]);
    expect(one.story.entries).toContainEqual(
      expect.objectContaining({ cause: { code: "spoke-unasked", args: { said: "3.0" } } }),
    );
  });

  const served = (valid: string, found: string): readonly Line[] => [
    ...["C> tok1", 20, `S> ${valid}`, 60, "C> a.pdf", 20, `S> ${found}`, 60],
    ...[server(Buffer.of(5, 0, 0, 0)), "C> Got\0", "S> 12345", "C.", "S."],
  ];
  it.each([
    ["valid.", "found", "valid./valid"],
    ["Valid", "found", "Valid/valid"],
    ["valid", "Found", "Found/found"],
    ["valid", "found!", "found!/found"],
  ])("of files that says %s and %s is told", async (valid, found, says) => {
    const { fault, disagreements } = await look({
      conversation: conversation(1236, served(valid, found)),
      role: "file-server",
    });
    expect([fault, disagreements.map(({ said, ours }) => `${said}/${ours}`)[0]]).toEqual(["server", says]);
  });

  it.each([
    ["valid", "found"],
    ["valid\n", "found\n"],
    ["valid\0", "found"],
  ])("is none of files that says %j and %j", async (valid, found) => {
    const { fault, disagreements } = await look({
      conversation: conversation(1236, served(valid, found)),
      role: "file-server",
    });
    expect([fault, disagreements]).toEqual([undefined, []]);
  });
});

describe("the story of a conversation", () => {
  it("of which two ways of reading are possible tells the disagreements of its look alone", async () => {
    for (const said of ["2.0", "3.0", "Incorrect expression format", "bye"])
      for (const pause of [0, 1, 4, 40]) {
        const lines = ["C> ann", pause, "C> 1 + 1", pause, "C> 1 + 2", "S> 2.0", `S> ${said}`, "C.", "S."];
        const looked = await look({ conversation: conversation(4389, lines), role: "calculator" });
        const remarks = looked.story.entries.filter(
          (entry) => entry.kind === "remark" && /^(answered-otherwise|not-answered)$/.test(entry.cause.code),
        );
        expect(remarks, `${said} ${pause}`).toHaveLength(looked.disagreements.length);
      }
  });

  it("of nobody's role is closed by whoever sent the first FIN", async () => {
    const closedBy = async (ends: readonly Line[]) => {
      const { story } = await look({ conversation: conversation(9, ["C> a", "S> b", ...ends]) });
      return story.entries.flatMap((entry) => (entry.kind === "closed" ? [entry.by] : []));
    };
    expect(await closedBy(["S.", "C."])).toEqual(["us"]);
    expect(await closedBy(["C.", "S."])).toEqual(["peer"]);
  });
});
