/** The one connection of an examination, and what is concluded from it. */

import { setTimeout } from "node:timers/promises";
import type { SocketRow } from "../os/proc-text.ts";
import type { Doing } from "../stories/program.ts";
import { type Finding, finding } from "./finding.ts";
import { httpIn, isTlsRecord, speakerOf } from "./first-words.ts";
import { localView, programOf, serverEnd, servesAnother } from "./local-view.ts";
import { nonce, type Patient, waitsIn } from "./patient.ts";
import { isAsExpected } from "./role-words.ts";
import { type Outcome, TcpTalk } from "./tcp-talk.ts";

/** A server that is asked for nothing greets within this, or does not. */
const GREETING_MS = 400;
const ANSWER_MS = 600;
const APART_MS = 150;
export const CONNECT_MS = 1_500;
/** A program that was asleep has called accept(), and read, after this. */
const AWAKE_MS = 400;
/** A program that waits in accept() or recv() will be woken; a busy machine takes its time. */
const WOKEN_MS = 3_000;
const LOOK_EVERY_MS = 25;

export async function examineTcp(patient: Patient): Promise<Finding[]> {
  const talk = new TcpTalk(patient.address, patient.port, CONNECT_MS);
  patient.sent.connections += 1;
  const outcome = await talk.connected;
  if (outcome !== "connected") {
    talk.giveUp();
    return notConnected(patient, outcome);
  }
  try {
    return await conversation(patient, talk);
  } finally {
    talk.leave();
  }
}

async function notConnected(
  { server, address, port, view }: Patient,
  outcome: Exclude<Outcome, "connected">,
): Promise<Finding[]> {
  if (outcome === "timed-out") {
    const now = view && (await localView(port, "tcp"));
    return [timedOut(now?.listeners.find(({ inode }) => inode === server?.inode))];
  }
  if (outcome.code === "ECONNREFUSED") {
    // A socket on :: that refuses IPv4 is of IPv6 alone.
    if (server?.localAddress === "::" && !address.includes(":"))
      return [finding("other-family", "certain", { asked: address, found: "::" })];
    // A listener that does not get what goes to it: a firewall refuses in its place.
    if (server) return [finding("filtered", "likely", { waitedMs: 0 })];
    return [finding("closed", "certain", { port, transport: "tcp" })];
  }
  // A reset can be here before the connection was told of.
  if (outcome.code === "ECONNRESET" || outcome.code === "EPIPE")
    return [finding("hangs-up", "certain", { when: "at-once", how: "reset" })];
  return [finding("filtered", "maybe", { waitedMs: 0 })];
}

/** Clients that wait fill the backlog; with none a firewall stands before the port, of this machine too. */
export const timedOut = (listener: Pick<SocketRow, "rxQueue"> | undefined): Finding =>
  listener !== undefined && listener.rxQueue > 0
    ? finding("backlog-full", "certain", { waiting: listener.rxQueue })
    : finding("filtered", "likely", { waitedMs: CONNECT_MS });

async function conversation(patient: Patient, talk: TcpTalk): Promise<Finding[]> {
  const greeting = await talk.hear(GREETING_MS);
  if (greeting.length > 0) return greeted(patient, talk, greeting);
  if (talk.ending) return [finding("hangs-up", "certain", { when: "at-once", how: talk.ending })];
  const waiting = await notAccepted(patient, talk);
  if (waiting) return waiting;
  return answered(patient, talk);
}

/** Undefined: the program has it, or this machine does not tell. */
async function notAccepted(patient: Patient, talk: TcpTalk): Promise<Finding[] | undefined> {
  if (!patient.view) return undefined;
  const end = await endOnce(patient, talk, ({ inode }) => inode !== 0);
  if (end?.inode !== 0) return undefined;
  const serves = await servesAnother(patient.port, talk.localPort);
  const program = await programOf(patient.server, false);
  return [finding("never-accepts", serves ? "likely" : "certain", { serves }), ...waitsIn(program)];
}

/**
 * The server's end of our connection, once it is as wanted; or as it is when the time is over, which is longer where the program waits
 * for just this and has not been given the processor yet.
 */
async function endOnce(
  { port, server }: Patient,
  talk: TcpTalk,
  isWanted: (row: SocketRow) => boolean,
): Promise<SocketRow | undefined> {
  const began = performance.now();
  for (;;) {
    const end = await serverEnd(port, talk.localPort);
    if (!end || isWanted(end)) return end;
    const waitedMs = performance.now() - began;
    if (waitedMs > WOKEN_MS) return end;
    if (waitedMs > AWAKE_MS) {
      const isAccepted = end.inode !== 0;
      const program = await programOf(isAccepted ? end : server, isAccepted);
      if (!program || !WAKING.has(program.doing)) return end;
    }
    await setTimeout(LOOK_EVERY_MS);
  }
}

const WAKING: ReadonlySet<Doing> = new Set(["accepting", "polling", "receiving"]);

async function greeted(patient: Patient, talk: TcpTalk, greeting: Buffer): Promise<Finding[]> {
  const { words } = patient;
  const text = greeting.toString("utf8");
  if (words?.greeting !== undefined && !isAsExpected(words.greeting, text))
    return [...speaks(text), wrong(patient, words.greeting, text)];
  if (words && words.greeting === undefined) return [...speaks(text), wrong(patient, "", text)];
  const known = speaks(text, words?.role);
  if (talk.ending && known.length === 0)
    return [finding("hangs-up", "certain", { when: "after-words", how: talk.ending })];
  return [finding("healthy", "certain", { how: "greets" }), ...known, ...(await doing(patient, talk))];
}

async function answered(patient: Patient, talk: TcpTalk): Promise<Finding[]> {
  const { words } = patient;
  if (words?.greeting !== undefined) {
    const waits = await doing(patient, talk);
    return [wrong(patient, words.greeting, ""), ...waits];
  }
  const lines = words?.says ?? [nonce()];
  const early: Buffer[] = [];
  for (const line of lines.slice(0, -1)) {
    talk.say(bytesOf(line, words?.role));
    // A program that takes each read for a message must not find two in one.
    early.push(await talk.hear(APART_MS));
  }
  talk.say(bytesOf(lines.at(-1) ?? "", words?.role));
  const reply = Buffer.concat([...early, await talk.hear(ANSWER_MS)]);
  if (reply.length > 0) return replied(patient, talk, lines, reply);
  if (talk.ending) return [finding("hangs-up", "certain", { when: "after-words", how: talk.ending })];
  return unanswered(patient, talk);
}

/** Records are said as they are; a line ends as lines do. */
const bytesOf = (line: string, role: string | undefined) =>
  Buffer.from(role === "address-book" ? line : `${line}\n`);

async function unanswered(patient: Patient, talk: TcpTalk): Promise<Finding[]> {
  const end = patient.view && (await endOnce(patient, talk, ({ rxQueue }) => rxQueue === 0));
  const waits = await doing(patient, talk);
  if (end && end.rxQueue > 0) return [finding("does-not-read", "certain", { unread: end.rxQueue }), ...waits];
  const { words } = patient;
  if (words?.answer !== undefined) return [wrong(patient, words.answer, ""), ...waits];
  return [finding("healthy", end ? "certain" : "likely", { how: "listens" }), ...waits];
}

async function replied(
  patient: Patient,
  talk: TcpTalk,
  lines: readonly string[],
  reply: Buffer,
): Promise<Finding[]> {
  const { words } = patient;
  const text = reply.toString("utf8");
  const other = identified(reply, text);
  const isRight = words?.answer === undefined || isAsExpected(words.answer, text);
  if (words && !isRight) return [...other, wrong(patient, words.answer ?? "", text)];
  const isEcho = !words && text.trim() === lines[0];
  // The role that it should be is told once.
  const others = other.filter(({ code, about }) => code !== "speaks-as" || about.role !== words?.role);
  return [
    finding("healthy", "certain", { how: "answers" }),
    ...(isEcho ? [finding("echoes", "likely", {})] : others),
    ...(words ? [finding("speaks-as", "certain", { role: words.role, words: shown(text) })] : []),
    ...(await doing(patient, talk)),
  ];
}

/** Kind of server that such an answer is of. */
function identified(reply: Buffer, text: string): Finding[] {
  const http = httpIn(text);
  if (http) return [finding("http", http.isCertain ? "certain" : "likely", { status: http.status })];
  if (isTlsRecord(reply)) return [finding("tls", "certain", { protocol: "TLS", names: [], until: null })];
  return speaks(text);
}

function speaks(text: string, expected?: string): Finding[] {
  const role = expected ?? speakerOf(text);
  return role === undefined ? [] : [finding("speaks-as", "certain", { role, words: shown(text) })];
}

function wrong({ words }: Patient, expected: string, got: string): Finding {
  return finding("wrong-words", "certain", { role: words?.role ?? "", expected, got: shown(got) });
}

const MAX_SHOWN = 80;
const shown = (text: string) => text.slice(0, MAX_SHOWN);

/** Activity of the program that has our connection. */
async function doing({ view, port, server }: Patient, talk: TcpTalk): Promise<Finding[]> {
  if (!view) return [];
  const end = await serverEnd(port, talk.localPort);
  const isAccepted = end !== undefined && end.inode !== 0;
  return waitsIn(await programOf(isAccepted ? end : server, isAccepted));
}
