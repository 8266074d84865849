/** Numbers that servers answer with: a result as text, a size as four bytes - and what comes in their place. */
import { NOT_FOUND } from "../wire/file-transfer.ts";
import { type Sign, sign } from "./_sign.ts";

export type ResultSign =
  | Sign<"binaryDouble", { order: "LE" | "BE"; value: number }>
  | Sign<"binaryFloat", { order: "LE" | "BE"; value: number }>
  | Sign<"binaryInt", { order: "LE" | "BE"; bytes: number; value: number }>
  | Sign<"otherForm", { text: string; expected: string }>
  | Sign<"decimalComma", { text: string }>
  | Sign<"wordsAround", { text: string }>
  | Sign<"repeatsRequest", { text: string }>
  | Sign<"otherValue", { text: string; value: number; expected: number }>;

/** A result that is not `expected`, as the protocol writes it. Endings (newline, NUL) are another matter. */
export function findResult(bytes: Buffer, expected: string, request: string): ResultSign | undefined {
  const value = Number(expected);
  const text = bytes.toString("utf8").replace(/[\r\n\0]+$/, "");
  if (text === expected || bytes.length === 0) return undefined;
  const binary = Number.isFinite(value) ? binaryResult(bytes, value) : undefined;
  if (binary) return binary;
  const trimmed = text.trim();
  if (trimmed === request.trim()) return sign("repeatsRequest", true, { text: trimmed });
  if (trimmed !== "" && Number(trimmed) === value)
    return sign("otherForm", true, { text: trimmed, expected });
  if (/^[-+]?[\d.]*\d,\d+$/.test(trimmed) && Number(trimmed.replaceAll(".", "").replace(",", ".")) === value)
    return sign("decimalComma", true, { text: trimmed });
  const [number] = /[-+]?\d+(\.\d+)?(e[-+]?\d+)?(?!.*\d)/i.exec(trimmed) ?? [];
  if (number === undefined) return undefined;
  if (number !== trimmed && Number(number) === value) return sign("wordsAround", true, { text: trimmed });
  if (number !== trimmed || Number.isNaN(value)) return undefined;
  return sign("otherValue", true, { text: trimmed, value: Number(number), expected: value });
}

function binaryResult(bytes: Buffer, value: number): ResultSign | undefined {
  if (bytes.length === 8) {
    if (bytes.readDoubleLE() === value) return sign("binaryDouble", true, { order: "LE", value });
    if (bytes.readDoubleBE() === value) return sign("binaryDouble", true, { order: "BE", value });
  }
  if (bytes.length === 4) {
    const float = Math.fround(value);
    if (bytes.readFloatLE() === float) return sign("binaryFloat", true, { order: "LE", value });
    if (bytes.readFloatBE() === float) return sign("binaryFloat", true, { order: "BE", value });
  }
  const order = integerOrder(bytes, value);
  return order && sign("binaryInt", true, { order, bytes: bytes.length, value });
}

/** Order in which 2, 4 or 8 bytes are this whole number. */
function integerOrder(bytes: Buffer, value: number): "LE" | "BE" | undefined {
  if (![2, 4, 8].includes(bytes.length) || !Number.isSafeInteger(value)) return undefined;
  const wanted = Buffer.alloc(8);
  wanted.writeBigInt64LE(BigInt(value));
  const little = wanted.subarray(0, bytes.length);
  if (bytes.equals(little)) return "LE";
  return bytes.equals(Buffer.from(little).reverse()) ? "BE" : undefined;
}

export type SizeSign =
  | Sign<"sizeOrder", { told: number; turned: number }>
  | Sign<"size64", { order: "LE" | "BE"; value: number }>
  | Sign<"sizeDigits", { text: string; value: number }>
  | Sign<"size16", { order: "LE" | "BE"; value: number }>
  | Sign<"sizeOfPointer", { told: 4 | 8; came: number }>
  | Sign<"tooLarge", { told: number; came: number }>
  | Sign<"tooSmall", { told: number; came: number; isFullBuffer: boolean }>
  | Sign<"notFoundAsSize", { told: number }>;

/** The same four bytes, read the other way round. */
export function turned(size: number): number {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(size | 0);
  return bytes.readInt32BE();
}

/** Largest file that a lab hands out: a larger size was read in the wrong order. */
const LARGEST_LIKELY = 1 << 30;

/**
 * Size of a file as the bytes that came in its place, and the number of bytes that followed it in all; `came` is undefined
 * while more may follow.
 */
export function findSize(bytes: Buffer, came: number | undefined): SizeSign | undefined {
  const text = bytes.toString("latin1").replace(/[\s\0]+$/, "");
  if (/^\d{1,3}(,\d{3})+$|^\d{1,12}$/.test(text) && text.length === bytes.length)
    return digitSize(text, came);
  if (/^\d{1,3}(,\d{3})+$|^\d{2,12}$/.test(text)) return digitSize(text, came);
  if (bytes.length === 8) return wideSize(bytes, came);
  if (bytes.length === 2) return shortSize(bytes, came);
  if (bytes.length < 4) return undefined;
  const told = bytes.readInt32LE();
  if (bytes.toString("latin1", 0, 4) === NOT_FOUND.slice(0, 4)) return sign("notFoundAsSize", true, { told });
  const other = turned(told);
  if (came !== undefined && other === came && told !== came)
    return sign("sizeOrder", true, { told, turned: other });
  if ((told < 0 || told > LARGEST_LIKELY) && other >= 0 && other < LARGEST_LIKELY)
    return sign("sizeOrder", false, { told, turned: other });
  if (came === undefined || told === came) return undefined;
  if ((told === 8 || told === 4) && came > told) return sign("sizeOfPointer", false, { told, came });
  if (came > told) return sign("tooSmall", true, { told, came, isFullBuffer: isFullBuffer(told, came) });
  return sign("tooLarge", true, { told, came });
}

/** The last buffer was sent whole: so many bytes are a multiple of a buffer's size, and the rest of one too many. */
function isFullBuffer(told: number, came: number): boolean {
  return [512, 1000, 1024, 1400, 1500, 2048, 4096, 5000, 8192].some(
    (size) => came % size === 0 && came - told < size,
  );
}

function digitSize(text: string, came: number | undefined): SizeSign | undefined {
  const value = Number(text.replaceAll(",", ""));
  // Four digits are four bytes: only what followed tells them from a number.
  if (text.length === 4 && came !== value) return undefined;
  return sign("sizeDigits", text.includes(",") || came === value, { text, value });
}

function wideSize(bytes: Buffer, came: number | undefined): SizeSign | undefined {
  for (const order of ["LE", "BE"] as const) {
    const value = Number(order === "LE" ? bytes.readBigInt64LE() : bytes.readBigInt64BE());
    if (value >= 0 && value < LARGEST_LIKELY) return sign("size64", came === value, { order, value });
  }
  return undefined;
}

function shortSize(bytes: Buffer, came: number | undefined): SizeSign | undefined {
  if (came === undefined) return undefined;
  if (bytes.readUInt16LE() === came) return sign("size16", true, { order: "LE", value: came });
  return bytes.readUInt16BE() === came ? sign("size16", true, { order: "BE", value: came }) : undefined;
}
