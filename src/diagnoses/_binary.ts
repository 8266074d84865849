/** Memory as it is, where text is due: numbers, structs, addresses. */
import { isText, lengthWithout, type Sign, sign } from "./_sign.ts";

export type BinarySign = Sign<"binary", { numbers: readonly number[]; width: number; isAddress: boolean }>;

const NUL = 0x00;
/** Keys that a terminal sends: Ctrl-C, Ctrl-D, backspace, Ctrl-Z, escape, delete. */
const KEYS = new Set([0x03, 0x04, 0x08, 0x1a, 0x1b, 0x7f]);
const isWhite = (byte: number) => byte >= 0x09 && byte <= 0x0d;
const isControl = (byte: number) => byte !== NUL && byte < 0x20 && !isWhite(byte) && !KEYS.has(byte);

/** A text in front is a string with something after it, or a record of texts. */
const TEXT_BYTES = 3;

/** Reads one piece that is no text in any encoding that a person writes. */
export function findBinary(bytes: Buffer): BinarySign | undefined {
  const body = bytes.subarray(0, lengthWithout(bytes, NUL));
  if (bytes.length < 4 || body.length === 0) return undefined;
  const start = bytes.findIndex((byte) => byte < 0x20 || byte >= 0x7f);
  if (isAddress(bytes) && !isText(body))
    return sign("binary", true, { numbers: [], width: 8, isAddress: true });
  if (start < 0 || start >= TEXT_BYTES) return undefined;
  const isZeros = body.includes(Buffer.alloc(3)) && start === body.indexOf(NUL);
  const controls = body.filter((byte) => isControl(byte)).length;
  if (controls === 0 && !isZeros) return undefined;
  const strange = strangeIn(body);
  if (strange < 2 && body.length > 2) return undefined;
  if (strange * 4 < body.length) return undefined;
  const numbers = inLikelierOrder(bytes, doublesIn);
  const small = numbers.length > 0 ? [] : inLikelierOrder(bytes, integersIn);
  const found = numbers.length > 0 ? numbers : small;
  const width = numbers.length > 0 ? 8 : 4;
  return sign("binary", found.length > 0, { numbers: found, width, isAddress: isAddress(bytes) });
}

/** Controls, NULs, and bytes that are no UTF-8. */
function strangeIn(bytes: Buffer): number {
  const text = bytes.toString("utf8");
  const broken = text.split("\uFFFD").length - 1;
  return broken + bytes.filter((byte) => byte === NUL || isControl(byte)).length;
}

type Order = "LE" | "BE";

/** Numbers in the order of bytes in which there are more of them; as memory has them, where both fit. */
function inLikelierOrder(bytes: Buffer, read: (bytes: Buffer, order: Order) => readonly number[]) {
  const little = read(bytes, "LE");
  const big = read(bytes, "BE");
  return big.length > little.length ? big : little;
}

/** Doubles of a few digits, one behind another: a struct has them at every eighth byte, other programs an operator between them. */
function doublesIn(bytes: Buffer, order: Order): readonly number[] {
  const isStruct = bytes.length % 8 === 0;
  const found: number[] = [];
  for (let at = 0; at + 8 <= bytes.length; ) {
    const value = order === "LE" ? bytes.readDoubleLE(at) : bytes.readDoubleBE(at);
    const isShort = Number(value.toPrecision(6)) === value;
    const isFound = isShort && Math.abs(value) >= 1e-4 && Math.abs(value) < 1e9;
    if (isFound) found.push(value);
    at += isFound || isStruct ? 8 : 1;
  }
  return found;
}

function integersIn(bytes: Buffer, order: Order): readonly number[] {
  if (bytes.length % 4 !== 0 || bytes.length > 64) return [];
  const found = Array.from({ length: bytes.length / 4 }, (_, at) =>
    order === "LE" ? bytes.readInt32LE(at * 4) : bytes.readInt32BE(at * 4),
  );
  return found.every((value) => Math.abs(value) < 1_000_000) ? found : [];
}

/** An address of a process: 48 bits, of the heap (55, 56), of the stack or a library (7f). */
function isAddress(bytes: Buffer): boolean {
  if (bytes.length !== 8 || bytes[6] !== NUL || bytes[7] !== NUL) return false;
  return [0x55, 0x56, 0x7e, 0x7f].includes(bytes[5] ?? 0);
}
