/** Copies of another process's machines, in the form in which a snapshot is read. */
import { deserialize } from "node:v8";
import type { SnapshotCopy } from "./sides.ts";

export interface SnapshotView {
  readonly value: unknown;
  readonly status: string;
  readonly context: unknown;
  /** As XState keeps it: the events that the present state takes are read from it. */
  readonly _nodes: readonly { readonly ownEvents: readonly string[] }[];
}

export function snapshotsIn(bytes: Uint8Array): Map<string, SnapshotView> {
  const copies = deserialize(bytes) as SnapshotCopy[];
  return new Map(
    copies.map(({ id, value, status, context, events }) => [
      id,
      { value, status, context, _nodes: [{ ownEvents: events }] },
    ]),
  );
}
