/** Subjects of the bus on which nodes ask each other, and bytes on it. */
import type { Subject } from "../cluster/bus.ts";
import { harmlessJson } from "../printable.ts";

export const controlSubject = (labName: string, node: string): Subject => `nl.${labName}.ctl.${node}`;

/** Message as a line of the control protocol. */
export const encoded = (message: Readonly<Record<string, unknown>>): Uint8Array =>
  Buffer.from(`${harmlessJson(message)}\n`);

/** Parts that the bus takes, in order. */
export function pieces(bytes: Uint8Array, mostBytes: number): Uint8Array[] {
  if (bytes.length <= mostBytes) return [bytes];
  const count = Math.ceil(bytes.length / mostBytes);
  return Array.from({ length: count }, (_, index) =>
    bytes.subarray(index * mostBytes, (index + 1) * mostBytes),
  );
}
