/**
 * A teller of one knock-knock joke, of its own or line by line as its user types it.
 *
 *   C> Knock knock..   S> Who's there?   C> Lettuce   S> Lettuce who?   C> Lettuce in, it's cold out here!   S> Ha!
 */
import * as z from "zod";
import { cause } from "../stories/causes.ts";
import { askWho, HA, isKnock, isLaughter, KNOCK, TRY, WHO_IS_THERE } from "../wire/knock-knock.ts";
import { defineRole } from "./_role.ts";
import { talkClient } from "./_talk-client.ts";
import { type Due, talkOptions } from "./_talk-words.ts";

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
  due: (sent, { who, punchLine, byHand }) => lineDue(sent, byHand ? undefined : { who, punchLine }),
  givesUp: true,
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
    done: "the conversation is over, and nothing was wrong with it",
    failed: "gives up: the joke was not heard to its end",
  },
  offers: ({ who, byHand }) => (byHand ? "tells the joke its user types" : `tells the one about ${who}`),
});

interface Joke {
  readonly who: string;
  readonly punchLine: string;
}

/** [KNOCK-1, KNOCK-2] Of a joke told by hand only its opening is known for what it is. */
function lineDue(sent: string, joke: Joke | undefined): Due {
  const right = isKnock(sent)
    ? [WHO_IS_THERE]
    : joke
      ? [sent === joke.who ? askWho(sent) : HA]
      : [askWho(sent), HA, TRY];
  const [due = ""] = right;
  return (said) =>
    right.includes(said.trim()) ? "answer" : cause("wrong-answer", { sent, said, due }, "KNOCK-2");
}
