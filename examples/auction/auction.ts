/**
 * A role of one's own, of several files, whose connections share something: an auction. Bring it into a running daemon with
 *   load examples/auction/auction.ts     and start it with     spawn auction
 *
 *   awaitingName ──→ bidding ──→ closed
 *
 *   S> Who bids?
 *   C> ann         S> no bid yet                to ann
 *   C> 12          S> ann bids 12               to all
 *   C> 7           S> too low                   to ann
 */
import {
  type AsyncHub,
  defineRole,
  type HubDefinition,
  type PeerMessage,
  type PeerWorld,
  type Session,
} from "netlabd";
import { setup } from "xstate";
import { z } from "zod";
import { AuctionHouse } from "./auction-house.ts";
import { NO_BID, WHO } from "./words.ts";

const options = z.object({});
type Options = z.output<typeof options>;
type Context = PeerWorld<Options, AuctionHouse>;
type Event = { type: "named" } | { type: "peer.ended" } | { type: "peer.closed" };

const auctionMachine = setup({
  types: { context: {} as Context, events: {} as Event, input: {} as Context },
  actions: { ask: ({ context }) => context.peer.send(WHO) },
}).createMachine({
  id: "auction",
  context: ({ input }) => input,
  initial: "awaitingName",
  on: { "peer.closed": ".closed" },
  states: {
    awaitingName: { entry: "ask", on: { named: "bidding", "peer.ended": "closed" } },
    bidding: { on: { "peer.ended": "closed" } },
    closed: { type: "final" },
  },
});

const hub: HubDefinition<AuctionHouse> = {
  create: (world, remembered) => new AuctionHouse(world, remembered),
  members: (house) => house.members,
  say: announce,
  forget: (house, id) => void house.leave(id),
};

export default defineRole({
  name: "auction",
  summary: "takes bids, and tells everybody of each",
  side: "server",
  transport: "tcp",
  port: 4410,
  options,
  machine: auctionMachine,
  phases: {
    awaitingName: { reads: "text", rule: "AUCTION-1", expects: "a name", handle: enter },
    bidding: { reads: "text", rule: "AUCTION-2", expects: "a bid", handle: bid },
  },
  hub,
  offers: () => "an auction",
  tryIt: ({ host, port }) => `ncat ${host} ${port}`,
});

function enter({ text }: PeerMessage, { context: { hub }, peer }: Session<Context>): Event {
  void hub.enter(peer.id, text.trim());
  return { type: "named" };
}

/** The steady state: the house answers nobody, it delivers. */
function bid({ text }: PeerMessage, { context, peer }: Session<Context>): undefined {
  const amount = Number(text.trim());
  if (Number.isInteger(amount) && amount > 0) void context.hub.bid(peer.id, amount);
  else peer.send(NO_BID);
}

/** What `say auction going once` does. */
async function announce(house: AsyncHub<AuctionHouse>, text: string): Promise<string> {
  return `said to ${await house.announce(text)} bidders`;
}
