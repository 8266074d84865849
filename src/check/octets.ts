/** Bytes and texts as a report has them. */
import { isUtf8 } from "node:buffer";
import { printable } from "../printable.ts";
import type { Octets } from "./report.ts";

/** Longer ones are cut in a report: what is wrong shows at their beginning. */
const MAX_BYTES = 4_096;

export function octets(value: string | Uint8Array): Octets {
  const bytes = Buffer.from(value as string).subarray(0, MAX_BYTES);
  const isText = isUtf8(bytes);
  return { text: isText ? printable(bytes.toString("utf8")) : escaped(bytes), hex: bytes.toString("hex") };
}

/** Bytes that are no text, as a C programmer writes them. */
const escaped = (bytes: Buffer) =>
  [...bytes]
    .map((byte) =>
      byte < 0x80 ? printable(String.fromCharCode(byte)) : `\\x${byte.toString(16).padStart(2, "0")}`,
    )
    .join("");
