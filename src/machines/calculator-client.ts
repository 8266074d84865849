/**
 * A calculator's client: says its name, then one expression after another.
 *
 *   C> gautamop     C> 15 + 35   S> 50.0     C> q
 */
import * as z from "zod";
import { cause } from "../stories/causes.ts";
import { hello, isQuit, parseExpression, QUIT, resultOf } from "../wire/calculator.ts";
import { defineRole } from "./_role.ts";
import { talkClient } from "./_talk-client.ts";
import { type Due, talkOptions } from "./_talk-words.ts";

const options = z.object({
  ...talkOptions,
  as: z.string().min(1).max(256).default("netlab").describe("the name to give"),
});
type Options = z.output<typeof options>;

const { machine, phases } = talkClient<Options>({
  id: "calculator-client",
  rule: "CALC-0",
  greets: false,
  opening: ({ as }) => [as],
  farewell: QUIT,
  due: (sent, { as }, isScripted) => (isScripted || isQuit(sent) ? undefined : resultDue(sent, as)),
  unasked: (text, { as }, isFarewell) =>
    `note: ${JSON.stringify(text)} came unasked: ${isFarewell ? "q" : `the name ${as}`} has no answer, and a client that counts answers is off by one [CALC-0]`,
  // [CALC-2] Any line is sent; a hint comes before one that no calculator understands.
  prepare: (line) => (isQuit(line) ? { send: line } : { send: line, ...hintFor(line) }),
});

export default defineRole({
  name: "calculator-client",
  summary: "asks a calculator, one expression after another",
  side: "client",
  transport: "tcp",
  port: 4389,
  options,
  machine,
  phases,
  steps: {
    connecting: "opens a TCP connection",
    listening: "has nothing to say, and listens",
    awaitingReply: "said a message, and waits until the server's reply is whole",
    leaving: "says q, and waits until the server closes",
    done: "the session is over",
    failed: "gives up",
  },
  offers: ({ as }) => `calculates as ${as}`,
});

/** [CALC-1] As Python writes it: 50 for 50.0 is another answer. */
function resultDue(sent: string, as: string): Due {
  const due = resultOf(parseExpression(sent));
  return (said) => {
    if (said === due) return "answer";
    return said === hello(as) ? "other" : cause("wrong-answer", { sent, said, due }, "CALC-1");
  };
}

function hintFor(line: string): { hint?: string } {
  const expression = parseExpression(line);
  if (expression.ok) return {};
  const wrong =
    expression.code === "operator"
      ? "has no operator of + - * /"
      : `is not of the form: number operator number`;
  return { hint: `${JSON.stringify(line)} ${wrong}; the server will say so` };
}
