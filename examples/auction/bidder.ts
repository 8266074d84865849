/**
 * The auction's client, made from netlabd's own talking client: it says its name, then what its user bids.
 *   load examples/auction/bidder.ts, then  spawn bidder --port @auction --as ann  and  say bidder 12
 */
import { defineRole, talkClient, talkOptions } from "netlabd";
import { z } from "zod";

const options = z.object({
  ...talkOptions,
  as: z.string().min(1).default("netlab").describe("the name to bid under"),
});

const { machine, phases } = talkClient<z.output<typeof options>>({
  id: "bidder",
  rule: "AUCTION-1",
  greets: true,
  opening: ({ as }) => [as],
});

export default defineRole({
  name: "bidder",
  summary: "bids in an auction",
  side: "client",
  transport: "tcp",
  port: 4410,
  options,
  machine,
  phases,
  offers: ({ as }) => `bids as ${as}`,
});
