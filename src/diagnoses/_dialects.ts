/** Texts that another layer has wrapped: objects, quotes, escapes, HTTP. The first bytes tell it, or the whole. */
import { isText, type Sign, sign } from "./_sign.ts";

export type Dialect =
  | "javaObjects"
  | "pickle"
  | "netBinaryFormatter"
  | "phpSerialize"
  | "messagePack"
  | "protobuf"
  | "telnet"
  | "tls"
  | "ssh"
  | "httpRequest"
  | "httpResponse"
  | "json"
  | "xml"
  | "html"
  | "pythonBytes"
  | "pythonValue"
  | "printedObject"
  | "goFormat"
  | "escapes"
  | "percent"
  | "quotes";

export interface DialectArgs {
  /** Text that was meant, where it can be told. */
  readonly text?: string;
  /** Bytes or characters that give it away. */
  readonly found: string;
}

export type DialectSign = Sign<Dialect, DialectArgs>;
type Finder = (bytes: Buffer, text: string) => DialectSign | undefined;

/** Dialect of a peer's first bytes, or of one message. */
export function findDialect(bytes: Buffer): DialectSign | undefined {
  if (bytes.length === 0) return undefined;
  const text = bytes.toString("utf8");
  for (const find of [...BINARY, ...TEXTUAL]) {
    const found = find(bytes, text);
    if (found) return found;
  }
  return undefined;
}

const hexOf = (bytes: Buffer) => (bytes.toString("hex").match(/../g) ?? []).join(" ");
const startsWith = (bytes: Buffer, ...start: number[]) => start.every((byte, at) => bytes[at] === byte);
/** Letters of a text that has other bytes around it. */
function lettersIn(bytes: Buffer, from: number): string | undefined {
  return /[\x20-\x7e]{2,}/.exec(bytes.toString("latin1", from))?.[0];
}

function binary(kind: Dialect, bytes: Buffer, length: number, text?: string): DialectSign {
  return sign(kind, true, {
    found: hexOf(bytes.subarray(0, length)),
    ...(text === undefined ? {} : { text }),
  });
}

const TLS_TYPES = new Set([0x14, 0x15, 0x16]);
const TELNET_VERBS = new Set([0xfb, 0xfc, 0xfd, 0xfe]);

const BINARY: readonly Finder[] = [
  (bytes) =>
    startsWith(bytes, 0xac, 0xed, 0x00, 0x05) ? binary("javaObjects", bytes, 4, javaText(bytes)) : undefined,
  findPickle,
  (bytes) =>
    startsWith(bytes, 0, 1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff)
      ? binary("netBinaryFormatter", bytes, 9)
      : undefined,
  (bytes) =>
    TLS_TYPES.has(bytes[0] ?? 0) && bytes[1] === 3 && (bytes[2] ?? 9) <= 4 && bytes.length >= 5
      ? binary("tls", bytes, 2)
      : undefined,
  findTelnet,
  findMessagePack,
  findProtobuf,
];

/** A string object of Java: 74, two bytes of length, text. */
function javaText(bytes: Buffer): string | undefined {
  if (bytes[4] !== 0x74 || bytes.length < 7) return undefined;
  return bytes.toString("utf8", 7, 7 + bytes.readUInt16BE(5));
}

function findPickle(bytes: Buffer): DialectSign | undefined {
  const [mark = 0, protocol = 0] = bytes;
  const isEnd = bytes.at(-1) === 0x2e;
  if (mark !== 0x80 || protocol < 2 || protocol > 5 || (!isEnd && bytes.length < 512)) return undefined;
  return binary("pickle", bytes, 2, lettersIn(bytes, protocol >= 4 ? 11 : 2));
}

/** Options that telnet negotiates: FF, a verb, an option. */
function findTelnet(bytes: Buffer): DialectSign | undefined {
  const at = bytes.indexOf(0xff);
  // FF FE, a letter, 00 is UTF-16.
  if (at === 0 && bytes[1] === 0xfe && bytes[3] === 0) return undefined;
  const isOption = at >= 0 && TELNET_VERBS.has(bytes[at + 1] ?? 0) && (bytes[at + 2] ?? 255) < 0x40;
  if (!isOption) return undefined;
  return sign("telnet", at === 0, { found: hexOf(bytes.subarray(at, at + 3)) });
}

/** A short string: A0 + its length, the text, and nothing else. */
function findMessagePack(bytes: Buffer): DialectSign | undefined {
  const [first = 0, second = 0] = bytes;
  const start = first === 0xd9 ? 2 : 1;
  const length = first === 0xd9 ? second : first - 0xa0;
  if (first !== 0xd9 && (first < 0xa2 || first > 0xbf)) return undefined;
  const text = bytes.subarray(start);
  return text.length === length && isText(text)
    ? binary("messagePack", bytes, start, text.toString())
    : undefined;
}

/** Fields of protobuf: a tag of wire type 2, a length, a text, and so on to the last byte. */
function findProtobuf(bytes: Buffer): DialectSign | undefined {
  let at = 0;
  let text: string | undefined;
  while (at < bytes.length) {
    const tag = bytes[at] ?? 0;
    const length = bytes[at + 1] ?? 0;
    const body = bytes.subarray(at + 2, at + 2 + length);
    const isField = (tag & 7) === 2 && tag >= 0x0a && tag < 0x80 && length > 0 && length < 0x20;
    if (!isField || length === 0x0a || length === 0x0d || body.length < length || !isText(body))
      return undefined;
    text ??= body.toString();
    at += 2 + length;
  }
  return sign("protobuf", false, {
    found: hexOf(bytes.subarray(0, 2)),
    ...(text === undefined ? {} : { text }),
  });
}

function textual(kind: Dialect, pattern: RegExp, isCertain = true): Finder {
  return (_bytes, text) => {
    const match = pattern.exec(text);
    if (!match) return undefined;
    const { found = match[0], inner } = match.groups ?? {};
    return sign(kind, isCertain, {
      found: found.slice(0, 80),
      ...(inner === undefined ? {} : { text: inner }),
    });
  };
}

const ENDING = "[\\r\\n\\0]*$";

const TEXTUAL: readonly Finder[] = [
  textual("ssh", /^SSH-\d\.\d+-\S*/),
  textual("httpRequest", /^(?<found>(GET|POST|HEAD|PUT|OPTIONS|DELETE|PATCH|CONNECT) \S+ HTTP\/\d(\.\d)?)/),
  textual("httpResponse", /^(?<found>HTTP\/\d(\.\d)? \d{3}[^\r\n]*)/),
  textual("html", /^\s*(?<found><(!doctype html|html)\b[^>]*>)/i),
  textual("xml", /^\s*(?<found><\?xml\b|<(?<tag>[A-Za-z_][\w.-]*)(\s[^>]*)?>[\s\S]*<\/\k<tag>>)\s*\0*/),
  textual("phpSerialize", new RegExp(`^(?<found>s:\\d+:)"(?<inner>.*)";${ENDING}`)),
  findJson,
  textual("pythonBytes", new RegExp(`^(?<found>b(?<quote>['"]))(?<inner>.*)\\k<quote>${ENDING}`)),
  textual("pythonValue", new RegExp(`^(?<found>\\((['"]).*\\)|\\[(['"]).*\\])${ENDING}`)),
  textual(
    "printedObject",
    new RegExp(
      `^(?<found>\\[(?:[BCI]|L[\\w.]+;)@[0-9a-f]{5,8}|System\\.(Byte|Char|String)\\[\\]|\\[object \\w+\\]|<[\\w.]+ object at 0x[0-9a-f]+>|<(built-in |bound )?(function|method|class|generator object|coroutine object) [^>]+>|<socket\\.socket [^>]+>|[a-z]+(\\.[a-z]+)*\\.[A-Z]\\w*@[0-9a-f]{5,8}|java\\.net\\.Socket\\[[^\\]]*\\]?|<_io\\.[^>]+>)${ENDING}`,
    ),
  ),
  textual(
    "goFormat",
    /(?<found>%!\w?\((?:MISSING|NOVERB|BADWIDTH|BADPREC|BADINDEX|EXTRA [^)]*|[\w.*]+=[^)]*)\))/,
  ),
  textual(
    "escapes",
    /^(?<inner>[^\\]+?)(?<found>\\r\\n|\\n|\\r|\\0|\\x00|\\u0000)([^\\]+\k<found>)*[\r\n\0]*$/,
  ),
  textual("quotes", new RegExp(`^(?<found>(?<quote>["'])(?<inner>[^"']+)\\k<quote>)${ENDING}`)),
  findPercent,
];

function findJson(_bytes: Buffer, text: string): DialectSign | undefined {
  const trimmed = text.replace(/[\s\0]+$/, "").trimStart();
  if (!/^[{[]/.test(trimmed)) return undefined;
  try {
    const value: unknown = JSON.parse(trimmed);
    return !isDocument(value) ? undefined : sign("json", true, { found: trimmed.slice(0, 80) });
  } catch {
    // Half of a document, or with single quotes, as Python prints a dictionary.
    const isStart = /^\{\s*(["'])[\w -]+\1\s*:/.test(trimmed);
    return isStart ? sign("json", false, { found: trimmed.slice(0, 80) }) : undefined;
  }
}

/** With a name or a text in it: `{}` and `[1]` are what people type. */
function isDocument(value: unknown): boolean {
  const parts = Array.isArray(value) ? value : Object.keys(value ?? {});
  return parts.some((part) => typeof part === "string" || (typeof part === "object" && part !== null));
}

/** Blanks and signs as an address bar writes them: two escapes, or an escaped blank. */
function findPercent(_bytes: Buffer, text: string): DialectSign | undefined {
  // An escaped text has no blanks left.
  if (/\s./.test(text)) return undefined;
  const escapes = text.match(/%[0-9A-Fa-f]{2}/g) ?? [];
  if (escapes.length === 0 || (escapes.length < 2 && !/(?<!\d)%(20|0[aAdD]|2[bBfF]|3[aA]|7[cC])/.test(text)))
    return undefined;
  if (!hasEscapeBesidesShares(text)) return undefined;
  const decoded = decodedUri(text);
  return decoded === undefined
    ? undefined
    : sign("percent", false, { found: escapes[0] ?? "", text: decoded });
}

/** `100%`, and a number after it without a word between, is no escape: an escape that cannot be read so is needed. */
function hasEscapeBesidesShares(text: string): boolean {
  const withoutEscapesInRow = text.replaceAll(/(%[0-9A-Fa-f]{2})(?=%)/g, "$1 ");
  return /(?<!\d)%[0-9A-Fa-f]{2}|%(?:[A-Fa-f][0-9A-Fa-f]|[0-9][A-Fa-f])/.test(withoutEscapesInRow);
}

/** Undefined where it is none, or has control characters in it, which are not typed. */
function decodedUri(text: string): string | undefined {
  try {
    const decoded = decodeURIComponent(text.replaceAll("+", " "));
    return /[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(decoded) ? undefined : decoded;
  } catch {
    return undefined;
  }
}
