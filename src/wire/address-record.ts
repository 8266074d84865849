/**
 * Queries and answers of the address book: type, length, text, in every header that hand-ins are known to use
 * [BOOK-1, BOOK-2, BOOK-4]. Pure.
 *
 *   8bit  Q n text…     16be  Q 0 n text…     32be  Q 0 0 0 n text…     struct  Q 0 0 0 n 0 0 0 text…
 *                       16le  Q n 0 text…     32le  Q n 0 0 0 text…     (a C compiler's `struct { char; int; }`)
 *                                           struct16  Q 0 n 0 text…     (the same with a short)
 *
 * No address is longer than 255 bytes, so the high bytes of a longer length are zero, and a text never starts with a
 * zero: the first byte of the text tells the forms apart. Only an empty query has none.
 *
 * Long, because the four headers are read and written side by side.
 */
import { cutAtCharacter } from "./cut-at-character.ts";
import { dropTrailing } from "./drop-trailing.ts";

export const UNKNOWN_ADDRESS = "Error 404";
export const UNKNOWN_PROTOCOL = "Error: Unknown message protocol";
export const TOO_MANY_CLIENTS = "Error: Too many clients";
/** The start of every refusal of an address book, ours or another's. */
const ERROR = /^Error\b/;

interface Header {
  /** Zeros that a C compiler puts between type and length. */
  readonly padding: number;
  readonly sizeBytes: 1 | 2 | 4;
  readonly isLittle: boolean;
  /** The longest text that the length can tell; it is signed. */
  readonly longest: number;
}

const headers = {
  "8bit": { padding: 0, sizeBytes: 1, isLittle: true, longest: 0x7f },
  "16be": { padding: 0, sizeBytes: 2, isLittle: false, longest: 0x7fff },
  "16le": { padding: 0, sizeBytes: 2, isLittle: true, longest: 0x7fff },
  "32be": { padding: 0, sizeBytes: 4, isLittle: false, longest: 0x7fff_ffff },
  "32le": { padding: 0, sizeBytes: 4, isLittle: true, longest: 0x7fff_ffff },
  struct: { padding: 3, sizeBytes: 4, isLittle: true, longest: 0x7fff_ffff },
  struct16: { padding: 1, sizeBytes: 2, isLittle: true, longest: 0x7fff },
} as const satisfies Record<string, Header>;

export type HeaderForm = keyof typeof headers;
export const headerForms = Object.keys(headers) as [HeaderForm, ...HeaderForm[]];
/** How a header is laid out. */
export const headerOf = (form: HeaderForm): Header => headers[form];

/** A question for one address; or what is wrong with it, to be told in the header form it seems to have. */
export type Query =
  | { readonly ok: true; readonly form: HeaderForm; readonly email: string }
  | { readonly ok: false; readonly form: HeaderForm; readonly why: QueryFault };

export type QueryFault =
  | { readonly code: "record-type"; readonly args: { readonly byte: number } }
  | { readonly code: "record-cut" | "record-length-impossible"; readonly args: Record<never, never> }
  | { readonly code: "record-length-negative"; readonly args: { readonly length: number } }
  | {
      readonly code: "record-length-too-long";
      readonly args: { readonly told: number; readonly came: number };
    };

/** Answer of a server; or the reason why it is none. */
export type Answer =
  | { readonly ok: true; readonly text: string; readonly extraBytes: number }
  | { readonly ok: false; readonly why: AnswerFault };

export type AnswerFault =
  | { readonly code: "answer-length-wrong"; readonly args: { readonly told: number; readonly came: number } }
  | {
      readonly code: "answer-no-record";
      readonly args: { readonly said: string; readonly form: HeaderForm };
    };

interface Pending {
  readonly bytes: Buffer;
  readonly stillMs: number;
  readonly ended: boolean;
}

type Decoded<Value> = { take: number; value: Value } | { waitMs: number } | undefined;

/** The type of a query: `Q`. */
export const QUERY = 0x51;
export const ANSWER = 0x52;
const NUL = 0x00;
/** Largest length of an address: the low byte of a longer field, whose other bytes are zero. */
export const MAX_EMAIL = 0xff;
/** Time for the forms to be told apart; then it is read as the 1-byte form. */
const TELL_APART_MS = 200;
/** Other people's servers may tell any length; this is the longest answer that is waited for. */
const MAX_ANSWER = 60_000;

// -- queries -------------------------------------------------------------------------------------------------------

/** A whole query, as it was asked; undefined: it is none. */
export function queryIn(bytes: Buffer): (Query & { readonly ok: true }) | undefined {
  const decoded = decodeQuery({ bytes, stillMs: Number.POSITIVE_INFINITY, ended: true });
  return decoded && "value" in decoded && decoded.value.ok ? decoded.value : undefined;
}

/** The next query, in whatever form [BOOK-1]; a header or text that trickles in is waited for [BOOK-2]. */
export function decodeQuery(pending: Pending): Decoded<Query> {
  const { bytes, stillMs, ended } = pending;
  if (bytes.length === 0) return undefined;
  if (bytes[0] !== QUERY) return fault(bytes, "8bit", { code: "record-type", args: { byte: bytes[0] ?? 0 } });
  const found = headerForms.map((form) => ({ form, state: readAs(headers[form], bytes) }));
  const whole = found.filter(({ state }) => state === "whole").map(({ form }) => form);
  const open = found.filter(({ state }) => state === "open").map(({ form }) => form);
  if (whole.length === 0 && open.length === 0) return decodeOdd(pending);
  if (whole.length === 0) {
    if (!ended) return undefined;
    return fault(bytes, (open.length === 1 && open[0]) || "8bit", { code: "record-cut", args: {} });
  }
  const isClear = whole.length === 1 && open.length === 0;
  if (!isClear && !ended && stillMs < TELL_APART_MS) return { waitMs: TELL_APART_MS - stillMs };
  if (whole.length === 1 && whole[0]) return take(bytes, whole[0]);
  // Nothing but zeros: eight bytes are a struct of C; with any other number there is no telling.
  return take(bytes, bytes.length === bodyStart(headers.struct) ? "struct" : "8bit");
}

/** Whether these bytes can be a query with this header, and whether all of it is there. */
function readAs(header: Header, bytes: Buffer): "whole" | "open" | "impossible" {
  const start = bodyStart(header);
  const field = bytes.subarray(1 + header.padding, start);
  if (bytes.subarray(1, 1 + header.padding).some(isNotZero)) return "impossible";
  if (highBytes(header, field).some(isNotZero)) return "impossible";
  if (bytes.length < start) return "open";
  const length = readLength(header, bytes);
  const body = bytes.subarray(start, start + length);
  if (length > header.longest) return bytes.length === start ? "whole" : "impossible";
  if (length === 0) return bytes.subarray(start).some(isNotZero) ? "impossible" : "whole";
  if (!mayBeText(body)) return "impossible";
  return body.length === length ? "whole" : "open";
}

/** All but the lowest byte of a length, as far as they have come. */
function highBytes({ sizeBytes, isLittle }: Header, field: Buffer): Buffer {
  return isLittle ? field.subarray(1) : field.subarray(0, sizeBytes - 1);
}

/** Text, and maybe the NULs that end a C string: no control character but white space, and no byte that no encoding has. */
function mayBeText(body: Buffer): boolean {
  const nul = body.indexOf(NUL);
  const text = nul < 0 ? body : body.subarray(0, nul);
  if (nul === 0 || body.subarray(text.length).some(isNotZero)) return false;
  return text.every(
    (byte) => (byte >= 0x20 && byte !== 0x7f && byte !== 0xff) || (byte >= 0x09 && byte <= 0x0d),
  );
}

/** No form fits. A length of one byte that could be right is taken at its word, whatever follows it. */
function decodeOdd({ bytes, stillMs, ended }: Pending): Decoded<Query> {
  const told = bytes[1] ?? 0;
  const came = bytes.length - 2;
  if (told > headers["8bit"].longest)
    return fault(bytes, "8bit", { code: "record-length-negative", args: { length: told - 256 } });
  if (told === 0) return fault(bytes, formOfZeros(bytes), { code: "record-length-impossible", args: {} });
  if (came >= told) return take(bytes, "8bit");
  if (!ended && stillMs < TELL_APART_MS) return { waitMs: TELL_APART_MS - stillMs };
  return fault(bytes, "8bit", { code: "record-length-too-long", args: { told, came } });
}

/** Which header a length is meant to be in that is too large or negative, by the zeros in front of it. */
function formOfZeros(bytes: Buffer): HeaderForm {
  const zeros = bytes.subarray(1).findIndex(isNotZero);
  if (zeros < 2) return "8bit";
  return zeros === 2 ? "32be" : "struct";
}

function take(bytes: Buffer, form: HeaderForm): { take: number; value: Query } {
  const header = headers[form];
  const length = readLength(header, bytes);
  if (length > header.longest)
    return fault(bytes, form, { code: "record-length-negative", args: { length: length - 256 } });
  const end = bodyStart(header) + length;
  const email = dropTrailing(bytes.toString("utf8", bodyStart(header), end), "\0");
  return { take: end, value: { ok: true, form, email } };
}

function fault(bytes: Buffer, form: HeaderForm, why: QueryFault): { take: number; value: Query } {
  return { take: bytes.length, value: { ok: false, form, why } };
}

const isNotZero = (byte: number) => byte !== 0;

// -- answers -------------------------------------------------------------------------------------------------------

/** The next answer, in the form of the query. Lengths of other people's servers are taken as unsigned. */
export function decodeAnswer(form: HeaderForm, { bytes, stillMs, ended }: Pending): Decoded<Answer> {
  const header = headers[form];
  const start = bodyStart(header);
  if (bytes.length === 0) return undefined;
  const isAnswer = bytes[0] === ANSWER && !bytes.subarray(1, 1 + header.padding).some(isNotZero);
  const isPart = isAnswer && bytes.length < start;
  const length = isAnswer && !isPart ? readLength(header, bytes) : Number.POSITIVE_INFINITY;
  const came = bytes.length - start;
  if (came >= length) {
    const text = dropTrailing(bytes.toString("utf8", start, start + length), "\0");
    // Padding and a newline are of no account; text that the length leaves out is.
    const extra = dropTrailing(bytes.toString("latin1", start + length), "\0\r\n");
    return { take: bytes.length, value: { ok: true, text, extraBytes: extra.length } };
  }
  if (!ended && (isPart || length <= MAX_ANSWER)) return undefined;
  // No answer: the rest of whatever else it is may have to come yet.
  if (!ended && stillMs < TELL_APART_MS) return { waitMs: TELL_APART_MS - stillMs };
  const why: AnswerFault =
    Number.isFinite(length) && came >= 0
      ? { code: "answer-length-wrong", args: { told: length, came } }
      : { code: "answer-no-record", args: { said: bytes.toString("latin1", 0, 60), form } };
  return { take: bytes.length, value: { ok: false, why } };
}

/** The one other form in which these bytes are a whole answer; undefined: in none, or in several. */
export function otherFormOf(form: HeaderForm, bytes: Buffer): HeaderForm | undefined {
  const fitting = headerForms.filter((other) => {
    const header = headers[other];
    const start = bodyStart(header);
    if (other === form || bytes.length <= start || bytes[0] !== ANSWER) return false;
    if (bytes.subarray(1, 1 + header.padding).some(isNotZero)) return false;
    const body = dropTrailing(bytes.toString("latin1", start), "\0\r\n");
    return body.length === readLength(header, bytes) && !body.includes("\0");
  });
  return fitting.length === 1 ? fitting[0] : undefined;
}

/** Whether an answer's text is a refusal and no name. */
export const isRefusal = (text: string) => ERROR.test(text);

// -- entries -------------------------------------------------------------------------------------------------------

/** Fault of a book's entry, or undefined: it could not be asked for, or not be told. */
export function checkAddress({ email, name }: { email: string; name: string }): string | undefined {
  if (!/\S@\S/.test(email)) return "the address must have an @ with something on both sides";
  if (Buffer.byteLength(email) > MAX_EMAIL) return `the address is longer than ${MAX_EMAIL} bytes`;
  if (name.trim() === "") return "the name is empty";
  if (!fits("16be", name)) return "the name is longer than two bytes of length can tell";
  return /\p{Cc}/u.test(email + name) ? "a control character is in it" : undefined;
}

// -- both ----------------------------------------------------------------------------------------------------------

export function encodeAnswer(form: HeaderForm, text: string): Buffer {
  return encode(ANSWER, form, text);
}

export function encodeQuery(form: HeaderForm, email: string): Buffer {
  return encode(QUERY, form, email);
}

/** Whether this form's length can tell the text whole. */
export function fits(form: HeaderForm, text: string): boolean {
  return Buffer.byteLength(text) <= headers[form].longest;
}

/** Header and text as one piece [BOOK-2]; a text that the length cannot tell is cut at a character [BOOK-1]. */
function encode(type: number, form: HeaderForm, text: string): Buffer {
  const header = headers[form];
  const body = cutAtCharacter(Buffer.from(text), header.longest);
  const start = bodyStart(header);
  const record = Buffer.alloc(start + body.length);
  record[0] = type;
  if (header.isLittle) record.writeUIntLE(body.length, 1 + header.padding, header.sizeBytes);
  else record.writeUIntBE(body.length, 1 + header.padding, header.sizeBytes);
  body.copy(record, start);
  return record;
}

const bodyStart = ({ padding, sizeBytes }: Header) => 1 + padding + sizeBytes;

function readLength({ padding, sizeBytes, isLittle }: Header, bytes: Buffer): number {
  return isLittle ? bytes.readUIntLE(1 + padding, sizeBytes) : bytes.readUIntBE(1 + padding, sizeBytes);
}
