/**
 * A chat room's client: says who it is when it is asked, and puts its name before all that its user says.
 *
 *   S> Please, Enter Your ig name     C> :Alan Musk:alanop     C> :Alan Musk:Hey Guys
 */
import * as z from "zod";
import { cause } from "../stories/causes.ts";
import { connected, isNameTaken, isSpoilt, joined, loginOf, prefixOf } from "../wire/chat.ts";
import { amongOthers } from "./_overheard.ts";
import { defineRole } from "./_role.ts";
import { talkClient } from "./_talk-client.ts";
import { type Due, talkOptions } from "./_talk-words.ts";

const name = () =>
  z
    .string()
    .max(64)
    .regex(/^[^:\0\r\n]*[^:\s\0][^:\0\r\n]*$/, "a name is one line without a colon");

const options = z.object({
  ...talkOptions,
  as: name().describe("the name that is shown before your messages"),
  login: name().optional().describe("the login name, if it is another"),
});
type Options = z.output<typeof options>;

const { machine, phases } = talkClient<Options>({
  id: "chat-client",
  rule: "CHAT-0",
  greets: true,
  opening: ({ as, login }) => [loginOf({ name: as, login: login ?? as })],
  prepare: (line, { as }) => ({ send: line.startsWith(prefixOf(as)) ? line : prefixOf(as) + line }),
  hasOthers: true,
  due: (sent, options, isScripted, stale) => (isScripted ? welcomeDue(options) : ownWordsDue(sent, stale)),
  judge: (text) =>
    isNameTaken(text)
      ? { code: "name-taken", cause: cause("name-in-use", { option: "--as or --login" }) }
      : undefined,
});

export default defineRole({
  name: "chat-client",
  summary: "joins a chat room, and says what its user says",
  side: "client",
  transport: "tcp",
  port: 4390,
  options,
  machine,
  phases: amongOthers(phases),
  steps: {
    connecting: "opens a TCP connection",
    awaitingGreeting: "waits to be asked for a name",
    listening: "has nothing to say, and listens to the room",
    awaitingReply: "said something, and waits until the room has said it too",
    leaving: "ends its side, and waits until the server closes",
  },
  offers: ({ as }) => `chats as ${as}`,
});

/** The room tells the newcomer that it is in; what others say meanwhile is no answer. */
function welcomeDue({ as: name, login = name }: Options): Due {
  const welcomes = [connected({ name, login }), joined({ name, login })].map((line) => line.trim());
  return (line) => (welcomes.includes(line.trim()) ? "answer" : "other");
}

/** [CHAT-2] Every message goes to all, the sender too: under its name, and without what an earlier one left in the server's buffer. */
function ownWordsDue(sent: string, stale: string): Due {
  const due = sent.trimEnd();
  return (line) => {
    const said = line.trimEnd();
    if (said === due) return "answer";
    // Of all other lines it is not known whose they are.
    return isSpoilt(said, { sent, stale }) ? cause("wrong-answer", { sent, said, due }, "CHAT-2") : "other";
  };
}
