/** Words with which a program wants to leave: those of another protocol, and what is said after the right one. */
import type { Diagnosis, Finding } from "./_diagnosis.ts";
import { count, type Evidence, type FramedMessage, quoted } from "./_evidence.ts";
import { inSeconds } from "./_held-back.ts";
import { expectedAt, firstRule, placeOf, ruleOfSaid } from "./_places.ts";
import { isTheirTurn } from "./waiting.ts";

export const partingWords: readonly Diagnosis[] = [
  {
    id: "D89",
    name: "leaving-word-of-another-protocol",
    title: "A word that ends another program's session came, and not this one's",
    level: "violation",
    hasOwnLevel: true,
    rank: "words",
    excludes: ["D01", "D02", "D17", "D62", "D64", "D65", "D66", "D71", "D73"],
    find: findOtherWord,
  },
  {
    id: "D90",
    name: "goes-on-after-the-end",
    title: "Something came after the end of the session",
    level: "note",
    rank: "endings",
    find: findAfterEnd,
  },
];

/** Words with which programs and people leave; a sign before or after is a habit of command lines. */
const LEAVING =
  /^[/:\\]?(q|quit|exit|exit\(\)|close|end|bye|bye bye|goodbye|stop|logout|log out|disconnect|leave|done|eof)[.!;]?$/i;
/** In a room they are as good as any other text, but for these. */
const LEAVING_ROOM = /^(:[^:]+:)?[/:]?(quit|exit|logout|disconnect|close)$/i;

/** Leaving word of a place; where there is none, a program just closes. */
const wordAt = (rule: string) => placeOf(rule).leaving?.at(-1);

function findOtherWord(evidence: Evidence): Finding | undefined {
  const { isServer, messages } = evidence;
  const said = messages.at(-1);
  if (!isServer || !said || evidence.story.subject.transport === "udp") return undefined;
  const rule = ruleOfSaid(evidence, said);
  const text = said.text.trim();
  const word = wordAt(rule);
  const isRoom = rule === "CHAT-2" || rule === "REV-2";
  if (!(rule === "CHAT-2" ? LEAVING_ROOM : LEAVING).test(text) || text === word) return undefined;
  if (word === undefined && !isRoom && rule !== "FILE-3") return undefined;
  const isRefused = rule !== "ECHO-0" && !isRoom;
  if (!isRefused && !isStill(evidence, isRoom)) return undefined;
  // Another case of the right word is a misspelt command there.
  if (rule === "ECHO-0" && text.toLowerCase() === word) return undefined;
  return {
    rule,
    ...(isRefused ? {} : { level: "note" as const }),
    reads: said.reads,
    state: said.state,
    expected: word === undefined ? `${expectedAt(evidence, said.state)}, or a FIN` : `${word}, to leave`,
    cause: `${quoted(said.text)} is no leaving word here: ${takenFor(rule)}. ${howToLeave(evidence, word)}`,
    advice: [
      word === undefined
        ? "To leave, close the socket: close(fd)."
        : `To leave, send exactly ${word}, in small letters.`,
      ...(isRoom ? ["If it was meant for the others, all is well."] : []),
    ],
  };
}

function isStill(evidence: Evidence, isRoom: boolean): boolean {
  if (!isRoom) return isTheirTurn(evidence);
  const { silence, program } = evidence;
  const isWaiting = program === undefined || program.doing === "receiving" || program.doing === "polling";
  return isWaiting && silence.ms >= ROOM_MS;
}
const ROOM_MS = 10_000;

function takenFor(rule: string): string {
  switch (rule) {
    case "ECHO-0":
      return "it came back as an echo, like any other text";
    case "CHAT-2":
      return "the others in the room read it as a text";
    case "REV-2":
      return "it was taken for a text to be read reversed";
    case "FILE-3":
      return "it was taken for the name of a file";
    case "RELAY-2":
      return "it was taken for a message, and names no receiver";
    default:
      return "it was taken for an expression";
  }
}

function howToLeave({ silence }: Evidence, word: string | undefined): string {
  const end =
    word === undefined
      ? "A session ends when the program closes its socket"
      : `The word that ends a session is ${word}`;
  if (silence.ms < ROOM_MS) return `${end}.`;
  return `${end}. So the session ${silence.isOver ? "went" : "goes"} on, and the program ${silence.isOver ? "waited" : "has been waiting"} for an end for ${inSeconds(silence.ms)}.`;
}

/** Bytes that came after we had ended the session by the protocol's own rules. */
function findAfterEnd(evidence: Evidence): Finding | undefined {
  const { isServer, entries, messages, isOperated } = evidence;
  if (!isServer || isOperated || evidence.last("refused") || evidence.last("crashed")) return undefined;
  const fin = entries.findIndex(({ kind }) => kind === "fin");
  // Our FIN may only answer the peer's.
  if (fin < 0 || entries.slice(0, fin).some(({ kind }) => kind === "ended" || kind === "closed"))
    return undefined;
  const last = messages.at(-1);
  const rule = last ? ruleOfSaid(evidence, last) : firstRule(evidence);
  if (!last || placeOf(rule).kind === "record") return undefined;
  const after = Buffer.concat(
    entries.slice(fin).flatMap((entry) => (entry.kind === "drained" ? [entry.bytes] : [])),
  );
  const text = after
    .toString("utf8")
    .replace(/[\0\r\n]+/g, " ")
    .trim();
  if (text === "" || isPartingAgain(text, last)) return undefined;
  const left = placeOf(rule).leaving?.includes(last.text.trim())
    ? `${quoted(last.text)} ends the session`
    : `After ${quoted(last.text)} the session is over`;
  return {
    rule,
    reads: last.reads,
    state: last.state,
    came: `${count(after.length, "byte")} after the end`,
    expected: "nothing more, but the program's own close()",
    cause: `${left}: the server answered what there was to answer, and closed. ${quoted(text)} came after that, was not read, and has no answer.`,
    advice: [
      "Send it last, and then only read until recv() returns 0, and close().",
      "For more, connect again: a new socket is a new session.",
    ],
  };
}

/** FramedMessage twice, or in two habits: nothing is lost. */
const isPartingAgain = (text: string, last: FramedMessage) =>
  text.split(" ").every((word) => LEAVING.test(word) || word === last.text.trim());
