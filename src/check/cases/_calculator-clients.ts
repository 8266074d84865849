/** Cases of the calculator's client [CALC]. */
import { INCORRECT, isQuit, parseExpression } from "../../wire/calculator.ts";
import { type ClientCase, defineCase } from "../case.ts";
import { endedLike } from "../ended-like.ts";
import { needsToSay } from "./_said-by-client.ts";

export const calculatorClients: readonly ClientCase[] = [
  defineCase({
    id: "CALC-0.c.name-then-expression",
    advice: "Send the name, and then each expression with a send() of its own; read no answer to the name.",
    side: "client",
    grade: "MUST",
    title: "gives its name first, and then asks, each in a message of its own",
    async run(t) {
      const server = await t.serve();
      await t.start();
      await server.hears("a name", (text) => !parseExpression(text).ok && !isQuit(text));
      await server.hears("an expression, after its name", (text) => parseExpression(text).ok, {
        withinMs: 3_000,
      });
      const [first = ""] = server.heard;
      if (parseExpression(first).ok)
        t.fail("the first message is an expression, where the name is due", { got: first });
    },
  }),
  defineCase({
    id: "CALC-1.c.prints-result",
    advice: "Print what recv() gives after each expression.",
    side: "client",
    grade: "MUST",
    limitMs: 10_000,
    title: "prints each result",
    async run(t) {
      const server = await t.serve();
      await t.start();
      await t.typed();
      if (server.said.length === 0) t.skip("with this input the client asks nothing");
      for (const said of server.said) await t.prints(said);
    },
  }),
  defineCase({
    id: "CALC-2.c.error-shown",
    advice: "Print the answer as a text: it may say what is wrong with the expression.",
    side: "client",
    grade: "SHOULD",
    limitMs: 10_000,
    title: "prints what the server says of an expression that it does not understand",
    async run(t) {
      const server = await t.serve({ deviation: { write: (bytes) => [endedLike(bytes, INCORRECT.format)] } });
      await t.start();
      await t.typed();
      if (server.said.length === 0) t.skip("with this input the client asks nothing");
      await t.prints(INCORRECT.format);
    },
  }),
  defineCase({
    id: "CALC-0.c.q",
    advice: "Send q, close the socket and end: q has no answer.",
    side: "client",
    grade: "MUST",
    limitMs: 10_000,
    title: "closes the connection and ends after q",
    async run(t) {
      const server = await t.serve();
      await t.start();
      await t.typed();
      await needsToSay(t, server, isQuit, "q is not among the lines that are typed");
      await t.exits({ withinMs: 3_000 });
      await t.until("the client ended, and its connection did not", () => server.closing !== undefined);
    },
  }),
];
