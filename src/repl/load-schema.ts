/** Schema of a daemon's load, as `top` tells it; other nodes' loads are read by it. */
import * as z from "zod";
import { node } from "./cluster-schemas.ts";

const count = z.number().int().min(0);
const bytes = z.number().int().min(0);
const time = z.iso.datetime().describe("RFC 3339");

export const load = z.object({
  node,
  at: time,
  measuredMs: z.number().nullable(),
  roles: z.array(
    z.object({
      id: z.string(),
      label: z.string().nullable(),
      state: z.string(),
      peers: count,
      bytesInPerSecond: z.number(),
      bytesOutPerSecond: z.number(),
      openedPerSecond: z.number(),
      restarts: count,
    }),
  ),
  connections: count,
  bytesInPerSecond: z.number(),
  bytesOutPerSecond: z.number(),
  openedPerSecond: z.number(),
  loopDelayMs: z.object({ median: z.number(), p99: z.number(), max: z.number() }),
  residentBytes: bytes,
  heapBytes: bytes,
  recordedBytes: bytes,
});
