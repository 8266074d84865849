/**
 * A role of one's own: guess a number. Bring it into a running daemon with  load examples/guess-number.ts
 * and start it with  spawn guess-number --most 100
 *
 *   guessing ──right──→ closed
 *
 *   S> I think of a number from 1 to 100
 *   C> 50          S> too low      (or  too high,  or  That is no number)
 *   C> 75          S> Right, in 2 guesses        then the server closes
 */
import { defineRole, type PeerMessage, type PeerWorld, type Session } from "netlabd";
import { assign, setup } from "xstate";
import { z } from "zod";

const TOO_LOW = "too low";
const TOO_HIGH = "too high";
const NO_NUMBER = "That is no number";

const options = z.object({
  most: z.number().int().min(1).max(1_000_000).default(100).describe("the largest number it may think of"),
});
type Options = z.output<typeof options>;

interface Context extends PeerWorld<Options> {
  readonly secret: number;
  /** Counted in the handler: a wrong guess moves no state. */
  readonly tries: { count: number };
}

type Event = { type: "guess.right" } | { type: "peer.ended" } | { type: "peer.closed" };

export const guessNumberMachine = setup({
  types: { context: {} as Context, events: {} as Event, input: {} as PeerWorld<Options> },
  actions: {
    think: assign({ secret: ({ context }) => 1 + Math.floor(context.random() * context.options.most) }),
    greet: ({ context }) => context.peer.send(`I think of a number from 1 to ${context.options.most}`),
    praise: ({ context }) => context.peer.send(`Right, in ${context.tries.count} guesses`),
  },
}).createMachine({
  id: "guess-number",
  context: ({ input }) => ({ ...input, secret: 0, tries: { count: 0 } }),
  initial: "guessing",
  on: { "peer.closed": ".closed" },
  states: {
    guessing: {
      entry: ["think", "greet"],
      on: {
        "guess.right": { target: "closed", actions: "praise" },
        "peer.ended": "closed",
      },
    },
    closed: { type: "final" },
  },
});

export default defineRole({
  name: "guess-number",
  summary: "thinks of a number and lets the peer guess",
  side: "server",
  transport: "tcp",
  port: 4400,
  options,
  machine: guessNumberMachine,
  phases: {
    guessing: { reads: "text", rule: "GUESS-1", expects: "a number", handle: judge },
  },
  // Makes a dissector for Wireshark:  netlabctl dissector examples/guess-number.ts --install
  wire: {
    title: "Guess",
    fields: {
      most: { kind: "number", least: 1, most: 1_000_000, label: "Largest number" },
      guess: { kind: "number", least: 0, most: 999_999_999, label: "Guess" },
      guesses: { kind: "number", least: 1, most: 1_000_000, label: "Guesses" },
    },
    client: { guessing: [{ name: "guess", rule: "GUESS-1", text: "{guess}" }] },
    server: {
      answering: [
        { name: "greeting", rule: "GUESS-1", text: "I think of a number from 1 to {most}" },
        { name: "too low", rule: "GUESS-1", text: TOO_LOW },
        { name: "too high", rule: "GUESS-1", text: TOO_HIGH },
        { name: "no number", rule: "GUESS-1", text: NO_NUMBER, isError: true },
        { name: "right", rule: "GUESS-1", text: "Right, in {guesses} guesses", next: "nobody" },
      ],
    },
  },
  // Played by netlabd's contract test: cut up, half closed, broken off, and by two at once.
  dialogue: {
    given: { most: 1 },
    lines: [
      { server: "I think of a number from 1 to 1" },
      { client: "one" },
      { server: NO_NUMBER },
      { client: "7" },
      { server: TOO_HIGH },
      { client: "1" },
      { server: "Right, in 2 guesses" },
    ],
    closes: true,
  },
  offers: ({ most }) => `a number from 1 to ${most}`,
  tryIt: ({ host, port }) => `ncat ${host} ${port}`,
});

/** Most guesses are answered here and move nothing; the right one is an event. */
function judge(message: PeerMessage, { context, peer }: Session<Context>): Event | undefined {
  const text = message.text.trim();
  if (!/^\d+$/.test(text)) return void peer.send(NO_NUMBER);
  context.tries.count += 1;
  const guess = Number(text);
  if (guess === context.secret) return { type: "guess.right" };
  return void peer.send(guess < context.secret ? TOO_LOW : TOO_HIGH);
}
