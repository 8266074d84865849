/** Cases of the calculator, both sides [CALC]. */
import { DIVISION_BY_ZERO, INCORRECT, QUIT } from "../../wire/calculator.ts";
import { pythonRepr } from "../../wire/python-float.ts";
import { defineCase, defineChecks, type ServerCase } from "../case.ts";
import type { ServerTester, TestConnection } from "../tester.ts";
import { calculatorClients } from "./_calculator-clients.ts";

const side = "server";

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

/** Whole numbers, one with a sign: fractions and forms of numbers are cases of their own. */
function computes(operator: string, slug: string, title: string): ServerCase {
  const result = (a: number, b: number) =>
    operator === "+" ? a + b : operator === "-" ? a - b : operator === "*" ? a * b : a / b;
  return defineCase({
    id: `CALC-1.${slug}`,
    side,
    grade: "MUST",
    title,
    async run(t) {
      const c = await named(t);
      for (const [a, b] of [
        // Eighths have three digits behind the point, so that every draw shows a server that keeps none or two.
        operator === "/" ? [2 * t.int(5, 49) + 1, 8] : [t.int(2, 99), t.int(2, 9)],
        [t.int(10, 99), -t.pick([2, 4, 8])],
      ] as const)
        await asks(c, `${a} ${operator} ${b}`, pythonRepr(result(a, b)));
    },
  });
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
    side,
    grade,
    title,
    async run(t) {
      const c = await named(t);
      for (const [question, answer] of answers) {
        c.say(question);
        await c.expect(answer);
      }
    },
  });
}

const servers: readonly ServerCase[] = [
  defineCase({
    id: "CALC-0.name-unanswered",
    side,
    grade: "MUST",
    title: "says nothing in answer to the name, and answers what follows",
    async run(t) {
      const c = await t.connect();
      c.say(t.word());
      await c.nothing();
      await asks(c, "20 + 22", "42.0");
    },
  }),
  defineCase({
    id: "CALC-0.one-answer-each",
    side,
    grade: "MUST",
    title: "gives one answer to each expression, and no more",
    async run(t) {
      const c = await named(t);
      for (let count = 0; count < 5; count += 1) {
        const [a, b] = [t.int(1, 500), t.int(1, 500)];
        await asks(c, `${a} + ${b}`, pythonRepr(a + b));
      }
      await c.nothing();
    },
  }),
  defineCase({
    id: "CALC-0.q-closes",
    side,
    grade: "MUST",
    title: "closes the connection after q, without an answer",
    async run(t) {
      const c = await named(t);
      await asks(c, "1 + 1", "2.0");
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
    side,
    grade: "MUST",
    title: "says so when a text has another form, and goes on",
    async run(t) {
      const c = await named(t);
      for (const text of [`${t.int(1, 99)} +`, "one + two", t.word()]) await asks(c, text, INCORRECT.format);
      await asks(c, "2 + 3", "5.0");
    },
  }),
  defineCase({
    id: "CALC-2.bad-operator",
    side,
    grade: "MUST",
    title: "says so when an operator is unknown, and goes on",
    async run(t) {
      const c = await named(t);
      for (const operator of ["%", "x"]) await asks(c, `8 ${operator} 2`, INCORRECT.operator);
      await asks(c, "2 + 3", "5.0");
    },
  }),
  defineCase({
    id: "CALC-2.division-by-zero",
    side,
    grade: "MUST",
    title: "answers a division by zero in words, and goes on",
    async run(t) {
      const c = await named(t);
      await asks(c, `${t.int(1, 99)} / 0`, DIVISION_BY_ZERO);
      await asks(c, "1 + 2", "3.0");
    },
  }),
  defineCase({
    id: "CALC-2.number-forms",
    side,
    grade: "SHOULD",
    title: "takes numbers as Python's float() does: .5, -2, 1e3, and any white space between",
    async run(t) {
      const c = await named(t);
      await asks(c, ".5 + .25", "0.75");
      await asks(c, "-2 - -3", "1.0");
      await asks(c, "1e3 * 2", "2000.0");
      await asks(c, "7   +\t1", "8.0");
    },
  }),
  defineCase({
    id: "CALC-3.glued-name",
    advice: "One recv() may give two messages: look for a number and an operator after the name.",
    side,
    grade: "SHOULD",
    title: "tells a name and an expression apart that came in one read",
    async run(t) {
      const c = await t.connect();
      await asks(c, `${t.word()}15 + 35`, "50.0");
      await asks(c, "1 + 1", "2.0");
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
