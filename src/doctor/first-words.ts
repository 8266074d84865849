/**
 * First words by which a server is known: those of our roles, said unasked or in answer to a line that they do not know, and the banners
 * of protocols that a port is often mixed up with. Pure.
 */
import { UNKNOWN_PROTOCOL } from "../wire/address-record.ts";
import { INCORRECT } from "../wire/calculator.ts";
import { PROMPT } from "../wire/chat.ts";
import { INVALID_REQUEST } from "../wire/clock.ts";
import { GREETING } from "../wire/echo-command.ts";
import { INVALID } from "../wire/file-transfer.ts";
import { TRY, WHO_IS_THERE } from "../wire/knock-knock.ts";
import { MESSAGE_PLEASE } from "../wire/relay.ts";
import { ACCEPT, REJECT } from "../wire/reverse.ts";

const FIRST_WORDS: readonly (readonly [words: string, role: string])[] = [
  [PROMPT, "chat"],
  [GREETING, "echo"],
  [ACCEPT, "reverse"],
  [REJECT, "reverse"],
  [MESSAGE_PLEASE, "relay"],
  [TRY, "knock-knock"],
  [WHO_IS_THERE, "knock-knock"],
  [INCORRECT.format, "calculator"],
  [INCORRECT.operator, "calculator"],
  [INVALID_REQUEST, "clock"],
  [UNKNOWN_PROTOCOL, "address-book"],
  [INVALID, "file-server"],
  ["SSH-", "ssh"],
  ["RFB ", "vnc"],
  ["+OK", "pop3"],
  ["* OK", "imap"],
  ["-ERR", "redis"],
];
/** A single word may begin a sentence of any program. */
const isShort = (first: string) => /^[A-Z][A-Za-z]+$/.test(first);

/** A number that two protocols begin with; their next words tell. */
const MAIL = /^220[ -].*\b(?:e?smtp|mail)\b/i;
const FILES = /^220[ -]/;

/** Role or protocol that begins so; undefined: not known. */
export function speakerOf(words: string): string | undefined {
  // Buffers of a fixed size hold anything behind the NUL.
  const text = (words.split("\0")[0] ?? "").trim();
  const known = FIRST_WORDS.find(([first]) => (isShort(first) ? text === first : text.startsWith(first)));
  if (known) return known[1];
  if (MAIL.test(text)) return "smtp";
  return FILES.test(text) ? "ftp" : undefined;
}

export interface Http {
  readonly status: string | null;
  readonly isCertain: boolean;
}

/** A status line, or a page in its place: Python's server answers a line that is no request so. */
export function httpIn(words: string): Http | undefined {
  const [, status] = /^(HTTP\/\d\S* \d{3}[^\r\n]*)/.exec(words) ?? [];
  // To a line that is no request this is an answer of HTTPS too, in plain text.
  if (status !== undefined) return { status, isCertain: !/^\S+ 400/.test(status) };
  return /^\s*<(?:!doctype html|html)/i.test(words) ? { status: null, isCertain: false } : undefined;
}

/** First byte and version of a TLS record: an alert is an answer too. */
export const isTlsRecord = (bytes: Buffer) =>
  bytes.length >= 5 && /^1[5-7]03/.test(bytes.toString("hex", 0, 2));
