/**
 * A listener of knock-knock jokes: plays its part in one joke, laughs, and leaves.
 *
 *   awaitingKnock → awaitingName → awaitingPunchLine → closed
 *
 *   C> Knock knock..          S> Who's there?       (anything else:  S> Try: Knock knock..)
 *   C> Boo                    S> Boo who?
 *   C> Don't cry!             S> Ha!                then the server closes
 */
import { setup } from "xstate";
import * as z from "zod";
import { knockKnockForm } from "../wire/forms/knock-knock.ts";
import { askWho, HA, isKnock, KNOCK, TRY, WHO_IS_THERE } from "../wire/knock-knock.ts";
import type { PeerMessage } from "../wire/message.ts";
import { defineRole, type RoleEvent, type Session } from "./_role.ts";
import type { PeerWorld } from "./_world.ts";

const options = z.object({});
type Options = z.output<typeof options>;

type Event =
  | { type: "peer.knocked" }
  | { type: "peer.message"; text: string }
  | { type: "peer.ended" }
  | { type: "peer.closed" };

export const knockKnockMachine = setup({
  types: {
    context: {} as PeerWorld<Options>,
    events: {} as Event,
    input: {} as PeerWorld<Options>,
  },
  actions: {
    askWhoIsThere: ({ context }) => context.peer.send(WHO_IS_THERE),
    askWho: ({ context, event }) => event.type === "peer.message" && context.peer.send(askWho(event.text)),
    laugh: ({ context }) => context.peer.send(HA),
  },
}).createMachine({
  id: "knock-knock",
  context: ({ input }) => input,
  initial: "awaitingKnock",
  on: { "peer.closed": ".closed" },
  states: {
    awaitingKnock: {
      on: { "peer.knocked": { target: "awaitingName", actions: "askWhoIsThere" }, "peer.ended": "closed" },
    },
    awaitingName: {
      on: { "peer.message": { target: "awaitingPunchLine", actions: "askWho" }, "peer.ended": "closed" },
    },
    awaitingPunchLine: {
      on: { "peer.message": { target: "closed", actions: "laugh" }, "peer.ended": "closed" },
    },
    closed: { type: "final" },
  },
});

export default defineRole({
  name: "knock-knock",
  summary: "listens to a knock-knock joke, and laughs",
  side: "server",
  transport: "tcp",
  port: 4388,
  options,
  machine: knockKnockMachine,
  phases: {
    awaitingKnock: { reads: "text", rule: "KNOCK-1", expects: KNOCK, handle: hearKnock, isWord: isKnock },
    awaitingName: { reads: "text", rule: "KNOCK-2", expects: "a name" },
    awaitingPunchLine: { reads: "text", rule: "KNOCK-2", expects: "the punch line" },
  },
  wire: knockKnockForm,
  dialogue: {
    lines: [
      { client: "Hello?" },
      { server: TRY },
      { client: KNOCK },
      { server: WHO_IS_THERE },
      { client: "Boo" },
      { server: askWho("Boo") },
      { client: "Don't cry!" },
      { server: HA },
    ],
    closes: true,
  },
  offers: () => "laughs at knock-knock jokes",
  tryIt: ({ port }) => `netlabctl knock --port ${port}`,
});

/** [KNOCK-1] However often it takes. */
function hearKnock({ text }: PeerMessage, { peer }: Session): RoleEvent | undefined {
  if (isKnock(text)) return { type: "peer.knocked" };
  peer.send(TRY);
  return undefined;
}
