/** Right words that came word by word, or with a mark behind each. */
import { parseExpression } from "../wire/calculator.ts";
import { parseCommand } from "../wire/echo-command.ts";
import { isKnock } from "../wire/knock-knock.ts";
import { isClose, parseMessage } from "../wire/relay.ts";
import type { Diagnosis, Finding } from "./_diagnosis.ts";
import { type Evidence, type FramedMessage, quoted } from "./_evidence.ts";
import { expectedAt, isFree, placeOf, ruleOfSaid, wasRefused } from "./_places.ts";
import { listedFiles } from "./refusals.ts";

export const wording: readonly Diagnosis[] = [
  {
    id: "D92",
    name: "word-by-word",
    title: "A text came word by word",
    level: "violation",
    rank: "pieces",
    excludes: ["D01", "D02", "D07", "D17", "D18", "D19", "D66", "D71", "D73"],
    find: findWords,
  },
  {
    id: "D93",
    name: "mark-after-each-text",
    title: "A mark of another protocol stands after each text",
    level: "violation",
    hasOwnLevel: true,
    rank: "pieces",
    excludes: [
      ...(["D01", "D02", "D06", "D14", "D17", "D18", "D19", "D20", "D57", "D65"] as const),
      ...(["D66", "D70", "D71", "D72", "D73"] as const),
    ],
    find: findMark,
  },
];

// -- word by word ---------------------------------------------------------------------------------------------------

const MOST_WORDS = 6;

function findWords(evidence: Evidence): Finding | undefined {
  const { isServer, messages, story } = evidence;
  if (!isServer || story.subject.transport === "udp") return undefined;
  for (const from of messages.keys())
    for (let to = from + 2; to <= Math.min(messages.length, from + MOST_WORDS); to += 1) {
      const run = messages.slice(from, to);
      if (isOneText(evidence, run)) return wordsFinding(evidence, run);
    }
  return undefined;
}

/** None of them is right by itself, and all of them are with blanks in between. */
function isOneText(evidence: Evidence, run: readonly FramedMessage[]): boolean {
  const [first] = run;
  const rule = first && ruleOfSaid(evidence, first);
  if (!first || rule === undefined || run.some((said) => ruleOfSaid(evidence, said) !== rule)) return false;
  // Words that were cut at blanks have none left.
  const words = run.map(({ text }) => text);
  if (words.some((word) => word === "" || /\s/.test(word))) return false;
  const whole = words.join(" ");
  switch (rule) {
    case "CALC-1":
      return words.length > 2 && parseExpression(whole).ok && !words.some((word) => parseExpression(word).ok);
    case "KNOCK-1":
      return isKnock(whole);
    case "ECHO-0":
      return words.length === 2 && isCommandAlone(words) && parseCommand(whole) !== undefined;
    case "FILE-3":
      return listedFiles(evidence).includes(whole);
    default:
      return false;
  }
}

const isCommandAlone = ([word = "", argument = ""]: readonly string[]) =>
  (word === "download" && /^[^/]+\.\w+$/.test(argument)) || (word === "run" && /^[a-z]+$/.test(argument));

function wordsFinding(evidence: Evidence, run: readonly FramedMessage[]): Finding {
  const [first] = run;
  const state = first?.state ?? "";
  const words = run.map(({ text }) => text.trim());
  return {
    rule: first ? ruleOfSaid(evidence, first) : "FRAME-3",
    reads: run.flatMap(({ reads }) => reads).slice(0, 3),
    state,
    expected: `${expectedAt(evidence, state)}, in one message`,
    cause: `${words.map((word) => quoted(word)).join(", ")} came one after another, each as a message of its own; together they would be ${quoted(words.join(" "))}. Probably your program reads its input word by word: scanf("%s"), cin >> word and next() stop at each blank.`,
    advice: [
      "Read the whole line: fgets() in C, getline(cin, line) in C++, nextLine() in Java, input() in Python.",
      "Then send it with one send().",
    ],
  };
}

// -- a mark after each text -------------------------------------------------------------------------------------------

/** Marks that no person types after a text. */
const BRACKETED =
  /(<[|/]?(?:EOF|END|EOM|EOT|EOL|STOP|NULL)\|?>|\[(?:EOF|END|EOM|EOT)\]|\$EOF\$?|##?END#*|__END__)$/i;
/** Letters and signs that may be the text's own: they are to stand after each. */
const PLAIN = /(EOF|END|\|\||[;#$~^@&%]+)$/;

interface Marked {
  readonly mark: string;
  readonly said: FramedMessage;
  /** A message of its own. */
  readonly isAlone: boolean;
}

function findMark(evidence: Evidence): Finding | undefined {
  const marked = evidence.isServer ? markIn(evidence) : undefined;
  if (!marked) return undefined;
  const { mark, said, isAlone } = marked;
  const shown = isAlone
    ? `${quoted(mark)} came as a message of its own.`
    : `${quoted(mark)} stands after each text, as in ${quoted(said.text)}.`;
  return {
    rule: ruleOfSaid(evidence, said),
    ...(isCostly(evidence) ? {} : { level: "note" as const }),
    reads: said.reads,
    state: said.state,
    expected: "the text alone, or with a newline after it",
    cause: `${shown} Another protocol, or a sample that was copied, ends its messages so; here it is taken for a part of the text. A program that waits for such a mark in the reply waits for ever.`,
    advice: [
      "Send the text alone, or with a newline (\\n) after it.",
      "Take what recv() gives you as the reply: nothing that the server sends ends in that mark.",
    ],
  };
}

/** Some of it was answered as an error; a relay refuses only what names no receiver that is there. */
const isCostly = (evidence: Evidence) =>
  wasRefused(evidence) ||
  evidence.all("remark").some(({ cause }) => cause.code === "receiver-not-online") ||
  evidence.messages.some(
    (said) =>
      ruleOfSaid(evidence, said) === "RELAY-2" &&
      !isClose(said.text) &&
      parseMessage(said.text) === undefined,
  );

function markIn(evidence: Evidence): Marked | undefined {
  const texts = evidence.messages.filter((said) => placeOf(ruleOfSaid(evidence, said)).kind !== "record");
  const [said] = texts;
  if (!said) return undefined;
  const isAnyFree = texts.every((one) => isFree(ruleOfSaid(evidence, one)));
  const bracketed = BRACKETED.exec(said.text.trim())?.[1];
  const ends = (mark: string) =>
    texts.every(({ text }) => text.trim().endsWith(mark) && text.trim() !== mark);
  if (bracketed !== undefined && ends(bracketed) && (texts.length > 1 || !isAnyFree))
    return { mark: bracketed, said, isAlone: false };
  const plain = PLAIN.exec(said.text.trim())?.[1];
  if (plain !== undefined && texts.length > 1 && ends(plain) && isCostly(evidence))
    return { mark: plain, said, isAlone: false };
  return markAlone(evidence, texts);
}

/** `<EOF>` after a send of its own, or the point after mails. */
function markAlone(evidence: Evidence, texts: readonly FramedMessage[]): Marked | undefined {
  const said = texts.find((one, index) => {
    const text = one.text.trim();
    const isMark = text === "." || BRACKETED.exec(text)?.[0] === text;
    return isMark && index > 0 && !isFree(ruleOfSaid(evidence, one));
  });
  return said && { mark: said.text.trim(), said, isAlone: true };
}
