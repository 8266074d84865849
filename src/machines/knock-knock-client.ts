/**
 * A teller of one knock-knock joke, of its own or line by line as its user types it.
 *
 *   C> Knock knock..   S> Who's there?   C> Lettuce   S> Lettuce who?   C> Lettuce in, it's cold out here!   S> Ha!
 */
import { z } from "zod";
import { isLaughter, KNOCK } from "../wire/knock-knock.ts";
import { defineRole } from "./_role.ts";
import { talkClient } from "./_talk-client.ts";
import { talkOptions } from "./_talk-words.ts";

const options = z.object({
  ...talkOptions,
  who: z.string().min(1).max(256).default("Lettuce").describe("who is there"),
  punchLine: z
    .string()
    .min(1)
    .max(1_024)
    .default("Lettuce in, it's cold out here!")
    .describe("how the joke ends"),
  byHand: z.boolean().default(false).describe("say nothing by itself: its user types the joke's lines"),
});
type Options = z.output<typeof options>;

const { machine, phases } = talkClient<Options>({
  id: "knock-knock-client",
  rule: "KNOCK-2",
  greets: false,
  opening: ({ who, punchLine, byHand }) => (byHand ? [] : [KNOCK, who, punchLine]),
  answersAll: true,
  isLast: isLaughter,
});

export default defineRole({
  name: "knock-knock-client",
  summary: "tells a knock-knock joke",
  side: "client",
  transport: "tcp",
  port: 4388,
  options,
  machine,
  phases,
  steps: {
    connecting: "opens a TCP connection",
    listening: "has nothing to say, and listens",
    awaitingReply: "said a line of the joke, and waits until the server's reply is whole",
    leaving: "closes its side, and waits until the server closes",
    done: "the joke is told, and the server has laughed",
    failed: "gives up: the joke was not heard to its end",
  },
  offers: ({ who, byHand }) => (byHand ? "tells the joke its user types" : `tells the one about ${who}`),
});
