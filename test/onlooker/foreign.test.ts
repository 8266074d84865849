/** Conversations of programs that are none of ours, right ones and wrong ones, as a capture tells them. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SeenConversation, SeenEvent } from "../../src/onlooker/conversation.ts";
import { look } from "../../src/onlooker/look.ts";
import { conversation, type Line } from "./conversations.ts";

type Told = readonly [
  what: string,
  port: number,
  lines: readonly Line[],
  changes?: Partial<SeenConversation>,
];

const size = Buffer.of(5, 0, 0, 0);
const query = Buffer.from("\x51\x05a@b.c");
const answer = Buffer.from("\x52\x03Ann");
const UDP = { transport: "udp" as const };

const right: readonly Told[] = [
  [
    "a calculator, at once",
    4389,
    ["C> ann", 100, "C> 1 + 2", "S> 3.0", "C> 2 * 2", "S> 4.0", "C> q", "S.", "C."],
  ],
  [
    "a calculator, in lines that come together",
    9,
    ["C> ann\n1 + 2\n2 * 2\n", "S> 3.0\n4.0\n", "C> q\n", "S.", "C."],
  ],
  [
    "an echo",
    5000,
    [
      "S> Enter your command please",
      "C> hello",
      "S> hello",
      "C> download a.txt",
      "S> the file",
      300,
      "C> close",
      "S> Closing...",
      "S.",
      "C.",
    ],
  ],
  [
    "an echo that runs programs",
    5000,
    [
      "S> Enter your command please",
      "C> run ls",
      "S> a.txt\nb.txt\n",
      "C> close",
      "S> Closing...",
      "S.",
      "C.",
    ],
  ],
  [
    "a file server",
    1236,
    [
      "C> tok1",
      "S> valid",
      "C> a.pdf",
      "S> found",
      60,
      { from: "server", bytes: size },
      "C> Got\0",
      "S> 12345",
      "C.",
      "S.",
    ],
  ],
  [
    "an address book",
    8080,
    [{ from: "client", bytes: query }, { from: "server", bytes: answer }, "S.", "C."],
  ],
  [
    "a chat",
    4390,
    [
      "S> Please, Enter Your ig name",
      "C> :Ann:ann",
      "S> new user :Ann:ann connected!\n",
      "S> new user :Ann:ann joined \n",
      300,
      "C> :Ann:hi",
      "S> :Ann:hi",
      300,
      "S> :Bob:hello",
      "C.",
      "S.",
    ],
  ],
  [
    "a relay",
    5001,
    ["C> ann", "S> Message please", "C> hi|bob", 300, "S> bob | hi", "C> close", "S> Closing..", "S.", "C."],
  ],
  [
    "a joke",
    4388,
    ["C> Knock knock..", "S> Who's there?", "C> Boo", "S> Boo who?", "C> Don't cry!", "S> Ha!", "S.", "C."],
  ],
  ["a reverse server", 4444, ["S> ACCEPT", "C> taco cat", 900, "S> hello", "C> exit", "S.", "C."]],
  ["a clock", 4387, ["C> SEND_DATE", "S> 01/02/26", "C> SEND_TIME", "S> 23:59:59"], UDP],
  ["an acknowledger", 4386, ["C> hello", "S> Ok"], UDP],
  [
    "a registry, in an order of its own",
    1234,
    ["C> DISCOVERY", "S> 10.0.0.2,1236,pdf,t2", "S> 10.0.0.1,1236,txt,t1", "S> end"],
    UDP,
  ],
];

const wrong: readonly (readonly [...Told, fault: string, says: string])[] = [
  [
    "an echo that changes what it echoes",
    5000,
    ["S> Enter your command please", "C> hello", "S> HELLO", 300, "C> close", "S> Closing...", "S.", "C."],
    {},
    "server",
    "HELLO/hello",
  ],
  ["an acknowledger in capitals", 4386, ["C> hello", "S> OK"], UDP, "server", "OK/Ok"],
  [
    "a clock with a date of another form",
    4387,
    ["C> SEND_DATE", "S> 2026-01-02"],
    UDP,
    "server",
    "2026-01-02/",
  ],
  [
    "a joke without its question",
    4388,
    ["C> Knock knock..", "S> Who is there?", "C.", "S."],
    {},
    "server",
    "Who is there?/Who's there?",
  ],
];

const looked = ([, port, lines, changes]: Told) => look({ conversation: conversation(port, lines, changes) });

describe("an onlooker of programs that are none of ours", () => {
  it.each(right)("finds nothing in %s", async (...told) => {
    const one = await looked(told as unknown as Told);
    expect(one.cards.map(({ side, id }) => `${side} ${id}`)).toEqual([]);
    expect(one).toMatchObject({ disagreements: [], fault: undefined, judged: { verdict: "ok" } });
  });

  it.each(wrong)(
    "tells of %s what was said, and whose fault it is",
    async (what, port, lines, changes, fault, says) => {
      const one = await looked([what, port, lines, changes ?? {}]);
      expect(one.fault).toBe(fault);
      expect(one.disagreements.map(({ said, ours }) => `${said}/${ours}`)[0]).toContain(says);
    },
  );

  it("does not judge behind bytes that are missing, and tells how many", async () => {
    const whole = conversation(4389, ["C> ann", 100, "C> 1 + 2", "S> 3.0", "C> 2 * 2", "S> 99", "C.", "S."]);
    const events = whole.events.map(
      (event, index): SeenEvent =>
        index === 3 ? { at: event.at, from: "client", kind: "lost", size: 5 } : event,
    );
    const one = await look({ conversation: { ...whole, events } });
    expect(one).toMatchObject({ stopped: "lost", fault: undefined, cards: [] });
    expect(one.story.entries).toContainEqual(
      expect.objectContaining({
        kind: "remark",
        cause: { code: "seen-lost", args: { size: 5, from: "client" } },
      }),
    );
  });

  it("tells a protocol that is none of ours, and no mistake in it", async () => {
    const one = await look({
      conversation: conversation(8080, [
        "C> GET / HTTP/1.1\r\n\r\n",
        "S> HTTP/1.1 200 OK\r\n\r\n",
        "S.",
        "C.",
      ]),
    });
    expect(one).toMatchObject({ guess: { name: "http", by: "words" }, stopped: "no-role", cards: [] });
  });

  it("says the same of lines however they are cut into packets", async () => {
    const text = "ann\n15 + 35\n1 / 0\n";
    const said = (cuts: readonly number[]) => {
      const at = [0, ...cuts, text.length];
      return at.slice(1).map((end, index): Line => `C> ${text.slice(at[index], end)}`);
    };
    const rest: readonly Line[] = ["S> 50\n", "S> Division by zero\n", "C> q\n", "S.", "C."];
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: text.length - 1 }), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(cuts, async (places) => {
        const lines = said(places.toSorted((a, b) => a - b));
        const one = await look({ conversation: conversation(4389, [...lines, ...rest]) });
        expect(one.fault).toBe("server");
        expect(one.disagreements.map(({ said: words }) => String(words))).toEqual(["50"]);
      }),
      { numRuns: 25 },
    );
  });
});
