/**
 * A chat room: every member that has logged in hears what all of them say, in one order.
 *
 *   awaitingLogin → joining → chatting → leaving → closed
 *         ↑____________| name taken
 *
 *   S> Please, Enter Your ig name
 *   C> :Alan Musk:alanop     S> new user :Alan Musk:alanop connected!     to the newcomer
 *                            S> new user :Alan Musk:alanop joined         to all
 *   C> :Alan Musk:Hey Guys   S> :Alan Musk:Hey Guys                       to all
 *                            S> :Alan Musk:alanop left chat               to the others
 */
import { assign, fromPromise, setup } from "xstate";
import * as z from "zod";
import { cause } from "../stories/causes.ts";
import {
  CLOSES,
  connected,
  joined,
  type Login,
  loginAndMessages,
  loginOf,
  nameTaken,
  PROMPT,
  parseLogin,
  prefixOf,
  RESTARTED,
  SERVER,
  saidBy,
  splitAtPrefix,
  takenIn,
} from "../wire/chat.ts";
import { chatForm } from "../wire/forms/chat.ts";
import type { PeerMessage } from "../wire/message.ts";
import { linesIn, type Reply } from "./_assumed.ts";
import { defineRole, type Session } from "./_role.ts";
import { type JoinAnswer, Room } from "./_room.ts";
import type { AsyncHub, PeerWorld } from "./_world.ts";

/** A member that the dialogue is about. */
const EXAMPLE: Login = { name: "{name}", login: "{name}" };

const options = z.object({});
type Options = z.output<typeof options>;

interface Context extends PeerWorld<Options, Room> {
  /** As whom it asked to come in. */
  readonly login: Login;
}

type Event = { type: "peer.message"; text: string } | { type: "peer.ended" } | { type: "peer.closed" };

export const chatMachine = setup({
  types: { context: {} as Context, events: {} as Event, input: {} as PeerWorld<Options, Room> },
  guards: {
    isLogin: ({ event }) => event.type === "peer.message" && parseLogin(event.text) !== undefined,
    isIn: (_, answer: JoinAnswer) => answer.ok,
  },
  actions: {
    prompt: ({ context }) => context.peer.send(PROMPT),
    keepLogin: assign({
      login: ({ context, event }) =>
        (event.type === "peer.message" && parseLogin(event.text)) || context.login,
    }),
    remarkNoLogin: ({ context }) => context.peer.remark(cause("login-without-name", {})),
    sayTaken: ({ context: { peer } }, answer: JoinAnswer) => {
      if (answer.ok) return;
      peer.remark(cause("name-taken", { name: answer.taken, holder: answer.holder }));
      peer.send(nameTaken(answer.taken));
    },
    remarkCrash: ({ context }) => context.peer.remark(cause("room-crashed", {})),
    leave: ({ context: { hub, peer } }) => void hub.leave(peer.id),
  },
  actors: {
    join: fromPromise<JoinAnswer, Context>(({ input: { hub, peer, login } }) => hub.join(peer.id, login)),
    leave: fromPromise<void, Context>(({ input: { hub, peer } }) => hub.leave(peer.id)),
  },
}).createMachine({
  id: "chat",
  context: ({ input }) => ({ ...input, login: { name: "", login: "" } }),
  initial: "awaitingLogin",
  on: { "peer.closed": ".closed" },
  states: {
    awaitingLogin: {
      entry: "prompt",
      on: {
        "peer.message": [
          { guard: "isLogin", target: "joining", actions: "keepLogin" },
          { target: "awaitingLogin", reenter: true, actions: "remarkNoLogin" },
        ],
        "peer.ended": "closed",
      },
    },
    joining: {
      invoke: {
        src: "join",
        input: ({ context }) => context,
        onDone: [
          { guard: { type: "isIn", params: ({ event }) => event.output }, target: "chatting" },
          {
            target: "awaitingLogin",
            actions: { type: "sayTaken", params: ({ event }) => event.output },
          },
        ],
        onError: { target: "awaitingLogin", actions: "remarkCrash" },
      },
    },
    chatting: {
      on: { "peer.ended": "leaving" },
    },
    /** The room answers in order: what it still has to tell this member, it has told by then [FRAME-8]. */
    leaving: {
      invoke: { src: "leave", input: ({ context }) => context, onDone: "closed", onError: "closed" },
    },
    closed: { type: "final", entry: "leave" },
  },
});

export default defineRole({
  name: "chat",
  summary: "a chat room with unique names, where every member reads every message",
  side: "server",
  transport: "tcp",
  port: 4390,
  options,
  machine: chatMachine,
  phases: {
    awaitingLogin: {
      reads: "text",
      rule: "CHAT-1",
      expects: "a login, :Name:login",
      unglue: loginAndMessages,
    },
    chatting: {
      reads: "text",
      rule: "CHAT-2",
      expects: "something to say",
      handle: say,
      unglue: ownMessages,
    },
  },
  wire: chatForm,
  dialogue: {
    lines: [
      { server: PROMPT },
      { client: loginOf(EXAMPLE) },
      { server: connected(EXAMPLE) },
      { server: joined(EXAMPLE) },
      { client: "hey guys" },
      { server: saidBy(EXAMPLE.name, "hey guys") },
    ],
  },
  steps: {
    awaitingLogin: "prompts, and waits for a name and a login name",
    joining: "asks the room whether both names are free",
    chatting: "passes each message on to all members of the room",
    leaving: "tells the others, once the room has told the peer everything",
  },
  hub: {
    create: (world, remembered) => new Room(world, remembered),
    members: (room: Room) => room.members,
    restarted: (room: Room) => void room.announce(RESTARTED),
    say: announce,
    forget: (room: AsyncHub<Room>, id) => void room.leave(id),
  },
  peerName: ({ login }: Context) => login.name,
  assume: () => ({ world: { hub: overheardAnswer } }),
  farewell: () => saidBy(SERVER, CLOSES),
  offers: () => "a chat room",
  tryIt: ({ port }) => `netlabctl chat --as Ann --login ann --port ${port}`,
});

/** A newcomer is told that it is in, or which of its names is taken. */
function overheardAnswer(question: string, [, login]: readonly unknown[], { reads }: Reply) {
  if (question !== "join") return undefined;
  const { name } = login as Login;
  for (const line of linesIn(reads)) {
    const taken = takenIn(line);
    if (taken !== undefined) return { answer: { ok: false, taken, holder: "" } satisfies JoinAnswer };
    if (line.startsWith(`new user ${prefixOf(name)}`)) return { answer: { ok: true } satisfies JoinAnswer };
  }
  return "unknown";
}

/** The steady state: the room does not answer, it delivers. */
function say(message: PeerMessage, { context, peer }: Session<Context>): undefined {
  void context.hub.say(peer.id, message.text);
}

/** [CHAT-5] */
async function announce(room: AsyncHub<Room>, text: string): Promise<string> {
  const count = await room.announce(text);
  if (count === 0) return "no client is in the room";
  return `said to ${count} ${count === 1 ? "member" : "members"}`;
}

/** [CHAT-3] */
function ownMessages(text: string, { context }: Session<Context>): string[] | undefined {
  return splitAtPrefix(text, prefixOf(context.login.name));
}
