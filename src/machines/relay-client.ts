/**
 * A relay's client: says its name, then sends messages to other users and shows what they send.
 *
 *   C> alice   S> Message please   C> hello there|bob   S> bob | hi   C> close   S> Closing..
 */
import * as z from "zod";
import { cause } from "../stories/causes.ts";
import {
  CLOSE,
  hasReceiver,
  isClose,
  isNameTaken,
  isSentBack,
  MESSAGE_PLEASE,
  parseMessage,
} from "../wire/relay.ts";
import { amongOthers } from "./_overheard.ts";
import { defineRole } from "./_role.ts";
import { talkClient } from "./_talk-client.ts";
import { type Due, talkOptions } from "./_talk-words.ts";

const options = z.object({
  ...talkOptions,
  as: z
    .string()
    .max(64)
    .regex(/^[^|\0\r\n]*[^|\s\0][^|\0\r\n]*$/, "a name is one line without a |")
    .describe("the name that others write to"),
});
type Options = z.output<typeof options>;

const { machine, phases } = talkClient<Options>({
  id: "relay-client",
  rule: "RELAY-0",
  greets: false,
  opening: ({ as }) => [as],
  farewell: CLOSE,
  prepare: (line) =>
    hasReceiver(line) || isClose(line)
      ? { send: line }
      : {
          send: undefined,
          hint: `${JSON.stringify(line)} names no receiver, and is not sent: write message|user`,
        },
  hasOthers: true,
  due: (sent, _options, isScripted) => (isScripted ? welcomeDue(sent) : undefined),
  faultIn: (line, sent, { as }) =>
    isSentBack(line, { sent, as })
      ? cause("sent-back", { sent, said: line, user: parseMessage(sent)?.user ?? "" }, "RELAY-2")
      : undefined,
  judge: (text, { as }) =>
    isNameTaken(text) ? { code: "name-taken", cause: cause("username-in-use", { name: as }) } : undefined,
});

export default defineRole({
  name: "relay-client",
  summary: "sends messages to other users of a relay, and shows theirs",
  side: "client",
  transport: "tcp",
  port: 5001,
  options,
  machine,
  phases: amongOthers(phases),
  steps: {
    connecting: "opens a TCP connection",
    listening: "has nothing to say, and listens",
    awaitingReply: "said a message, and waits a moment: only what fails has an answer",
    leaving: "says close, and waits until the server closes",
  },
  offers: ({ as }) => `is ${as} to others`,
});

/** [RELAY-0] Others may be heard before it. */
function welcomeDue(sent: string): Due {
  return (said) => {
    if (said === MESSAGE_PLEASE) return "answer";
    return hasReceiver(said)
      ? "other"
      : cause("wrong-answer", { sent, said, due: MESSAGE_PLEASE }, "RELAY-0");
  };
}
