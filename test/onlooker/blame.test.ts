/** No server is blamed without a card that says what to change; a difference that no card explains is told as one. */
import { describe, expect, it } from "vitest";
import { look } from "../../src/onlooker/look.ts";
import { seededRandom } from "../../src/seeded-random.ts";
import { conversation, type Line } from "./conversations.ts";

const server = (bytes: Buffer): Line => ({ from: "server", bytes });

async function told(role: string, lines: readonly Line[]) {
  const { fault, cards, disagreements, judged } = await look({ conversation: conversation(9, lines), role });
  return {
    fault,
    verdict: judged.verdict,
    cards: cards.map(({ side, id, level }) => `${side} ${id} ${level}`),
    said: disagreements.map(({ said, ours }) => `${said}/${ours}`),
  };
}

describe("a calculator", () => {
  const asked = ["C> ann", 100, "C> 1 + 2", "S> 3.0", 100, "C> q"] as const;

  it("that says goodbye after q goes on after the end", async () => {
    expect(await told("calculator", [...asked, "S> Goodbye, ann!", "S.", "C."])).toEqual({
      fault: "server",
      verdict: "violation",
      cards: ["server D95 violation"],
      said: ["Goodbye, ann!/"],
    });
  });

  it.each([256, 300, 999])(
    "that sends its whole buffer of %d bytes is told so, and not blamed",
    async (size) => {
      for (const old of ["older text 1.5 ", "\0"]) {
        // As in C: what an earlier answer has left stays behind the NUL of a shorter one.
        const buffer = Buffer.alloc(size, old);
        const whole = (text: string) => {
          buffer.write(`${text}\0`);
          return server(Buffer.from(buffer));
        };
        const lines = [
          "C> ann",
          100,
          "C> 15 - 41",
          whole("-26.0"),
          "C> 2 * 3",
          whole("6.0"),
          "C> q",
          "S.",
          "C.",
        ];
        expect(await told("calculator", lines), JSON.stringify(old)).toEqual({
          fault: undefined,
          verdict: "note",
          cards: ["server D09 note"],
          said: [],
        });
      }
    },
  );

  it("that says more than it is asked for is told which words, in the middle of the conversation too", async () => {
    const more = [
      "C> ann",
      100,
      "C> 1 + 2",
      "S> 3.0",
      400,
      "S> next?",
      400,
      "C> 2 * 3",
      "S> 6.0",
      "C.",
      "S.",
    ];
    expect(await told("calculator", more)).toMatchObject({ fault: "server", said: ["next?/"] });
  });
});

describe("a relay", () => {
  const login = ["C> alice", "S> Message please", 100] as const;
  const leaving = [300, "C> close", "S> Closing..", "S.", "C."] as const;

  it.each(["alice: hi there", "hi there", "hi there|bob", "alice | hi there", "[alice] hi there"])(
    "that sends %s back to its sender is blamed for that",
    async (said) => {
      const lines = [...login, "C> hi there|bob", `S> ${said}`, ...leaving];
      expect(await told("relay", lines)).toMatchObject({ fault: "server", cards: ["server D79 violation"] });
    },
  );

  it.each([
    ["what bob says in the same words", "C> hi|bob", "S> bob | hi"],
    ["a message to the sender itself", "C> hi|alice", "S> alice | hi"],
    ["the answer that bob is not there", "C> hi|bob", "S> Server | Receiver not online"],
  ])("is right with %s", async (_, asked, said) => {
    expect((await told("relay", [...login, asked, `S> ${said}`, ...leaving])).fault).toBeUndefined();
  });
});

describe("whatever a server says", () => {
  const SAID = {
    calculator: [
      "3.0",
      "3",
      "Bye",
      "Hello ann",
      "3.0\n",
      "3.0\0",
      "Incorrect operator",
      "3.0\0stale bytes",
      "",
    ],
    echo: [
      "Enter your command please",
      "hello",
      "HELLO",
      "hello\0\0\0",
      "Closing...",
      "command not found",
      "",
    ],
    "knock-knock": ["Who's there?", "Who is there", "Boo who?", "Ha!", "Ha", "Try: Knock knock..", ""],
    relay: ["Message please", "Welcome", "alice | hi", "Server | Name taken", "Closing..", "hi", ""],
    chat: ["Please, Enter Your ig name", "new user :Al:al connected!\n", ":Al:hi", "hi", "who?", ""],
  };
  const ASKED = {
    calculator: ["ann", "1 + 2", "1 plus 2", "q"],
    echo: ["hello", "close", "run ls"],
    "knock-knock": ["Knock knock..", "Boo", "Don't cry!"],
    relay: ["alice", "hi|bob", "hi|alice", "hi", "close"],
    chat: [":Al:al", ":Al:hi", "hi"],
  };

  it.each(Object.keys(SAID) as (keyof typeof SAID)[])(
    "a %s is blamed with a card, or not at all",
    { timeout: 120_000 },
    async (role) => {
      const random = seededRandom(7);
      const one = <Value>(of: readonly Value[]) => of[Math.floor(random() * of.length)] as Value;
      for (let nth = 0; nth < 50; nth += 1) {
        const lines: Line[] = [];
        for (let turn = 0; turn < 4; turn += 1) {
          const [asked, said] = [ASKED[role][turn] ?? one(ASKED[role]), one(SAID[role])];
          lines.push(`C> ${random() < 0.8 ? asked : one(ASKED[role])}`, one([0, 1, 40, 300]));
          if (said !== "") lines.push(`S> ${said}`, one([0, 60, 300]));
        }
        const { fault, verdict, cards, said } = await told(role, [
          ...lines,
          ...one([["C.", "S."], ["S.", "C."], ["S!"]]),
        ]);
        const isExplained = cards.some((card) => /^server .* violation$/.test(card));
        const story = JSON.stringify({ lines, fault, verdict, cards, said });
        expect(fault === "server", story).toBe(isExplained);
        if (fault === undefined && verdict === "violation") expect(cards, story).not.toEqual([]);
      }
    },
  );
});
