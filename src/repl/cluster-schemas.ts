/** Schemas of the documents about the nodes of a lab, for `document-schemas.ts`. */
import * as z from "zod";

const count = z.number().int().min(0);

/** Present in each document of a command where the lab has several nodes. */
export const node = z.string().optional().describe("where the lab has several nodes: the node that answers");

export const labNode = z.object({
  node: z.string(),
  state: z.enum(["here", "running", "silent", "gone"]).describe("here: the node that was asked"),
  version: z.string(),
  pid: count,
  roles: count.nullable(),
  peers: count.nullable(),
  hubs: z.array(z.string()).describe("shared hubs that it owns"),
  latencyMs: z.number().nullable().describe("until it says over the bus that it has heard a question"),
  heardAt: z.iso.datetime(),
});

export const givenHub = z.object({
  node,
  hub: z.string(),
  to: z.string().nullable().describe("null: no other node is there"),
});
