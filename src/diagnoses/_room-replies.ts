/** A client's own words, as a room or a relay gives them back: all other lines may be anyone's. */
import { isSpoilt } from "../wire/chat.ts";
import { hasReceiver, isSentBack, messageFrom, parseMessage } from "../wire/relay.ts";
import type { Finding } from "./_diagnosis.ts";
import { type Evidence, quoted, type Read } from "./_evidence.ts";
import { dialogueOf, type Exchange, isRight, ruleOf, textOf } from "./_exchanges.ts";

export const SEND_N =
  "Send back the n bytes that recv() returned: send(c, b, n, 0), not strlen(b) and not sizeof b.";

/** [CHAT-2] Our own words in a room, without our name or with an older message's end. */
export function findOwnWords(evidence: Evidence): Finding | undefined {
  if (evidence.isServer || ruleOf(evidence) !== "CHAT-0") return undefined;
  const { exchanges } = dialogueOf(evidence);
  const spoilt = spoiltIn(exchanges);
  if (!spoilt) return reframed(exchanges);
  const { sent, said, read } = spoilt;
  const due = sent.trimEnd();
  const came = `${quoted(sent)} was said, and ${quoted(said)} came back`;
  return {
    rule: "CHAT-2",
    reads: [read],
    state: "awaitingReply",
    expected: quoted(due),
    ...(said.startsWith(due)
      ? {
          cause: `${came}: behind the message stands the end of an earlier, longer one. The buffer still holds it, and no NUL ends the new text, so strlen() runs on into it.`,
          advice: [SEND_N, "Or end it after recv(): b[n] = 0;"],
        }
      : {
          cause: `${came}, without the name before it. In this room each message goes to all as :Name:text, so that they see whose it is.`,
          advice: [
            "Send the message on as it came, with its :Name: in front, to every member and to its sender.",
          ],
        }),
  };
}

/** [CHAT-2] Name and text of ours, with other signs around them: `Ann: hello`, `[12:30] <Ann> hello`. */
function reframed(exchanges: readonly Exchange[]): Finding | undefined {
  for (const { sent, reads, nth } of exchanges) {
    const due = sent.trimEnd();
    const [, name = "", text = ""] = /^:([^:]+):(.+)$/s.exec(due) ?? [];
    if (nth === 0 || text.trim() === "") continue;
    // The right one may stand in one piece with what another says.
    if (reads.some(({ bytes }) => bytes.includes(due))) continue;
    for (const read of reads) {
      const said = textOf(read.bytes)
        .split(/\r?\n/)
        .find((line) => line.includes(name) && isAround(line.replace(name, ""), text.trim()));
      if (said === undefined) continue;
      return {
        rule: "CHAT-2",
        reads: [read],
        state: "awaitingReply",
        expected: quoted(due),
        cause: `${quoted(sent)} was said, and ${quoted(said)} came back. In this room each message goes to all as it came, :Name:text, and clients look for just that.`,
        advice: [
          "Send the bytes on as they came, to every member and to the sender: no other form of your own.",
        ],
      };
    }
  }
  return undefined;
}

const isAround = (line: string, text: string) =>
  line.includes(text) && /^[^\p{L}]*(says?|said)?[^\p{L}]*$/u.test(line.replace(text, ""));

function spoiltIn(
  exchanges: readonly Exchange[],
): { readonly sent: string; readonly said: string; readonly read: Read } | undefined {
  let buffer = "";
  for (const { sent, reads, reply, nth } of exchanges) {
    const stale = buffer.slice(sent.length);
    buffer = sent + stale;
    if (nth === 0 || isRight(textOf(reply), [sent.trimEnd()])) continue;
    for (const read of reads) {
      const lines = textOf(read.bytes).split(/\r?\n/);
      const said = lines.find((line) => isSpoilt(line, { sent, stale }));
      if (said !== undefined) return { sent, said, read };
    }
  }
  return undefined;
}

/** [RELAY-2] Message of a user that came back: it goes to its receiver alone. */
export function findSentBack(evidence: Evidence): Finding | undefined {
  if (evidence.isServer || ruleOf(evidence) !== "RELAY-0") return undefined;
  const { exchanges } = dialogueOf(evidence);
  for (const { sent, nth, reads } of exchanges) {
    const as = exchanges.findLast((one) => one.nth <= nth && !hasReceiver(one.sent))?.sent.trim() ?? "";
    for (const read of reads) {
      const said = textOf(read.bytes)
        .split(/\r?\n/)
        .find((line) => isSentBack(line, { sent, as }));
      const message = parseMessage(sent.trimEnd());
      if (said === undefined || !message) continue;
      return {
        rule: "RELAY-2",
        reads: [read],
        state: "awaitingReply",
        expected: `nothing: ${quoted(messageFrom(as, message.text))} goes to ${quoted(message.user)}`,
        cause: `${quoted(sent.trimEnd())} was said, and ${quoted(said.trim())} came back to its own sender. A relay hands a message to the receiver that it names, and to no one else. Probably the server sends to the connection that the message came from, or to all of them.`,
        advice: [
          "Keep each user's socket under its name, and send to that of the receiver: the word after the last |.",
          `Send it as ${quoted(messageFrom(as, message.text))}: the sender's name, then " | ", then the text.`,
        ],
      };
    }
  }
  return undefined;
}
