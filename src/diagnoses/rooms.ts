/** Refusals where names meet: in a room, and at a switchboard. */
import { argsOf } from "../stories/causes.ts";
import type { Story } from "../stories/story.ts";
import { parseLogin, saidBy } from "../wire/chat.ts";
import { hasReceiver, isClose, parseMessage } from "../wire/relay.ts";
import type { Diagnosis, Finding } from "./_diagnosis.ts";
import { type Evidence, type FramedMessage, quoted } from "./_evidence.ts";
import { findNearest } from "./_nearest.ts";
import { ruleOfSaid } from "./_places.ts";
import { saidBefore } from "./refusals.ts";

export const rooms: readonly Diagnosis[] = [
  {
    id: "D69",
    name: "name-taken",
    title: "The name is taken",
    level: "violation",
    hasOwnLevel: true,
    rank: "words",
    excludes: ["D01", "D02", "D18", "D28", "D57", "D62", "D71", "D72"],
    find: findTaken,
  },
  {
    id: "D71",
    name: "message-without-receiver",
    title: "The message names no receiver",
    level: "violation",
    rank: "words",
    find: findNoReceiver,
  },
  {
    id: "D72",
    name: "receiver-not-online",
    title: "The receiver is not connected",
    level: "note",
    hasOwnLevel: true,
    rank: "words",
    excludes: ["D71"],
    find: findAbsent,
  },
  {
    id: "D94",
    name: "under-another-name",
    title: "The texts begin with another name than the login's",
    level: "note",
    rank: "habits",
    find: findOtherName,
  },
];

function findTaken(evidence: Evidence): Finding | undefined {
  const remark = evidence
    .all("remark")
    .find(({ cause }) => cause.code === "name-taken" || cause.code === "username-taken");
  const said = remark && saidBefore(evidence, remark);
  if (!said) return undefined;
  const args = argsOf(remark.cause, "name-taken");
  // A program that looks at the answer, and tries another name, does as it should.
  const isInLater = evidence.messages.some(({ index, state }) => index > said.index && state !== said.state);
  const wentOn = wentOnAfter(evidence, said);
  const holder = (args ?? argsOf(remark.cause, "username-taken"))?.holder ?? "";
  return {
    ...(isInLater && wentOn === "" ? { level: "note" as const } : {}),
    rule: ruleOfSaid(evidence, said),
    reads: said.reads,
    state: said.state,
    expected: "a name that no other connection has",
    cause:
      `${quoted(args?.name ?? said.text.trim())} ${holder === "" ? "is the server's own name" : holderText(evidence, holder)}`.replace(
        /\.?$/,
        ".",
      ) + wentOn,
    advice: [
      ...(holder === ""
        ? ["Take another name."]
        : [`End the other one (Ctrl-C where it runs, or netlabctl kick ${holder}), or take another name.`]),
      "Look at the answer before you go on: the next message is taken for a name again.",
    ],
  };
}

/** A text with a receiver, or under the name that was refused, is no other try of a name. */
function wentOnAfter(evidence: Evidence, { index, state }: FramedMessage): string {
  const next = evidence.messages.find((one) => one.index > index);
  if (!next || next.state !== state) return "";
  const isText = hasReceiver(next.text) || /^:[^:]+:.*\s/.test(next.text) || /\S\s+\S+\s+\S/.test(next.text);
  return isText
    ? ` Your program went on as if it were in: ${quoted(next.text)} was taken for a name too.`
    : "";
}

function holderText(evidence: Evidence, holder: string): string {
  const { story } = evidence;
  const other = evidence
    .others()
    .find(({ subject }) => subject.id === holder || subject.id.endsWith(`/${holder}`));
  const belongs = `is the name of connection ${holder}`;
  if (!other) return belongs;
  const { address, port } = other.subject.remote;
  const isSame = address === story.subject.remote.address;
  const since = `open since ${clockTime(other)}`;
  const why = isSame
    ? ` It comes from the same machine: probably an earlier run of your program is still connected, or your program logs in twice`
    : "";
  return `${belongs} from ${address}:${port}, ${since}.${why}`;
}

function clockTime({ openedAt }: Story): string {
  const time = new Date(openedAt);
  return [time.getHours(), time.getMinutes(), time.getSeconds()]
    .map((part) => String(part).padStart(2, "0"))
    .join(":");
}

function findNoReceiver(evidence: Evidence): Finding | undefined {
  const said = evidence.messages.find(
    (one) =>
      ruleOfSaid(evidence, one) === "RELAY-2" && parseMessage(one.text) === undefined && !isClose(one.text),
  );
  if (!said || !evidence.isServer) return undefined;
  const [, before = "", sign = "", after = ""] = /^(.*\S)\s*([:;,>@/\\])\s*(\S+)\s*$/.exec(said.text) ?? [];
  const isOther = before !== "" && /^[\p{L}\p{N}_.-]+$/u.test(after);
  return {
    rule: "RELAY-2",
    reads: said.reads,
    state: said.state,
    expected: "message|user: the text, a bar, the name of the receiver",
    cause: `${quoted(said.text)} has no bar (|), so it names no receiver. A message is text|user: the text first, then a bar, then the name.${isOther ? ` A ${sign} is no bar.` : ""}${restOf(evidence, said)}`,
    advice: [
      ...(isOther ? [`Send ${quoted(`${before}|${after}`)}.`] : []),
      'sendall(f"{text}|{user}".encode()) in Python; snprintf(b, sizeof b, "%s|%s", text, user) in C.',
    ],
  };
}

/** The bar came at once after it: no person types a text again in that time. */
function restOf({ messages }: Evidence, said: FramedMessage): string {
  const next = messages.find(({ index }) => index > said.index);
  const [one, other] = [said.reads[0]?.at, next?.reads[0]?.at];
  if (!next || one === undefined || other === undefined || other - one > AT_ONCE_US) return "";
  if (!hasReceiver(next.text) || hasReceiver(said.text) || next.text.startsWith(said.text)) return "";
  return ` ${quoted(next.text)} came at once after it: if the two are one text, it was cut at its blank, as scanf("%s") and cin >> do.`;
}
const AT_ONCE_US = 1_000_000;

function findAbsent(evidence: Evidence): Finding | undefined {
  const remark = evidence.all("remark").find(({ cause }) => cause.code === "receiver-not-online");
  const args = argsOf(remark?.cause, "receiver-not-online");
  const said = remark && saidBefore(evidence, remark);
  const message = said && parseMessage(said.text);
  if (!args || !said || !message) return undefined;
  const online = args.online.split("\n").filter((name) => name !== "");
  const text = message.text.trim();
  const isSwapped = online.includes(text);
  const nearest = findNearest(args.user, online);
  const isSplit = said.text.indexOf("|") !== said.text.lastIndexOf("|");
  return {
    rule: "RELAY-2",
    ...(isSwapped || nearest ? { level: "violation" as const } : {}),
    reads: said.reads,
    state: said.state,
    expected: "the name of a user who is connected",
    cause: `No user named ${quoted(args.user)} is connected. ${whoIs({ online, text, isSwapped, nearest: nearest?.args.name, isCase: nearest?.args.difference === "case" })}${isSplit ? ` ${afterBars(evidence, text)}` : ""}`,
    advice: [
      isSwapped
        ? `Send ${quoted(`${args.user}|${text}`)}: the text first, then the bar, then the name.`
        : nearest
          ? `Send it to ${quoted(nearest.args.name)}.`
          : "Wait until the other program has said its name; netlabctl conns shows who is connected.",
    ],
  };
}

/** Of a message with several bars: its text may begin with its sender, as other chats want it. */
function afterBars(evidence: Evidence, text: string): string {
  const name = evidence.messages.find((said) => ruleOfSaid(evidence, said) === "RELAY-0")?.text.trim();
  const isSigned = name !== undefined && text.startsWith(`${name}|`);
  return `The name is what comes after the last bar${isSigned ? `; ${quoted(name)} in front is your own, and the server adds it by itself: it is text|user` : ""}.`;
}

interface Online {
  readonly online: readonly string[];
  readonly text: string;
  readonly isSwapped: boolean;
  readonly nearest: string | undefined;
  readonly isCase: boolean;
}

function whoIs({ online, text, isSwapped, nearest, isCase }: Online): string {
  if (isSwapped) return `${quoted(text)} is: the message and the user seem to be swapped. It is text|user.`;
  if (nearest !== undefined)
    return `There is ${quoted(nearest)}: ${isCase ? "capital and small letters count" : "the name has to be the same, byte for byte"}.`;
  return `Connected: ${online
    .slice(0, 5)
    .map((name) => quoted(name))
    .join(", ")}.`;
}

// -- another name before the text -----------------------------------------------------------------------------------

/** [CHAT-2] Said under the login's name all the same: each has one prefix more than its speaker meant. */
function findOtherName(evidence: Evidence): Finding | undefined {
  const { isServer, messages } = evidence;
  const rule = (said: FramedMessage) => ruleOfSaid(evidence, said);
  const login = parseLogin(messages.findLast((said) => rule(said) === "CHAT-1")?.text ?? "");
  const texts = messages.filter((said) => rule(said) === "CHAT-2");
  const [first] = texts;
  const name = first && prefixIn(first.text);
  if (!isServer || !login || !first || name === undefined || name === login.name) return undefined;
  if (texts.some(({ text }) => prefixIn(text) !== name) || !isMeant(name, login)) return undefined;
  return {
    rule: "CHAT-2",
    reads: first.reads,
    state: first.state,
    expected: `the text, with ${quoted(`:${login.name}:`)} before it or nothing`,
    cause: `${quoted(first.text)} begins with the name ${quoted(name)}, and the login's name is ${quoted(login.name)}. Nobody speaks under another name here, so all heard ${quoted(saidBy(login.name, first.text))}.`,
    advice: [`Begin each text with ${quoted(`:${login.name}:`)}, the first name of your login.`],
  };
}

const prefixIn = (text: string) => /^:([^:\r\n]+):/.exec(text)?.[1]?.trim();

/** A text may begin with `:smile:`: only the login's other name, or other letters of the name, is meant as one. */
function isMeant(name: string, login: { readonly name: string; readonly login: string }): boolean {
  return name === login.login || name.toLowerCase() === login.name.toLowerCase();
}
