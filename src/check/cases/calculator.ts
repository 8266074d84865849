/**
 * Cases of the calculator, both sides [CALC]. Each judges one thing: how it computes fails the case of that operator alone.
 *
 * Long, because a case stands whole in one place.
 */
import { DIVISION_BY_ZERO, INCORRECT, QUIT } from "../../wire/calculator.ts";
import { pythonRepr } from "../../wire/python-float.ts";
import { defineCase, defineChecks, type ServerCase } from "../case.ts";
import { example } from "../example.ts";
import { LINES_ALONE } from "../lines-alone.ts";
import type { ServerTester, TestConnection } from "../tester.ts";
import { CheckFailure } from "../verdict.ts";
import { calculatorClients } from "./_calculator-clients.ts";

const side = "server";
const LEAVES_MS = 200;

/** A client that has given its name, which the server has read. What comes before the first question fails the case of that alone. */
async function named(t: ServerTester): Promise<TestConnection> {
  const c = await t.connect();
  c.say(t.word());
  await c.settled();
  await c.passOver();
  return c;
}

/** By value: how a result is written, and what stands before it, are cases of their own. */
const asks = (c: TestConnection, question: string, answer: string) =>
  c.asks(question, answer, { amid: true });

type Operator = "+" | "-" | "*" | "/";
const OPERATORS: readonly Operator[] = ["+", "-", "*", "/"];

const result = (a: number, operator: Operator, b: number): string =>
  pythonRepr(operator === "+" ? a + b : operator === "-" ? a - b : operator === "*" ? a * b : a / b);

/** Conversation with a server that has computed something, for cases that are about something else than how it computes. */
interface Computing {
  readonly c: TestConnection;
  readonly operator: Operator;
}

/** Asks on a single connection where the first operator is computed as it should be: the server may serve no second client. */
async function computing(t: ServerTester): Promise<Computing> {
  let first: CheckFailure | undefined;
  for (const operator of OPERATORS) {
    const c = await named(t);
    try {
      await asks(c, `64 ${operator} 2`, result(64, operator, 2));
      return { c, operator };
    } catch (cause) {
      if (!(cause instanceof CheckFailure)) throw cause;
      first ??= cause;
    }
    // By its leaving word, and then by a reset: a server that serves one client after another is free for the next.
    c.say(QUIT);
    await c.ends({ withinMs: LEAVES_MS }).catch(() => undefined);
    c.reset();
  }
  throw first ?? new Error("there are operators");
}

/** A name and an expression in one read. */
async function asksGlued(t: ServerTester, operator: Operator): Promise<TestConnection> {
  const c = await t.connect();
  try {
    await asks(c, `${t.word()}15 ${operator} 25`, result(15, operator, 25));
    return c;
  } catch (cause) {
    c.reset();
    throw cause;
  }
}

/** Fails where no answer comes, whatever is computed. */
async function goesOn(c: TestConnection): Promise<void> {
  c.say("2 + 3");
  await c.message();
}

/** Whole numbers, one with a sign: fractions and forms of numbers are cases of their own. */
function computes(operator: Operator, slug: string, title: string): ServerCase {
  return defineCase({
    id: `CALC-1.${slug}`,
    example: example(
      ["{name}"],
      [`13 ${operator} 8`, result(13, operator, 8)],
      [`40 ${operator} -4`, result(40, operator, -4)],
    ),
    side,
    grade: "MUST",
    title,
    advice: "Read both numbers as doubles (float(), strtod()), compute with these, and never with integers.",
    async run(t) {
      const c = await named(t);
      for (const [a, b] of [
        // Eighths have three digits behind the point, so that every draw shows a server that keeps none or two.
        operator === "/" ? [2 * t.int(5, 49) + 1, 8] : [t.int(2, 99), t.int(2, 9)],
        [t.int(10, 99), -t.pick([2, 4, 8])],
      ] as const)
        await asks(c, `${a} ${operator} ${b}`, result(a, operator, b));
    },
  });
}

/** Another value than is due; `inf` is none, and neither is a number that is off by what a float cannot hold. */
function isOtherValue(text: string, due: string): boolean {
  const [came, wanted] = [Number(text.trim() || Number.NaN), Number(due)];
  return (
    Number.isFinite(came) && Number.isFinite(wanted) && Math.abs(came - wanted) > Math.abs(wanted) * 1e-6
  );
}

/** Answers that are compared byte by byte. */
function writes(
  id: string,
  grade: "MUST" | "SHOULD",
  title: string,
  answers: readonly (readonly [string, string])[],
) {
  return defineCase({
    id,
    example: example(["{name}"], ...answers),
    side,
    grade,
    title,
    advice:
      "Write a result as Python's repr() does: as few digits as read back the same, at least one after the point, 1e+16, 1e-05, inf.",
    async run(t) {
      const c = await named(t);
      let judged = 0;
      for (const [question, answer] of answers) {
        c.say(question);
        try {
          await c.expect(answer);
        } catch (cause) {
          // How it computes is the affair of other cases.
          if (!isOtherValue(c.unread.toString("latin1"), answer)) throw cause;
          await c.message();
          continue;
        }
        judged += 1;
      }
      if (judged === 0) t.skip("it computes other values, and how it writes the right ones is not known");
    },
  });
}

const servers: readonly ServerCase[] = [
  defineCase({
    id: "CALC-0.name-unanswered",
    example: example(["{name}"], ["2 + 3", "5.0"]),
    advice: "Take the first message for the name, and send nothing for it.",
    side,
    grade: "MUST",
    title: "says nothing in answer to the name, and answers what follows",
    async run(t) {
      const c = await t.connect();
      c.say(t.word());
      await c.nothing();
      await goesOn(c);
    },
  }),
  defineCase({
    id: "CALC-0.one-answer-each",
    advice: "Answer each expression with one send(), and go back to recv().",
    side,
    grade: "MUST",
    title: "gives one answer to each expression, and no more",
    async run(t) {
      const { c, operator } = await computing(t);
      for (let count = 0; count < 5; count += 1) {
        const [a, b] = [t.int(1, 500), t.pick([2, 4, 8])];
        await asks(c, `${a} ${operator} ${b}`, result(a, operator, b));
      }
      await c.nothing();
    },
  }),
  defineCase({
    id: "CALC-0.q-closes",
    example: example(["{name}"], ["2 + 3", "5.0"], [QUIT]),
    advice: "Compare each message with q, and close the connection without an answer.",
    side,
    grade: "MUST",
    title: "closes the connection after q, without an answer",
    async run(t) {
      const c = await named(t);
      await goesOn(c);
      c.say(QUIT);
      await c.ends();
      if (c.unread.length > 0)
        t.fail("q has no answer, but something came before the end", { got: c.unread });
    },
  }),
  computes("+", "sum", "adds"),
  computes("-", "difference", "subtracts the second number from the first"),
  computes("*", "product", "multiplies"),
  computes("/", "quotient", "divides, and keeps what comes after the point"),
  writes("CALC-1.shortest-repr", "MUST", "writes results as Python writes a float: 50.0, 0.1", [
    ["15 + 35", "50.0"],
    ["1 / 10", "0.1"],
    ["-2 * 4", "-8.0"],
  ]),
  writes("CALC-1.large-small-inf", "SHOULD", "writes large, small and endless results as Python does", [
    ["1e8 * 1e8", "1e+16"],
    ["1 / 100000", "1e-05"],
    ["1e308 * 10", "inf"],
  ]),
  defineCase({
    id: "CALC-2.bad-format",
    example: example(
      ["{name}"],
      ["7 +", INCORRECT.format],
      ["one + two", INCORRECT.format],
      ["2 + 3", "5.0"],
    ),
    advice:
      "Count the words of an expression: where there are not three, or two of them no numbers, answer Incorrect expression format.",
    side,
    grade: "MUST",
    title: "says so when a text has another form, and goes on",
    async run(t) {
      const c = await named(t);
      for (const text of [`${t.int(1, 99)} +`, "one + two", t.word()]) await asks(c, text, INCORRECT.format);
      await goesOn(c);
    },
  }),
  defineCase({
    id: "CALC-2.bad-operator",
    example: example(
      ["{name}"],
      ["8 % 2", INCORRECT.operator],
      ["8 x 2", INCORRECT.operator],
      ["2 + 3", "5.0"],
    ),
    advice: "Answer any other operator than + - * / with Incorrect operator.",
    side,
    grade: "MUST",
    title: "says so when an operator is unknown, and goes on",
    async run(t) {
      const c = await named(t);
      for (const operator of ["%", "x"]) await asks(c, `8 ${operator} 2`, INCORRECT.operator);
      await goesOn(c);
    },
  }),
  defineCase({
    id: "CALC-2.division-by-zero",
    example: example(["{name}"], ["81 / 0", DIVISION_BY_ZERO], ["2 + 3", "5.0"]),
    advice: "Compare the divisor with 0 before you divide; answer Division by zero, and go on.",
    side,
    grade: "MUST",
    title: "answers a division by zero in words, and goes on",
    async run(t) {
      const c = await named(t);
      await asks(c, `${t.int(1, 99)} / 0`, DIVISION_BY_ZERO);
      await goesOn(c);
    },
  }),
  defineCase({
    id: "CALC-2.number-forms",
    example: example(["{name}"], [".5 + .25", "0.75"], ["-2 - -4", "2.0"], ["1e3 * 2", "2000.0"]),
    advice: "Leave the numbers to float() or strtod(), which take .5, 1e3 and inf.",
    side,
    grade: "SHOULD",
    title: "takes numbers as Python's float() does: .5, -2, 1e3, and any white space between",
    async run(t) {
      const { c, operator } = await computing(t);
      for (const [a, b] of [
        [".5", ".25"],
        ["-2", "-4"],
        ["1e3", "2"],
      ] as const)
        await asks(c, `${a} ${operator} ${b}`, result(Number(a), operator, Number(b)));
      await asks(c, `7   ${operator}\t1`, result(7, operator, 1));
    },
  }),
  defineCase({
    id: "CALC-3.glued-name",
    advice: "One recv() may give two messages: look for a number and an operator after the name.",
    side,
    grade: "SHOULD",
    title: "tells a name and an expression apart that came in one read",
    async run(t) {
      if (t.takesLines) t.skip(LINES_ALONE);
      const c = await asksGlued(t, "+").catch(async (cause) => {
        const { operator } = await computing(t);
        if (operator === "+") throw cause;
        return asksGlued(t, operator);
      });
      await goesOn(c);
    },
  }),
];

export default defineChecks({
  role: "calculator",
  script: (t) => [t.word(), `${t.int(2, 99)} + ${t.int(2, 99)}`, `${t.int(2, 9) * 2 + 1} / 2`, QUIT],
  dialogue: (t) => {
    const [a, b, c] = [t.int(2, 99), t.int(2, 99), t.int(2, 99)];
    return {
      lines: [
        { client: "{name}" },
        { client: `${a} + ${b}` },
        { server: pythonRepr(a + b) },
        { client: `${a} * ${c}` },
        { server: pythonRepr(a * c) },
        { client: QUIT },
      ],
      closes: true,
    };
  },
  cases: [...servers, ...calculatorClients],
});
