/** Mistakes in a binary record: the width, order and meaning of its length, and what stands after its text. */
import type { Diagnosis, Finding, Level } from "./_diagnosis.ts";
import { count, type Evidence, quoted } from "./_evidence.ts";
import { recordIn, recordText, SILENT_RECORD_MS, where } from "./_record-facts.ts";
import type { RecordLayout, RecordSign } from "./_records.ts";
import { hex, listener, speaker } from "./_speaker.ts";

const WIDTHS = ["D04", "D13", "D27", "D33", "D37", "D38", "D35"] as const;

export const records: readonly Diagnosis[] = [
  {
    id: "D11",
    name: "length-in-other-byte-order",
    title: "The length is wider than one byte, and little-endian",
    level: "note",
    hasOwnLevel: true,
    rank: "record",
    excludes: WIDTHS,
    find: (evidence) => findWidth(evidence, true),
  },
  {
    id: "D12",
    name: "length-too-wide",
    title: "The length is wider than one byte",
    level: "note",
    hasOwnLevel: true,
    rank: "record",
    excludes: WIDTHS,
    find: (evidence) => findWidth(evidence, false),
  },
  {
    id: "D51",
    name: "length-as-digits",
    title: "The length came as digits",
    level: "violation",
    rank: "record",
    excludes: WIDTHS,
    find: findDigits,
  },
  {
    id: "D52",
    name: "header-cut-short",
    title: "The record ends in its header",
    level: "violation",
    rank: "record",
    excludes: WIDTHS,
    find: findCutHeader,
  },
  {
    id: "D53",
    name: "fields-swapped",
    title: "Type and length are swapped",
    level: "violation",
    rank: "record",
    excludes: WIDTHS,
    find: findSwapped,
  },
  {
    id: "D54",
    name: "length-counts-something-else",
    title: "The length is not that of the text",
    level: "violation",
    hasOwnLevel: true,
    rank: "record",
    excludes: WIDTHS,
    find: findMiscounted,
  },
  {
    id: "D55",
    name: "bytes-after-the-record",
    title: "More bytes came after the record",
    level: "note",
    rank: "record",
    find: findTail,
  },
];

/** A note, where our side answered all the same. */
const levelOf = (evidence: Evidence): Level => {
  const isAnswered = evidence.isServer ? !evidence.last("refused") && evidence.last("out") : false;
  return isAnswered ? "note" : "violation";
};

export const HEADER_ADVICE =
  "Put the two header bytes together by hand: char header[2] = { 'Q', strlen(mail) }; or bytes([0x51, len(mail)]) in Python.";
const ANSWER_ADVICE =
  "Put the two header bytes together by hand: char header[2] = { 'R', strlen(name) }; or bytes([0x52, len(name)]) in Python.";
const headerAdvice = ({ isServer }: Evidence) => (isServer ? HEADER_ADVICE : ANSWER_ADVICE);
const STRUCT_ADVICE =
  "Do not send a struct as it lies in memory: padding and byte order are your machine's. Write the bytes into a buffer one by one.";

function findWidth(evidence: Evidence, isLittle: boolean): Finding | undefined {
  const layout = layoutOf(recordIn(evidence));
  if (!layout || layout.lengthBytes < 2) return undefined;
  if ((layout.order === "LE" && layout.paddingBytes === 0) !== isLittle) return undefined;
  return {
    ...where(evidence),
    level: levelOf(evidence),
    cause: `${hex(recordText(evidence).subarray(0, layout.headerBytes), 16)} stands before the text: ${widthText(layout)}. ${counted(layout)}The protocol has two bytes, the type and the length in one.${levelOf(evidence) === "note" ? " The server recognised it, and answered in the same form; another one would not." : ""}`,
    advice: [
      headerAdvice(evidence),
      ...(layout.paddingBytes > 0
        ? [STRUCT_ADVICE]
        : layout.order === "LE"
          ? [
              `Where a number of ${layout.lengthBytes} bytes is due, turn it round first: ${layout.lengthBytes === 2 ? "htons" : "htonl"}(length).`,
            ]
          : []),
    ],
  };
}

function widthText({ lengthBytes, order, paddingBytes, isPaddingZero }: RecordLayout): string {
  const end = order === "LE" ? "the low byte first" : "the high byte first";
  const padding =
    paddingBytes > 0
      ? ` after ${count(paddingBytes, "byte")} of ${isPaddingZero ? "" : "unset "}padding, as a C compiler lays out struct { char type; ${lengthBytes === 2 ? "short" : lengthBytes === 8 ? "long" : "int"} length; }`
      : "";
  // The same bytes are an int or a short before a length of one byte.
  const orType =
    order === "BE" && padding === "" ? `, or the type has ${lengthBytes}, the low byte first` : "";
  return `the length has ${lengthBytes} bytes, ${end},${padding}`.replace(/,$/, "") + orType;
}

const MEANINGS: Readonly<Record<RecordLayout["counts"], string>> = {
  text: "",
  textAndNul: "the NUL at the end of the string too",
  header: "the header too",
  array: "the whole array, not only the text in it",
  oneLess: "one byte too few",
  oneMore: "one byte more than the text has, perhaps the NUL of the string, which did not come",
};

const counted = ({ counts, told, textBytes }: RecordLayout) =>
  counts === "text" ? "" : `It says ${told} where the text has ${textBytes} bytes. `;

const layoutOf = (sign: RecordSign | undefined) => (sign?.kind === "layout" ? sign.args : undefined);

function findMiscounted(evidence: Evidence): Finding | undefined {
  const sign = recordIn(evidence);
  const layout = layoutOf(sign);
  const isLayout = layout !== undefined && layout.lengthBytes === 1 && layout.counts !== "text";
  const isShort = sign?.kind === "lengthUnlike" && sign.args.told < sign.args.textBytes;
  if (!isLayout && !isShort) return undefined;
  const { told, textBytes } = isLayout
    ? layout
    : sign?.kind === "lengthUnlike"
      ? sign.args
      : { told: 0, textBytes: 0 };
  const meaning = isInCharacters(evidence, layout, told)
    ? "characters, not bytes: a letter such as \u00fc has two bytes in UTF-8"
    : isLayout
      ? MEANINGS[layout.counts]
      : "something other than this text";
  return {
    ...where(evidence),
    level: levelOf(evidence),
    cause: `The length says ${told}, but the text has ${count(textBytes, "byte")}. ${speaker(evidence)} counts ${meaning}. So ${listener(evidence)} ${told > textBytes ? "takes what comes after the text for a part of it, or waits for more" : "reads only the beginning of the text"}.`,
    advice: [
      isInCharacters(evidence, layout, told)
        ? "Encode first, then count: len(text.encode()) in Python, text.getBytes(UTF_8).length in Java."
        : "The length is strlen() of the text, and then exactly so many bytes follow.",
      headerAdvice(evidence),
    ],
  };
}

/** As many as the text has letters, as String.length() and len() count them, and it has more bytes than letters. */
function isInCharacters(evidence: Evidence, layout: RecordLayout | undefined, told: number): boolean {
  const start = layout?.headerBytes ?? HEADER_BYTES;
  const bytes = recordText(evidence).subarray(start, layout && start + layout.textBytes);
  const text = bytes.toString("utf8");
  return bytes.length > told && !text.includes("\uFFFD") && [text.length, [...text].length].includes(told);
}

const HEADER_BYTES = 2;

const TAILS: Readonly<Record<RecordLayout["tail"], string>> = {
  none: "",
  nul: "a NUL, the end of the string in C",
  zeros: "NULs: the whole struct with its array was sent",
  stale: "what an older text has left in the buffer: the whole array was sent",
  newline: "a newline that fgets() or readline() has left at the end of the text",
};

function findTail(evidence: Evidence): Finding | undefined {
  const layout = layoutOf(recordIn(evidence));
  if (!layout || layout.tail === "none" || layout.counts !== "text" || layout.lengthBytes > 1)
    return undefined;
  const size = layout.headerBytes + layout.textBytes;
  const isLine = layout.tail === "newline";
  return {
    ...where(evidence),
    cause: `The record was complete after ${size} bytes; ${layout.tailBytes} more came: ${TAILS[layout.tail]}. The length does not count them, so they are not read here; on a connection with several records they would be taken for the next one.`,
    advice: [
      isLine
        ? 'Cut the newline off before you count and send: mail.strip() in Python; mail[strcspn(mail, "\\n")] = 0 in C.'
        : "Send 2 + strlen(mail) bytes, not sizeof(struct) or sizeof buffer.",
    ],
  };
}

function findDigits(evidence: Evidence): Finding | undefined {
  const sign = recordIn(evidence);
  if (sign?.kind !== "lengthAsDigits") return undefined;
  const { digits, textBytes } = sign.args;
  const [first = 0] = Buffer.from(digits);
  return {
    ...where(evidence),
    cause: `After the type comes ${hex(Buffer.from(digits))}, the ${digits.length === 1 ? "character" : "characters"} ${quoted(digits)}. The length is one byte with the value ${textBytes} (${hex(Buffer.of(textBytes & 0xff))}); read as such, '${digits[0] ?? ""}' means ${first} bytes.`,
    advice: [
      headerAdvice(evidence),
      'In Java out.write(length); printf("%d") and str() make digits of a number.',
    ],
  };
}

function findCutHeader(evidence: Evidence): Finding | undefined {
  const sign = recordIn(evidence);
  if (sign?.kind !== "typeOnly" && sign?.kind !== "headerOnly") return undefined;
  if (evidence.silence.ms < SILENT_RECORD_MS && !evidence.silence.isOver) return undefined;
  const bytes = recordText(evidence);
  const missing = sign.kind === "typeOnly" ? "the length and the text are" : "the text is";
  const why =
    sign.kind === "typeOnly"
      ? "Probably strlen() counted the bytes of the whole record: it stops at the first 00, and a length of 2 or 4 bytes begins with one. Or the second send() is missing."
      : "Probably the second send() is missing, or it was not flushed; or strlen() counted the bytes and stopped at a 00.";
  return {
    ...where(evidence),
    cause: `Only ${hex(bytes)} came; ${missing} missing. ${why}`,
    advice: [
      "Put header and text into one buffer, and count the bytes yourself: send(fd, buffer, 2 + strlen(mail), 0).",
    ],
  };
}

function findSwapped(evidence: Evidence): Finding | undefined {
  const sign = recordIn(evidence);
  if (sign?.kind !== "fieldsSwapped") return undefined;
  const bytes = recordText(evidence).subarray(0, 2);
  return {
    ...where(evidence),
    cause: `${hex(bytes)} stands before the text: the length (${sign.args.told}) came first, then the type. The protocol has them the other way round: ${hex(Buffer.from(bytes).reverse())}.`,
    advice: [
      "Put the type into byte 0 and the length into byte 1. In a struct, the order of the fields is the order on the wire.",
    ],
  };
}
