/**
 * Direct messages between users: each says its name, then what it wants to be told to whom.
 *
 *   awaitingName → naming → relaying → leaving → closed
 *        ↑___________| name taken
 *
 *   C> alice                  S> Message please             (or  Server | Name taken)
 *   C> hello there|bob        S> alice | hello there        to bob
 *                             S> Server | Receiver not online   to alice, if bob is not there
 *   C> close                  S> Closing..                  then the server closes
 */
import { assign, fromPromise, setup } from "xstate";
import * as z from "zod";
import { type Cause, cause } from "../stories/causes.ts";
import { relayForm } from "../wire/forms/relay.ts";
import type { PeerMessage } from "../wire/message.ts";
import {
  CLOSE,
  CLOSING,
  HOW_TO,
  isClose,
  isNameTaken,
  MESSAGE_PLEASE,
  messageFrom,
  NAME_TAKEN,
  NOT_ONLINE,
  parseMessage,
  parseName,
} from "../wire/relay.ts";
import { linesIn, type Reply } from "./_assumed.ts";
import { defineRole, type RoleEvent, type Session } from "./_role.ts";
import { type NameAnswer, type NotOnline, Switchboard } from "./_switchboard.ts";
import type { AsyncHub, PeerWorld } from "./_world.ts";

const options = z.object({});
type Options = z.output<typeof options>;

interface Context extends PeerWorld<Options, Switchboard> {
  /** The name it asked for. */
  readonly name: string;
}

type Event =
  | { type: "peer.message"; text: string }
  | { type: "peer.left" }
  | { type: "peer.ended" }
  | { type: "peer.closed" };

export const relayMachine = setup({
  types: { context: {} as Context, events: {} as Event, input: {} as PeerWorld<Options, Switchboard> },
  guards: {
    isName: ({ event }) => event.type === "peer.message" && parseName(event.text) !== undefined,
    isGiven: (_, answer: NameAnswer) => answer.ok,
  },
  actions: {
    keepName: assign({
      name: ({ context, event }) => (event.type === "peer.message" && parseName(event.text)) || context.name,
    }),
    sayMessagePlease: ({ context }) => context.peer.send(MESSAGE_PLEASE),
    sayTaken: ({ context: { peer } }, why: Cause) => {
      peer.remark(why);
      peer.send(NAME_TAKEN);
    },
    sayClosing: ({ context }) => context.peer.send(CLOSING, { apart: true }),
    leave: ({ context: { hub, peer } }) => void hub.leave(peer.id),
  },
  actors: {
    join: fromPromise<NameAnswer, Context>(({ input: { hub, peer, name } }) => hub.join(peer.id, name)),
    leave: fromPromise<void, Context>(({ input: { hub, peer } }) => hub.leave(peer.id)),
  },
}).createMachine({
  id: "relay",
  context: ({ input }) => ({ ...input, name: "" }),
  initial: "awaitingName",
  on: { "peer.closed": ".closed" },
  states: {
    awaitingName: {
      on: {
        "peer.message": [
          { guard: "isName", target: "naming", actions: "keepName" },
          { actions: { type: "sayTaken", params: cause("no-username", {}) } },
        ],
        "peer.ended": "closed",
      },
    },
    naming: {
      invoke: {
        src: "join",
        input: ({ context }) => context,
        onDone: [
          {
            guard: { type: "isGiven", params: ({ event }) => event.output },
            target: "relaying",
            actions: "sayMessagePlease",
          },
          {
            target: "awaitingName",
            actions: { type: "sayTaken", params: ({ event }) => takenBy(event.output) },
          },
        ],
        onError: {
          target: "awaitingName",
          actions: { type: "sayTaken", params: cause("switchboard-crashed", {}) },
        },
      },
    },
    relaying: {
      on: { "peer.left": "leaving", "peer.ended": "leaving" },
    },
    /** The switchboard answers in order: what this user still has to hear comes before our last word [FRAME-8]. */
    leaving: {
      invoke: {
        src: "leave",
        input: ({ context }) => context,
        onDone: { target: "closed", actions: "sayClosing" },
        onError: { target: "closed", actions: "sayClosing" },
      },
    },
    closed: { type: "final", entry: "leave" },
  },
});

export default defineRole({
  name: "relay",
  summary: "hands messages from one named user to another",
  side: "server",
  transport: "tcp",
  port: 5001,
  options,
  machine: relayMachine,
  phases: {
    awaitingName: { reads: "text", rule: "RELAY-0", expects: "a username" },
    relaying: {
      reads: "text",
      rule: "RELAY-2",
      expects: "message|user, or close",
      handle: relay,
      isWord: isClose,
    },
  },
  wire: relayForm,
  dialogue: {
    lines: [
      { client: "{name}" },
      { server: MESSAGE_PLEASE },
      { client: "hello there" },
      { server: HOW_TO },
      { client: "hello there|{name}" },
      { server: messageFrom("{name}", "hello there") },
      { client: CLOSE },
      { server: CLOSING },
    ],
    closes: true,
  },
  steps: {
    awaitingName: "says nothing before it knows who is there",
    naming: "asks whether the name is free",
    relaying: "hands each message to its receiver, or says why not",
    leaving: "waits until everything the user has to hear is on its way",
  },
  hub: {
    create: (world, remembered) => new Switchboard(world, remembered),
    members: (switchboard: Switchboard) => switchboard.members,
    restarted: (switchboard: Switchboard) => switchboard.announceRestart(),
    forget: (switchboard: AsyncHub<Switchboard>, id) => void switchboard.leave(id),
  },
  peerName: ({ name }: Context) => name,
  assume: () => ({ world: { hub: overheardAnswer } }),
  farewell: () => CLOSING,
  offers: () => "messages between named users",
  tryIt: ({ port }) => `netlabctl relay --as alice --port ${port}`,
});

/** The steady state: replies come from the switchboard, so that they keep the order of what was asked. */
function relay({ text }: PeerMessage, { context, peer }: Session<Context>): RoleEvent | undefined {
  if (isClose(text)) return { type: "peer.left" };
  context.hub.relay(peer.id, text).then(
    (missing) => missing && peer.remark(notOnline(missing)),
    // A crash of the switchboard is told by the switchboard.
    () => undefined,
  );
  return undefined;
}

/** A newcomer is asked for messages, or told that its name is taken; a sender, that its receiver is not there. */
function overheardAnswer(question: string, [, said]: readonly unknown[], { bytes, reads }: Reply) {
  if (question === "relay") {
    const isMissing = linesIn([bytes]).includes(NOT_ONLINE);
    const user = parseMessage(String(said))?.user ?? "";
    return { answer: isMissing ? ({ user, online: [] } satisfies NotOnline) : undefined };
  }
  for (const line of question === "join" ? linesIn(reads) : []) {
    if (isNameTaken(line)) return { answer: { ok: false, holder: "" } satisfies NameAnswer };
    if (line.startsWith(MESSAGE_PLEASE)) return { answer: { ok: true } satisfies NameAnswer };
  }
  return question === "join" ? "unknown" : undefined;
}

const takenBy = (answer: NameAnswer): Cause =>
  cause("username-taken", { holder: answer.ok ? "" : answer.holder });

const notOnline = ({ user, online }: NotOnline): Cause =>
  cause("receiver-not-online", { user, online: online.join("\n") });
