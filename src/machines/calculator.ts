/**
 * A calculator: a client gives its name, then asks for one result after another.
 *
 *   awaitingName → computing → closed
 *
 *   C> gautamop                                  (--greet:  S> Hello gautamop)
 *   C> 15 + 35      S> 50.0
 *   C> q                                         (--greet:  S> Bye)
 */
import { assign, setup } from "xstate";
import * as z from "zod";
import { BYE, DIVISION_BY_ZERO, hello, isQuit, parseExpression, QUIT, resultOf } from "../wire/calculator.ts";
import { calculatorForm } from "../wire/forms/calculator.ts";
import type { PeerMessage } from "../wire/message.ts";
import { textOfRead } from "./_assumed.ts";
import { defineRole, type RoleEvent, type Session } from "./_role.ts";
import type { PeerWorld } from "./_world.ts";

/** A first message longer than this is a name, whatever it ends in. */
const MAX_GLUED = 1_024;
/** Seams behind which a number may begin: the end of a name, with what lies between. */
const SEAMS = /[^\d\s.+\-_][\s_]*(?=[-+.\d])/g;

const options = z.object({
  greet: z.boolean().default(false).describe("say Hello and Bye"),
});
type Options = z.output<typeof options>;

interface Context extends PeerWorld<Options> {
  readonly name: string;
}

type Event =
  | { type: "peer.message"; text: string }
  | { type: "peer.quit" }
  | { type: "peer.ended" }
  | { type: "peer.closed" };

export const calculatorMachine = setup({
  types: { context: {} as Context, events: {} as Event, input: {} as PeerWorld<Options> },
  actions: {
    keepName: assign({
      name: ({ context, event }) => (event.type === "peer.message" ? event.text : context.name),
    }),
    sayHello: ({ context: { options, peer, name } }) => options.greet && peer.send(hello(name)),
    sayBye: ({ context: { options, peer } }) => options.greet && peer.send(BYE),
  },
}).createMachine({
  id: "calculator",
  context: ({ input }) => ({ ...input, name: "" }),
  initial: "awaitingName",
  on: { "peer.closed": ".closed" },
  states: {
    awaitingName: {
      on: {
        "peer.message": { target: "computing", actions: ["keepName", "sayHello"] },
        "peer.ended": "closed",
      },
    },
    computing: {
      on: {
        "peer.quit": { target: "closed", actions: "sayBye" },
        "peer.ended": { target: "closed", actions: "sayBye" },
      },
    },
    closed: { type: "final" },
  },
});

export default defineRole({
  name: "calculator",
  summary: "answers arithmetic, one session per named client",
  side: "server",
  transport: "tcp",
  port: 4389,
  options,
  machine: calculatorMachine,
  phases: {
    awaitingName: { reads: "text", rule: "CALC-0", expects: "a name", unglue: nameAndExpression },
    computing: {
      reads: "text",
      rule: "CALC-1",
      expects: "an expression, or q",
      handle: answer,
      isWord: isQuit,
    },
  },
  wire: calculatorForm,
  dialogue: {
    given: { greet: true },
    lines: [
      { client: "{name}" },
      { server: hello("{name}") },
      { client: "15 + 35" },
      { server: "50.0" },
      { client: "1 / 0" },
      { server: DIVISION_BY_ZERO },
      { client: QUIT },
      { server: BYE },
    ],
    closes: true,
  },
  steps: {
    awaitingName: "waits for the client's name, which has no reply",
    computing: "answers each expression with one message, until q",
  },
  peerName: ({ name }: Context) => name,
  assume: ({ server }) => ({ options: { greet: textOfRead(server[0]).startsWith(hello("")) } }),
  offers: () => "adds, subtracts, multiplies and divides",
  tryIt: ({ port }) => `netlabctl calc --as ann --port ${port}`,
});

/** The steady state: one reply a message, and no step of the machine [CALC-0]. */
function answer({ text }: PeerMessage, { peer }: Session): RoleEvent | undefined {
  const expression = parseExpression(text);
  // No expression is one word.
  if (!expression.ok && isQuit(text)) return { type: "peer.quit" };
  peer.send(resultOf(expression));
  return undefined;
}

/**
 * [CALC-3] `gautamop15 + 35` is a name and an expression. They can be told apart where the name ends in something that is
 * no part of a number: digits at the seam belong to the number, and words such as `inf` to the name.
 */
export function nameAndExpression(text: string): string[] | undefined {
  if (text.length > MAX_GLUED) return undefined;
  for (const { index, 0: endOfName } of text.matchAll(SEAMS)) {
    const seam = index + endOfName.length;
    const expression = text.slice(seam);
    if (parseExpression(expression).ok) return [text.slice(0, seam).trimEnd(), expression];
  }
  return undefined;
}
