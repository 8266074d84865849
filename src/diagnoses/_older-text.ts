/** A short text in the buffer of a longer one: no NUL ends it, so what the older text has there comes along. */
import { argsOf } from "../stories/causes.ts";
import { KNOCK } from "../wire/knock-knock.ts";
import { hasReceiver } from "../wire/relay.ts";
import type { Finding } from "./_diagnosis.ts";
import { type Evidence, type FramedMessage, quoted } from "./_evidence.ts";
import { placeOf, ruleOfSaid } from "./_places.ts";

/** A word that is known, and then what an older text has at just that place of the buffer. */
export function findOlderText(evidence: Evidence): Finding | undefined {
  if (!evidence.isServer || evidence.story.subject.transport === "udp") return undefined;
  for (const said of evidence.messages) {
    const found = olderTailOf(evidence, said);
    if (!found) continue;
    const { word, older } = found;
    const tail = said.text.slice(word.length);
    const isToken = word === evidence.option("token");
    return {
      rule: ruleOfSaid(evidence, said),
      reads: said.reads,
      state: said.state,
      expected: `${isToken ? "the token" : quoted(word)}, and nothing after it`,
      cause: `After ${isToken ? "the token" : quoted(word)} comes ${quoted(tail)}: just what the older text ${quoted(older)} has at that place. Probably your program writes into the same buffer and does not end the new text with a NUL (strncpy(), memcpy(), or recv() into it), so strlen() ran on into the old one.`,
      advice: [
        "End the string: buffer[n] = 0 after strncpy(), memcpy() or recv(); or use snprintf().",
        "Or send the length that you know, instead of strlen(buffer).",
      ],
    };
  }
  return undefined;
}

/** Texts that the buffer may have held: its own, and what we sent it. */
function olderTailOf(evidence: Evidence, said: FramedMessage): { word: string; older: string } | undefined {
  const earlier = evidence.messages.filter(({ index }) => index < said.index).map(({ text }) => text);
  const heard = evidence.entries
    .slice(0, said.index)
    .flatMap((entry) =>
      entry.kind === "out" ? [entry.bytes.toString("utf8").replace(/[\r\n\0]+$/, "")] : [],
    );
  for (const word of wordsAt(evidence, said)) {
    if (said.text === word || !said.text.startsWith(word)) continue;
    const older = [...earlier, ...heard].find(
      (text) => text.length > word.length && said.text === word + text.slice(word.length),
    );
    if (older === undefined) continue;
    // A tail of every text was put there on purpose, but for the name of a receiver who is there.
    const tail = said.text.slice(word.length);
    const isMark = !hasReceiver(word) && evidence.messages.every(({ text }) => text.endsWith(tail));
    if (!isMark) return { word, older };
  }
  return undefined;
}

/** Words that would have been right there. */
function wordsAt(evidence: Evidence, said: FramedMessage): readonly string[] {
  const rule = ruleOfSaid(evidence, said);
  const { kind, leaving = [], isRight } = placeOf(rule);
  if (kind === "token" || kind === "filename") return knownNames(evidence, kind);
  if (rule === "KNOCK-1") return isRight?.(said.text) ? [] : [KNOCK];
  if (rule === "RELAY-2") return [...receiversOf(evidence, said), ...(hasReceiver(said.text) ? [] : leaving)];
  if (kind === "expression") return isRight?.(said.text) ? [] : leaving;
  return rule === "ECHO-0" ? leaving : [];
}

/** The same text to each user who is connected, where the one that was named is not. */
function receiversOf({ entries }: Evidence, said: FramedMessage): readonly string[] {
  const next = entries.slice(said.index + 1).find(({ kind }) => kind === "remark" || kind === "message");
  const args = next?.kind === "remark" ? argsOf(next.cause, "receiver-not-online") : undefined;
  const text = said.text.slice(0, said.text.lastIndexOf("|") + 1);
  return args ? args.online.split("\n").map((name) => text + name) : [];
}

/** The token, or the files that there are. */
export function knownNames(evidence: Evidence, kind: "token" | "filename"): readonly string[] {
  const token = evidence.option("token");
  if (kind === "token") return token === undefined ? [] : [token];
  return evidence
    .all("remark")
    .flatMap(({ cause }) => (argsOf(cause, "file-not-found")?.listed ?? "").split("\n"))
    .filter((name) => name !== "");
}
