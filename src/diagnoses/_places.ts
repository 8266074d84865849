/**
 * Places of a conversation, and what each takes, by the wire rule of its phase. A role of a user's own has rules of its own: any
 * text is right there, so it gets what is told of framing, encodings and silences, and nothing about its words.
 */

import type { CauseCode } from "../stories/causes.ts";
import { DISCOVER, parseBootstrapRequest } from "../wire/bootstrap.ts";
import { isQuit, parseExpression, QUIT } from "../wire/calculator.ts";
import { isWholeLogin } from "../wire/chat.ts";
import { isClockRequest, SEND_DATE } from "../wire/clock.ts";
import { isKnock, KNOCK } from "../wire/knock-knock.ts";
import { EXIT } from "../wire/reverse.ts";
import type { Evidence, FramedMessage } from "./_evidence.ts";
import type { Piece } from "./_sign.ts";

export type PlaceKind = "name" | "token" | "expression" | "filename" | "login" | "request" | "record" | "any";

export interface Place {
  readonly kind: PlaceKind;
  readonly example: string;
  /** Rule of the grammar that takes glued messages apart, and says what is a whole one. */
  readonly grammar?: string;
  /** Words that end the conversation, and may be glued to what is before them. */
  readonly leaving?: readonly string[];
  readonly isRight?: (text: string) => boolean;
}

const isName = (text: string) => /^[\p{L}\p{N} _.'-]+$/u.test(text);
const isExpression = (text: string) => isQuit(text) || parseExpression(text).ok;
const ANYTHING: Place = { kind: "any", example: "hello" };

const places: Readonly<Record<string, Place>> = {
  "CALC-0": { kind: "name", example: "ann", grammar: "CALC-0", isRight: isName },
  "CALC-1": {
    kind: "expression",
    example: "15 + 35",
    grammar: "CALC-2",
    leaving: [QUIT],
    isRight: isExpression,
  },
  "FILE-1": { kind: "token", example: "server1" },
  "FILE-3": { kind: "filename", example: "server.txt" },
  "CHAT-1": { kind: "login", example: ":Ann:ann", grammar: "CHAT-0", isRight: isWholeLogin },
  "CHAT-2": { ...ANYTHING, example: ":Ann:hello", grammar: "CHAT-2" },
  "RELAY-0": { kind: "name", example: "alice", grammar: "RELAY-0", isRight: isName },
  "RELAY-2": { ...ANYTHING, example: "hello|bob", grammar: "RELAY-2", leaving: ["close"] },
  "KNOCK-1": { kind: "request", example: KNOCK, grammar: "KNOCK-1", isRight: isKnock },
  "ECHO-0": { ...ANYTHING, grammar: "ECHO-0", leaving: ["close"] },
  "CLOCK-0": { kind: "request", example: SEND_DATE, grammar: "CLOCK-0", isRight: isClockRequest },
  "BOOT-1": {
    kind: "request",
    example: DISCOVER,
    grammar: "BOOT-6",
    isRight: (text) => parseBootstrapRequest(text).ok,
  },
  "REV-2": { ...ANYTHING, example: "taco cat", leaving: [EXIT] },
  "BOOK-1": { kind: "record", example: "51 0e luke@gmail.com" },
};

export const placeOf = (rule: string | undefined): Place => places[rule ?? ""] ?? ANYTHING;
export const isFree = (rule: string | undefined) => placeOf(rule).kind === "any";

/** Rule that governs what came first. */
export function firstRule({ role, messages, initialState, story }: Evidence): string {
  const state = messages[0]?.state ?? initialState;
  // A datagram client has no phases, and no rule until it is answered.
  return role?.phases[state]?.rule || messages[0]?.rule || story.lastRule || "FRAME-1";
}

/** State in which the first message came, or is still due. */
export function firstState({ messages, story, role, initialState }: Evidence): string {
  return messages[0]?.state ?? (role?.phases[initialState] ? initialState : story.state);
}

export function expectedAt({ role, story }: Evidence, state: string): string {
  return role?.phases[state]?.expects ?? story.waitsFor ?? "the protocol's own words";
}

/** Rule of the phase in which each read of a text came. */
export function ruledPieces(evidence: Evidence): { readonly piece: Piece; readonly rule: string }[] {
  const { role, entries, texts } = evidence;
  const isText = new Set(texts);
  let state = evidence.initialState;
  const found: { piece: Piece; rule: string }[] = [];
  for (const entry of entries) {
    if (entry.kind === "transition") state = entry.to;
    else if (entry.kind === "in" && isText.has(entry))
      found.push({ piece: entry, rule: role?.phases[state]?.rule ?? "" });
  }
  return found;
}

/** Causes by which our role told a peer that its words were not taken. */
const NOT_TAKEN: ReadonlySet<CauseCode> = new Set<CauseCode>([
  "file-not-found",
  "file-not-sent",
  "no-clock-request",
  "request-refused",
  "login-without-name",
  "no-username",
]);

/** Words of it were not taken: refused, not found, asked again, or answered as an error. */
export function wasRefused(evidence: Evidence): boolean {
  if (evidence.last("refused")) return true;
  if (evidence.all("remark").some(({ cause }) => NOT_TAKEN.has(cause.code))) return true;
  return evidence.messages.some((said) => placeOf(ruleOfSaid(evidence, said)).isRight?.(said.text) === false);
}

export const ruleOfSaid = ({ role }: Evidence, said: FramedMessage) =>
  role?.phases[said.state]?.rule ?? said.rule;
