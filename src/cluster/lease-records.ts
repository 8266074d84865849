/**
 * Values under the keys of a lab: `node.<name>` is a daemon's lease, `hub.<id>` says which of them owns a hub. `settled.<name>` has none: it is
 * written so that all that was written before is there.
 */
import { z } from "zod";

const nodeRecord = z.object({
  node: z.string(),
  incarnation: z.string(),
  pid: z.number(),
  version: z.string(),
  /** Machine, so that another daemon on it can see whether the process is still there. */
  host: z.string(),
  /** Renewals of this incarnation, counted by the node itself: servers that are copies of each other may number a write differently. */
  beat: z.number().optional(),
  /** Length of the lease in milliseconds. A node of an older version does not say, and is taken to have the others'. */
  leaseMs: z.number().positive().optional(),
  /** Node that is about to fence it: no renewal of it fits any more, and one that was compared before this was written is told by its beat. */
  doubtedBy: z.string().optional(),
  /** Node that fenced it: the lease is over, for good. */
  by: z.string().optional(),
});
export type NodeRecord = z.output<typeof nodeRecord>;

const hubRecord = z.object({
  /** Null: no node; the epoch is kept for the next. */
  owner: z.string().nullable(),
  incarnation: z.string(),
  epoch: z.number(),
});
export type HubRecord = z.output<typeof hubRecord>;

export const nodeKey = (name: string) => `node.${name}`;
export const settledKey = (name: string) => `settled.${name}`;

/** Name of a node, in `c17@n2` too. */
export const NODE_NAME = /^[\w-]{1,32}$/;

const PLAIN = /^[\w-]+$/;
/** Dots of a hub's name would be those of a subject. */
export const hubKey = (hub: string) =>
  `hub.${PLAIN.test(hub) ? hub : `=${Buffer.from(hub).toString("base64url")}`}`;

export type KeyMeaning = { readonly kind: "node" | "hub"; readonly name: string };

/** Undefined where a key is none of ours. */
export function meaningOf(key: string): KeyMeaning | undefined {
  const [kind, name = "", more] = key.split(".");
  if (more !== undefined || name === "") return undefined;
  if (kind === "node") return { kind, name };
  if (kind !== "hub") return undefined;
  return { kind, name: name.startsWith("=") ? Buffer.from(name.slice(1), "base64url").toString() : name };
}

export const nodeRecordOf = (value: string | undefined) => parsed(nodeRecord, value);
export const hubRecordOf = (value: string | undefined) => parsed(hubRecord, value);

/**
 * Whether one word under a key came after another, as the words themselves tell; undefined: they do not. Of one renewal, or of one epoch, the
 * word that ends it is the later one.
 */
export function isLater(word: string | undefined, other: string | undefined): boolean | undefined {
  if (word === other) return word === undefined ? undefined : false;
  const [node, otherNode] = [nodeRecordOf(word), nodeRecordOf(other)];
  if (node && otherNode)
    return node.incarnation === otherNode.incarnation ? isLaterBeat(node, otherNode) : undefined;
  const [hub, otherHub] = [hubRecordOf(word), hubRecordOf(other)];
  if (!hub || !otherHub) return undefined;
  if (hub.epoch !== otherHub.epoch) return hub.epoch > otherHub.epoch;
  return hub.owner !== null && otherHub.owner !== null ? undefined : hub.owner === null;
}

function isLaterBeat(node: NodeRecord, other: NodeRecord): boolean | undefined {
  if (node.beat === undefined || other.beat === undefined) return undefined;
  const isLaterOne = node.beat > other.beat;
  if (node.by === other.by) return isLaterOne;
  // A renewal that its fence has overtaken on the way is told apart by the revisions alone.
  const isFence = other.by === undefined;
  return node.beat === other.beat || isLaterOne === isFence ? isFence : undefined;
}

/** Undefined where there is none, or it is not ours: another program may write there too. */
function parsed<Schema extends z.ZodType>(
  schema: Schema,
  value: string | undefined,
): z.output<Schema> | undefined {
  if (value === undefined) return undefined;
  try {
    return schema.safeParse(JSON.parse(value)).data;
  } catch {
    return undefined;
  }
}
