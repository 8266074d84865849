/**
 * A server whose operator answers all clients at once: lines go as they are typed, and are reversed for their reader.
 *
 *   listening → closed
 *
 *   S> ACCEPT                 (or  REJECT  and close, for the one over the limit)
 *   C> taco cat
 *   S> I have 3 clients       what the operator says, to every client
 *   C> exit                   the server closes
 */
import { setup } from "xstate";
import * as z from "zod";
import { NetlabError } from "../errors.ts";
import { shortPeerId } from "../ids.ts";
import { reverseForm } from "../wire/forms/reverse.ts";
import type { PeerMessage } from "../wire/message.ts";
import { ACCEPT, EXIT, isExit, REJECT } from "../wire/reverse.ts";
import { type Assumption, firstWord, type Overheard } from "./_assumed.ts";
import { Barrier } from "./_barrier.ts";
import { reversedText } from "./_reversed-text.ts";
import { defineRole, type HubMember, type RoleEvent, type SayOptions, type Session } from "./_role.ts";
import type { AsyncHub, PeerWorld } from "./_world.ts";

const options = z.object({
  maxConnections: z.number().int().min(1).max(100_000).default(4).describe("more are rejected"),
  acceptWord: z.string().max(256).default(ACCEPT).describe("sent to each client first; empty sends nothing"),
  rejectWord: z
    .string()
    .max(256)
    .default(REJECT)
    .describe("sent to a client over the limit; empty sends nothing"),
  mirror: z.boolean().default(false).describe("answer each message with its own text, without an operator"),
});
type Options = z.output<typeof options>;

type Context = PeerWorld<Options, Barrier>;

type Event = { type: "peer.left" } | { type: "peer.ended" } | { type: "peer.closed" };

export const reverseMachine = setup({
  types: { context: {} as Context, events: {} as Event, input: {} as Context },
  actions: {
    sayAccept: ({ context: { options, peer } }) => options.acceptWord !== "" && peer.send(options.acceptWord),
    join: ({ context: { hub, peer } }) => hub.join(peer.id, nameOf(peer)),
    leave: ({ context: { hub, peer } }) => hub.leave(peer.id),
  },
}).createMachine({
  id: "reverse",
  context: ({ input }) => input,
  initial: "listening",
  on: { "peer.closed": ".closed" },
  states: {
    listening: {
      entry: ["sayAccept", "join"],
      exit: "leave",
      on: { "peer.left": "closed", "peer.ended": "closed" },
    },
    closed: { type: "final" },
  },
});

export default defineRole({
  name: "reverse",
  summary: "lets its operator answer all clients at once; every line is read backwards",
  side: "server",
  transport: "tcp",
  port: 4444,
  options,
  machine: reverseMachine,
  phases: {
    listening: {
      reads: "text",
      rule: "REV-2",
      expects: "a line, or exit",
      handle: hear,
      isWord: isExit,
    },
  },
  wire: reverseForm,
  dialogue: {
    given: { mirror: true },
    lines: [{ server: ACCEPT }, { client: "taco cat" }, { server: "taco cat" }, { client: EXIT }],
    closes: true,
  },
  hub: {
    create: (world, remembered) => new Barrier(world, remembered),
    members,
    forget: (barrier: AsyncHub<Barrier>, id) => void barrier.leave(id),
    say,
    isAnsweredByOperator: true,
  },
  assume,
  display: reversedText,
  refusal: ({ rejectWord }) => rejectWord,
  offers: ({ maxConnections, mirror }) =>
    `${mirror ? "a mirror" : "its operator's answers"}, for ${maxConnections} clients at most`,
  tryIt: ({ port }) => `netlabctl reverse --port ${port}`,
});

/** The steady state: what comes waits for the operator, or is answered at once [REV-3]; the machine does not move. */
function hear({ text }: PeerMessage, { context, peer }: Session<Context>): RoleEvent | undefined {
  if (isExit(text)) return { type: "peer.left" };
  if (context.options.mirror) peer.send(text);
  else context.hub.heard(peer.id, text);
  return undefined;
}

/** Words to a newcomer are options: those that it said are the ones. */
function assume({ first, server: [word] }: Overheard): Assumption {
  if (first === undefined) return {};
  const said = word && first === "server" ? firstWord(word) : "";
  return said === REJECT ? { isUnclear: true } : { options: { acceptWord: said } };
}

const nameOf = ({ id, remote }: PeerWorld["peer"]) => `${shortPeerId(id)} (${remote.address}:${remote.port})`;

/** [REV-4] The operator, about to answer, reads the lines as clients do. */
function members(barrier: Barrier): HubMember[] {
  return barrier.members.map(({ details, ...member }) => ({
    ...member,
    details: { ...details, reads: reversedText(details.said ?? "") },
  }));
}

/** [REV-2] To every client once: when all have an unanswered message, or now. */
async function say(
  barrier: AsyncHub<Barrier>,
  text: string,
  { now, signal, progress }: SayOptions,
): Promise<string> {
  const stopped = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
  let told = "";
  for (;;) {
    if (signal.aborted) throw new NetlabError("interrupted/nothing-said");
    const answered = await barrier.answer(text, now);
    if (answered.kind === "nobody") return "no client is connected: nothing was sent";
    if (answered.kind === "said") return `${saidTo(answered.to)} (reads: ${reversedText(text)})`;
    const waiting = `waits for ${answered.for.join(", ")}`;
    if (waiting !== told) progress(waiting);
    told = waiting;
    await Promise.race([barrier.changedSince(answered.version), stopped]);
  }
}

const saidTo = (count: number) => `said to ${count === 1 ? "1 client" : `${count} clients`}`;
