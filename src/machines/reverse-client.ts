/**
 * A client of a reverse server: what it types goes as it is, and what comes is shown reversed.
 *
 *   S> ACCEPT   C> taco cat   S> I have 3 clients   (shown: stneilc 3 evah I)   C> exit
 */
import * as z from "zod";
import { cause } from "../stories/causes.ts";
import { ACCEPT, EXIT, REJECT, verdictIn } from "../wire/reverse.ts";
import { reversedText } from "./_reversed-text.ts";
import { defineRole } from "./_role.ts";
import { talkClient } from "./_talk-client.ts";
import { talkOptions } from "./_talk-words.ts";

const options = z.object({
  ...talkOptions,
  verdict: z
    .boolean()
    .default(true)
    .describe("wait for the server's verdict first; off for a server that accepts without a word"),
  rejectWord: z.string().min(1).max(256).default(REJECT).describe("the verdict that means no"),
});
type Options = z.output<typeof options>;

const { machine, phases } = talkClient<Options>({
  id: "reverse-client",
  rule: "REV-1",
  greets: ({ verdict }) => verdict,
  opening: () => [],
  farewell: EXIT,
  // The verdict is a word of the protocol; everything after it is a person's line [REV-4].
  display: (text, { rejectWord }, isVerdict) =>
    isVerdict ? shownVerdict(text, rejectWord) : reversedText(text),
  // Without a word for yes, the one for no still comes first [REV-1].
  judge: (text, { rejectWord }, isFirst) =>
    isFirst && verdictIn(text, [rejectWord, ACCEPT]).word === rejectWord
      ? { code: "too-many-clients", cause: cause("server-full", { said: rejectWord }) }
      : undefined,
});

/** Verdict as it is; the rest of its line is the next line, and read backwards. Further lines may be rubbish behind a NUL. */
function shownVerdict(text: string, rejectWord: string): string {
  const [line = ""] = text.split("\n");
  const { word, rest } = verdictIn(line, [rejectWord, ACCEPT]);
  return rest === "" ? word : `${word}\n${reversedText(rest)}`;
}

export default defineRole({
  name: "reverse-client",
  summary: "talks to a reverse server, and shows its answers backwards",
  side: "client",
  transport: "tcp",
  port: 4444,
  options,
  machine,
  phases,
  steps: {
    connecting: "opens a TCP connection",
    awaitingGreeting: "waits for the verdict, whether there is a place",
    listening: "has nothing to say, and listens",
    awaitingReply: "said a line, and waits for the operator's answer; the next line does not wait long",
    leaving: "says exit, and waits until the server closes",
    done: "there is no place left",
    failed: "gives up",
  },
  display: reversedText,
  offers: () => "reads every line backwards",
});
