/**
 * Refusals of our roles in their own words - not found, taken, not online - and what was meant instead.
 *
 * Long, because every refusal has its likely cause here, side by side.
 */
import { argsOf, type Cause } from "../stories/causes.ts";
import { clockRequests } from "../wire/clock.ts";
import { parseCommand } from "../wire/echo-command.ts";
import type { Diagnosis, Finding } from "./_diagnosis.ts";
import { count, type Evidence, type FramedMessage, quoted } from "./_evidence.ts";
import { type Difference, findNearest, type NearestSign } from "./_nearest.ts";
import { placeOf, ruleOfSaid } from "./_places.ts";
import { at } from "./_reproduce.ts";

export const refusals: readonly Diagnosis[] = [
  {
    id: "D66",
    name: "file-not-found",
    title: "There is no file of that name",
    level: "note",
    hasOwnLevel: true,
    rank: "words",
    excludes: ["D01", "D02", "D62", "D64", "D65", "D28"],
    find: findNoFile,
  },
  {
    id: "D70",
    name: "unknown-request",
    title: "The server does not know this request",
    level: "violation",
    rank: "words",
    find: findNoRequest,
  },
  {
    id: "D73",
    name: "command-misspelt",
    title: "It looks like a command, and came back as an echo",
    level: "note",
    rank: "words",
    excludes: ["D01", "D02"],
    find: findNoCommand,
  },
  {
    id: "D63",
    name: "second-request-on-one-connection",
    title: "A second query came on one connection",
    level: "violation",
    rank: "words",
    excludes: ["D27", "D28"],
    find: findSecondQuery,
  },
];

/** Message that a remark answers. */
export function saidBefore(
  { entries, messages }: Evidence,
  remark: { readonly cause: Cause },
): FramedMessage | undefined {
  const place = entries.findIndex((entry) => entry.kind === "remark" && entry.cause === remark.cause);
  return messages.findLast(({ index }) => index < place);
}

// -- files ----------------------------------------------------------------------------------------------------------

interface Missing {
  readonly said: FramedMessage;
  readonly asked: string;
  readonly listed: readonly string[];
  readonly why: string;
}

function missingFiles(evidence: Evidence): Missing[] {
  return evidence.all("remark").flatMap((remark) => {
    const args = argsOf(remark.cause, "file-not-found") ?? argsOf(remark.cause, "file-not-sent");
    const said = args && saidBefore(evidence, remark);
    if (!said) return [];
    const command = placeOf(ruleOfSaid(evidence, said)).kind === "any" ? parseCommand(said.text) : undefined;
    const asked = command?.word === "download" ? command.name : said.text;
    return [
      { said, asked, why: args.why, listed: (args.listed ?? "").split("\n").filter((name) => name !== "") },
    ];
  });
}

/** Files that there were, by our own refusals. */
export function listedFiles(evidence: Evidence): readonly string[] {
  return missingFiles(evidence).flatMap(({ listed }) => listed);
}

function findNoFile(evidence: Evidence): Finding | undefined {
  const missing = missingFiles(evidence);
  const [first] = missing;
  if (!first) return undefined;
  const { said, asked, listed } = first;
  const nearest = findNearest(asked, listed);
  const last = asked.trim().split(/\s+/).at(-1) ?? "";
  const within = nearest || last === asked.trim() || !listed.includes(last) ? undefined : last;
  const times =
    missing.length > 2
      ? ` It was asked for ${missing.length} files in a row that are not there: look at the answer.`
      : "";
  // An answered question is no violation: what it did after the answer may be one.
  const after = wentOn(evidence, said);
  return {
    rule: ruleOfSaid(evidence, said),
    level: after === "" ? "note" : "violation",
    reads: said.reads,
    state: said.state,
    expected: "the name of a file that this server has, byte for byte",
    cause: `${whatIsMissing(evidence, first, { nearest, within })}.${times}${after}`,
    advice: [
      nearest
        ? MENDS[nearest.args.difference](nearest.args.name)
        : within !== undefined
          ? exactly(within)
          : ACKNOWLEDGING.test(asked)
            ? "After valid send the filename at once."
            : "Ask for a file that it has.",
      ...(evidence.role?.phases[said.state]?.rule === "FILE-3"
        ? ["Compare the whole answer before you go on: `not found` contains `found` too."]
        : []),
    ],
  };
}

function whatIsMissing(
  evidence: Evidence,
  { asked, listed, why }: Missing,
  { nearest, within }: { readonly nearest: NearestSign | undefined; readonly within: string | undefined },
): string {
  if (asked === evidence.option("token"))
    return "The token came where a filename is due: it was taken already. Probably it was sent twice, or your program is one step behind";
  if (ACKNOWLEDGING.test(asked))
    return `${quoted(asked)} looks like an acknowledgement, and was taken for a filename: valid has none, one is due after the size only`;
  if (within !== undefined)
    return `${quoted(asked)} is not there. There is ${quoted(within)}: the name is due alone, with no word before it`;
  if (!nearest) return `${quoted(asked)} is not there${whatThereIs(listed, why)}`;
  const { name, difference } = nearest.args;
  // Marks of ours around marks of the peer's would be read as one sort.
  if (difference === "quotes")
    return `There is ${quoted(name)}, but the name came with quotation marks or brackets of its own around it: they are characters of the name then`;
  return `${quoted(asked)} is not there. There is ${quoted(name)}: ${DIFFERENCES[difference]}${cutAtPointer(asked, name)}`;
}

/** [FILE-0] Words that programs acknowledge with. */
const ACKNOWLEDGING = /^(got|ok|ack)[\0\r\n]*$/i;

/** Eight letters of a longer name: its ending is missing, or it was cut. */
const cutAtPointer = (asked: string, name: string) =>
  asked.length === 8 && name.startsWith(asked)
    ? "; or only the first 8 bytes were sent, the size of a pointer (sizeof text where text is a char *)"
    : "";

const DIFFERENCES: Readonly<Record<Difference, string>> = {
  case: "capital and small letters count",
  blanks: "there is a blank before or after the name that was asked for",
  lineEnd: "the name that was asked for ends in a line end (\\r or \\n)",
  invisible: "there is an invisible character in the name that was asked for",
  quotes: "quotation marks came with the name",
  folder: "it is asked for without a folder",
  extension: "it has another ending",
  noExtension: "its ending belongs to the name",
  letters: "perhaps it is misspelt",
};

const exactly = (name: string) => `Ask for exactly ${quoted(name)}.`;
const strip = () =>
  'Strip the name before you send it: name.strip() in Python, name.trim() in Java, name[strcspn(name, "\\r\\n")] = 0 in C.';
const MENDS: Readonly<Record<Difference, (name: string) => string>> = {
  case: exactly,
  blanks: strip,
  lineEnd: strip,
  invisible: exactly,
  quotes: exactly,
  folder: (name) => `Send the name alone, ${quoted(name)}: the server looks in its own folder.`,
  extension: exactly,
  noExtension: exactly,
  letters: exactly,
};

const MAX_NAMES = 5;

function whatThereIs(listed: readonly string[], why: string): string {
  const ending = /^not (a \.\w+) file$/.exec(why)?.[1];
  const only = ending === undefined ? "" : `, because it is not ${ending} file`;
  if (listed.length === 0) return `${only}. This server has no file at all that it may hand out`;
  const names = listed
    .slice(0, MAX_NAMES)
    .map((name) => quoted(name))
    .join(", ");
  const more = listed.length > MAX_NAMES ? ` and ${count(listed.length - MAX_NAMES, "other")}` : "";
  return `${only}. There ${listed.length === 1 ? "is" : "are"} ${names}${more}`;
}

/** The peer waits for a size, or acknowledges what was never announced. */
function wentOn({ messages, silence, lastMove, story, program }: Evidence, { index }: FramedMessage): string {
  const next = messages.find((other) => other.index > index);
  if (next && /^(got|ok|ack)\b/i.test(next.text)) return " Your program went on as if it had been found.";
  const isStill = next === undefined && lastMove?.kind === "out" && silence.ms > STILL_MS;
  if (!isStill || story.subject.transport === "udp") return "";
  if (program && program.doing !== "receiving" && program.doing !== "polling") return "";
  return ` ${silence.isOver ? "Then it waited" : "Now it waits"}: probably for the size or the bytes of a file that does not come.`;
}
const STILL_MS = 8_000;

// -- requests and commands ------------------------------------------------------------------------------------------

function findNoRequest(evidence: Evidence): Finding | undefined {
  const remark = evidence.all("remark").find(({ cause }) => cause.code === "no-clock-request");
  const said = remark && (saidBefore(evidence, remark) ?? evidence.messages[0]);
  if (!said) return undefined;
  const nearest = findNearest(said.text, clockRequests);
  const underscored = said.text
    .trim()
    .toUpperCase()
    .replace(/[\s-]+/g, "_");
  const meant = nearest?.args.name ?? clockRequests.find((request) => request === underscored);
  const isBlank = meant !== undefined && /[\s-]/.test(said.text.trim());
  const differs = isBlank
    ? "an underscore joins the two words"
    : nearest?.args.difference === "case"
      ? "capital letters count"
      : "it is written otherwise";
  return {
    rule: "CLOCK-0",
    reads: said.reads,
    state: said.state,
    expected: clockRequests.join(" or "),
    cause: `The server answered Invalid request: ${quoted(said.text)} is ${meant === undefined ? `neither ${clockRequests.join(" nor ")}` : `not ${meant}: ${differs}`}. A program compares byte by byte.`,
    advice: [
      `Send exactly ${meant ?? clockRequests.join(" or ")}, in one datagram and with nothing else in it.`,
    ],
  };
}

/** Words by which other programs fetch a file. */
const FETCHES = new Set(["get", "fetch", "retr", "dl", "wget"]);
const COMMAND_WORDS = ["download", "run", "close"] as const;

function findNoCommand(evidence: Evidence): Finding | undefined {
  for (const said of evidence.messages) {
    if (ruleOfSaid(evidence, said) !== "ECHO-0") continue;
    const found = misspelt(said.text);
    if (!found) continue;
    return {
      rule: "ECHO-0",
      reads: said.reads,
      state: said.state,
      expected: "download FILE, run PROGRAM or close, in small letters; anything else comes back",
      cause: `${quoted(said.text)} is no command: ${found.why}. What is no command comes back as it is, so your program got its own words for an answer.`,
      advice: [`Send ${quoted(found.meant)}.`],
    };
  }
  return undefined;
}

/** A command in other letters, or without its second word; a text that begins with one is a text. */
function misspelt(text: string): { meant: string; why: string } | undefined {
  const trimmed = text.trim();
  const [, joined = "", argument = ""] = /^(download|run)\s*[:=]\s*(\S+)$/i.exec(trimmed) ?? [];
  if (argument !== "")
    return { meant: `${joined.toLowerCase()} ${argument}`, why: "a blank stands between the two words" };
  const [first = "", ...rest] = trimmed.split(/\s+/);
  if (parseCommand(trimmed) || trimmed === "close") {
    const isIndented = text !== text.trimStart();
    return isIndented ? { meant: trimmed, why: "a blank stands before it" } : undefined;
  }
  const lower = first.toLowerCase().replace(/[:;,.!]+$/, "");
  if (FETCHES.has(lower) && rest.length === 1 && /^\S+\.[A-Za-z]\w{1,4}$/.test(rest[0] ?? ""))
    return { meant: `download ${rest[0]}`, why: "the word is download" };
  const word = COMMAND_WORDS.find((one) => one === lower) ?? nearCommand(lower);
  if (word === undefined) return undefined;
  const isAlone = rest.length === 0;
  const second = word === "download" ? /^\S+\.\w+$/ : /^\S+$/;
  const isWhole = word === "close" ? isAlone : rest.length === 1 && second.test(rest[0] ?? "");
  if (isWhole)
    return {
      meant: [word, ...rest].join(" "),
      why: lower === word ? wordCase(first, word) : `the word is ${word}`,
    };
  if (isAlone && word !== "close" && first === word)
    return {
      meant: `${word} …`,
      why: `the ${word === "download" ? "filename" : "program"} is missing after it`,
    };
  return undefined;
}

const wordCase = (first: string, word: string) =>
  first.toLowerCase() === word
    ? "capital and small letters count"
    : `after ${word} comes a blank, and nothing else`;
const nearCommand = (word: string) =>
  word.length > 4
    ? COMMAND_WORDS.find((one) => findNearest(word, [one])?.args.difference === "letters")
    : undefined;

// -- one query a connection -------------------------------------------------------------------------------------------

function findSecondQuery(evidence: Evidence): Finding | undefined {
  const { isServer, pieces, entries, story } = evidence;
  const answered = entries.find(({ kind }) => kind === "out");
  if (!isServer || !answered || story.lastRule !== "BOOK-1") return undefined;
  const later = pieces.filter((piece) => piece.at > answered.at);
  const bytes = later.reduce((sum, { size }) => sum + size, 0);
  if (later[0]?.bytes[0] !== 0x51) return undefined;
  return {
    rule: "BOOK-0",
    reads: evidence.reads.slice(0, 1),
    came: `${count(bytes, "byte")} after the answer: 51 …, the beginning of another query`,
    expected: "one query on a connection",
    cause: `This role answers one query on a connection and then closes it. ${count(bytes, "byte")} more came after that, a second query, and were not read.`,
    advice: [
      "Connect again for each query: socket(), connect(), send(), recv(), close().",
      `It is the same with ncat: ncat ${at(evidence)}`,
    ],
  };
}
