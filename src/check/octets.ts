/** Bytes and texts as a report has them. */
import { printable } from "../printable.ts";
import type { Octets } from "./report.ts";

/** Longer ones are cut in a report: what is wrong shows at their beginning. */
const MAX_BYTES = 4_096;

export function octets(value: string | Uint8Array): Octets {
  const bytes = Buffer.from(value as string).subarray(0, MAX_BYTES);
  return { text: printable(bytes.toString("utf8")), hex: bytes.toString("hex") };
}
