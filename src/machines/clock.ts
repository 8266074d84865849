/**
 * A clock: tells the date and the time of this machine, one datagram an answer.
 *
 *   serving ──operator.stop──→ closed
 *
 *   C> SEND_DATE     S> 11/21/26
 *   C> SEND_TIME     S> 00:55:17
 *   C> anything      S> Invalid request
 */
import { setup } from "xstate";
import * as z from "zod";
import { cause } from "../stories/causes.ts";
import {
  clockRequests,
  dateOf,
  INVALID_REQUEST,
  isClockAnswer,
  SEND_DATE,
  SEND_TIME,
  timeOf,
} from "../wire/clock.ts";
import { datagramWord } from "../wire/datagram-word.ts";
import { clockForm } from "../wire/forms/clock.ts";
import type { PeerMessage } from "../wire/message.ts";
import { defineRole, type Session } from "./_role.ts";
import type { World } from "./_world.ts";

const options = z.object({});
type Context = World<z.output<typeof options>>;

export const clockMachine = setup({
  types: { context: {} as Context, events: {} as { type: "operator.stop" }, input: {} as Context },
}).createMachine({
  id: "clock",
  context: ({ input }) => input,
  initial: "serving",
  states: {
    serving: { on: { "operator.stop": "closed" } },
    closed: { type: "final" },
  },
});

export default defineRole({
  name: "clock",
  summary: "tells the date and the time by datagram",
  side: "server",
  transport: "udp",
  port: 4387,
  options,
  machine: clockMachine,
  phases: {
    serving: { reads: "text", rule: "CLOCK-0", expects: `${SEND_DATE} or ${SEND_TIME}`, handle: answer },
  },
  wire: clockForm,
  dialogue: { lines: [{ client: "SEND_YEAR" }, { server: INVALID_REQUEST }] },
  assume: () => ({
    isAlike: (said, ours) =>
      clockRequests.some(
        (request) => isClockAnswer(request, datagramWord(said)) && isClockAnswer(request, ours),
      ),
  }),
  offers: () => "date and time",
  tryIt: ({ port }) => `netlabctl clock --count 3 --port ${port}`,
});

/** [CLOCK-0] Answers each datagram once; [CLOCK-1] an empty one, too. */
function answer({ text }: PeerMessage, { context, peer }: Session<Context>): undefined {
  const request = datagramWord(text);
  const told = answerTo(request, new Date(context.clock.now()));
  if (told === undefined) peer.remark(cause("no-clock-request", { said: request }));
  peer.send(told ?? INVALID_REQUEST);
}

function answerTo(request: string, now: Date): string | undefined {
  if (request === SEND_DATE) return dateOf(now);
  return request === SEND_TIME ? timeOf(now) : undefined;
}
