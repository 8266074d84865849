/** Excerpts of long rules: the words that a case is about, as they stand in docs/wire.md. Empty: the rule has none of it. */
import { ruleInShort, wireRules } from "../wire-rules.ts";

const ONE_READ =
  "Split at \\n, drop one trailing \\r, keep an unfinished tail however the bytes were cut up.";
const FIN = "it means the role's leaving word, but never cuts off a reply or a transfer under way";
const OUR_CLOSE = "Our close is FIN, then a bounded drain of what is still unread, then the end";
const ONE_BYTE = "The header is 2 bytes: type and length (signed 8-bit: at most 127).";
const OPERATOR = "answers every connected client once: it waits until each has an unanswered message";

export const ruleQuotes: Readonly<Record<string, string>> = {
  "FRAME-2.lines": ONE_READ,
  "FRAME-2.two-lines-one-segment": ONE_READ,
  "FRAME-2.line-in-two-segments": ONE_READ,
  "FRAME-2.byte-by-byte": ONE_READ,
  "FRAME-4.nul-terminated": "a NUL ends a message. NULs that follow are padding.",
  "FRAME-4.stale-buffer-1024": "they are stale bytes of a fixed buffer and never become a message.",
  "FRAME-7.empty-message": "Empty messages are ignored.",
  "FRAME-7.long-message": "A message over --max-message (64 KiB): Message too long, then close.",
  "FRAME-7.invalid-utf8": "Text is UTF-8; invalid bytes never throw.",
  "FRAME-8.half-close-answered": FIN,
  "FRAME-8.fin-gets-the-file": FIN,
  "FRAME-8.survives-hangup": FIN,
  "FRAME-8.survives-reset": "Half-open is normal",
  "FRAME-8.c.server-leaves": OUR_CLOSE,
  "FRAME-8.c.server-resets": OUR_CLOSE,
  "FRAME-8.c.refused": "",
  "BOOK-1.one-byte-length": ONE_BYTE,
  "BOOK-1.length-is-bytes": ONE_BYTE,
  "BOOK-1.127": "A name over 127 bytes is cut at a character in the 1-byte form.",
  "BOOK-1.address-of-127": ONE_BYTE,
  "BOOK-1.other-headers":
    "Other lengths seen in hand-ins are recognised from the bytes after Q and answered in kind",
  "BOOK-1.empty-address": "Q\\0 is an empty query, an unknown address.",
  "BOOK-1.c.header-bytes": ONE_BYTE,
  "BOOT-6.trailing-newline": "Trailing \\0, \\r, \\n are dropped.",
  "BOOT-6.unknown-word": "Empty and unknown datagrams are counted and answered ERROR,…",
  "BOOT-6.errors-are-few": "answered ERROR,… at most once a second per sender (address and port)",
  "BOOT-6.bye-does-not-stop": "bye from the network never stops the server.",
  "CALC-2.bad-format": "Else Incorrect expression format or Incorrect operator; the session goes on.",
  "CALC-2.bad-operator": "Else Incorrect expression format or Incorrect operator; the session goes on.",
  "CALC-2.division-by-zero": "Division by zero: Division by zero, the session goes on.",
  "CALC-2.number-forms":
    "number operator number, separated by white space; numbers as Python's float() takes them (5, -0.5, .5, 1e3, inf)",
  "CALC-2.c.error-shown": "Else Incorrect expression format or Incorrect operator; the session goes on.",
  "ECHO-1.run-off-or-allowed": "Off or not allowed: a sentence that says so.",
  "ECHO-1.no-shell":
    "then only the named programs, as an argument vector (never a shell), in the role's root",
  "FILE-5.registers-at-start":
    "The role registers itself over the wire (--bootstrap host:port) when it starts",
  "FILE-5.c.discovers": "",
  "REV-2.operator-answers": "answers every connected client once",
  "REV-2.one-answer-to-all": "answers every connected client once",
  "REV-2.waits-for-all": OPERATOR,
  "REV-2.each-message-once": OPERATOR,
};

/** Words of the rule that a case is about, for its card; undefined: there are none. */
export function quotedRule(id: string, rule: string): string | undefined {
  const whole = wireRules().get(rule);
  const quote = ruleQuotes[id];
  if (quote === "") return undefined;
  if (whole === undefined || quote === undefined) return ruleInShort(rule);
  const at = whole.indexOf(quote);
  if (at < 0) return ruleInShort(rule);
  return `${at > 0 ? "… " : ""}${quote}${at + quote.length < whole.length ? " …" : ""}`;
}
