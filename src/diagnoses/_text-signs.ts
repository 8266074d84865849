/** Signs in the texts of one story: found once, however many diagnoses ask. */

import { isClose, parseMessage } from "../wire/relay.ts";
import { type DialectSign, findDialect } from "./_dialects.ts";
import type { Evidence, Read } from "./_evidence.ts";
import { firstRule, isFree, ruleOfSaid } from "./_places.ts";
import type { Piece } from "./_sign.ts";
import { type TextSign, textSigns } from "./_signs.ts";

const found = new WeakMap<Evidence, readonly TextSign[]>();

function signsIn(evidence: Evidence): readonly TextSign[] {
  const known = found.get(evidence);
  if (known) return known;
  const signs = textSigns(evidence.texts);
  found.set(evidence, signs);
  return signs;
}

/** First sign of one of these kinds. */
export function signOf<Kind extends TextSign["kind"]>(
  evidence: Evidence,
  ...kinds: readonly Kind[]
): Extract<TextSign, { kind: Kind }> | undefined {
  return signsIn(evidence).find((sign): sign is Extract<TextSign, { kind: Kind }> =>
    (kinds as readonly string[]).includes(sign.kind),
  );
}

export interface PlacedDialect {
  readonly sign: DialectSign;
  /** Place at which it stood. */
  readonly rule: string;
  readonly text: string;
  readonly reads: readonly Read[];
}

/** Dialects that are no chance wherever they come, of everything that came. */
export function binaryDialect(evidence: Evidence, kinds: ReadonlySet<string>): DialectSign | undefined {
  const whole = Buffer.concat(evidence.pieces.map(({ bytes }) => bytes));
  const isRecord = evidence.isServer && evidence.texts.length === 0;
  const pieces: readonly Pick<Piece, "bytes">[] = isRecord ? [] : evidence.texts;
  for (const { bytes } of [{ bytes: whole }, ...pieces]) {
    const sign = findDialect(bytes);
    if (sign && kinds.has(sign.kind)) return sign;
  }
  return undefined;
}

/** Dialects of whole messages, in places where not every text is right. */
export function wordDialect(evidence: Evidence, kinds: ReadonlySet<string>): PlacedDialect | undefined {
  const { messages, isServer } = evidence;
  for (const said of messages) {
    const rule = ruleOfSaid(evidence, said);
    const sign = findDialect(said.bytes);
    if (sign && kinds.has(sign.kind) && (!isAnyRight(rule, isServer) || isRefused(rule, said.text)))
      return { sign, rule, text: said.text, reads: said.reads };
  }
  return unsplitDialect(evidence, kinds);
}

/** A document of several lines is several messages, and a server's answers may be none. */
function unsplitDialect(evidence: Evidence, kinds: ReadonlySet<string>): PlacedDialect | undefined {
  const rule = firstRule(evidence);
  if (isAnyRight(rule, evidence.isServer)) return undefined;
  const pieces = evidence.texts.length > 0 ? evidence.texts : evidence.pieces;
  const whole = Buffer.concat(pieces.map(({ bytes }) => bytes));
  for (const bytes of [whole, ...(evidence.isServer ? [] : pieces.map((piece) => piece.bytes))]) {
    const sign = findDialect(bytes);
    if (sign && kinds.has(sign.kind))
      return { sign, rule, text: bytes.toString("utf8"), reads: evidence.reads.slice(0, 1) };
  }
  return undefined;
}

/** Any text will do for a relay, but it has to name its receiver. */
const isRefused = (rule: string, text: string) =>
  rule === "RELAY-2" && !isClose(text) && parseMessage(text) === undefined;

/** Answers that are what others have said. */
const OTHERS_WORDS = /^(ECHO|CHAT|RELAY|REV|ACK)-/;
const isAnyRight = (rule: string, isServer: boolean) => (isServer ? isFree(rule) : OTHERS_WORDS.test(rule));
