/** Sentences for the daemon's log of nodes that come and go. */
import type { ClusterNode, NodeChange } from "./cluster/nodes.ts";

interface Told {
  readonly level: "info" | "warn";
  readonly sentence: string;
}

/** This daemon, as the others see it. */
interface Own {
  readonly leaseMs: number;
  readonly version: string;
}

/** Undefined: nothing that an operator has to know. */
export function nodeChangeText(change: NodeChange, own: Own): Told | undefined {
  switch (change.kind) {
    case "joined":
      return (
        otherVersionText(change.node, own.version) ?? {
          level: "info",
          sentence: `${change.node.name} is a node of this lab now`,
        }
      );
    case "expelled":
      return {
        level: "warn",
        sentence:
          "this node's lease is over, as it was cut off for longer than that or the NATS server lost it: its peers in shared hubs are closed",
      };
    case "name-taken":
      return {
        level: "warn",
        sentence: `another daemon is called ${change.name} now, and is a node of this lab in the place of this one: shared rooms wait here; stop one of the two, and start it with another --node`,
      };
    case "left":
      return leftText(change, own.leaseMs);
    case "sure":
    case "owner":
      return undefined;
  }
}

/** Undefined: it has the same version. */
export function otherVersionText({ name, version }: ClusterNode, own: string): Told | undefined {
  if (version === own) return undefined;
  const sentence = `${name} is a node of this lab with netlabd ${version}, and this daemon has ${own}: start all of them with the same version, as one may drop what another says`;
  return { level: "warn", sentence };
}

function leftText(
  { node: { name, leaseMs = 0 }, hasSaidSo, isBack }: Extract<NodeChange, { kind: "left" }>,
  ownLeaseMs: number,
): Told {
  const unheardMs = Math.max(ownLeaseMs, leaseMs);
  if (hasSaidSo) return { level: "info", sentence: `${name} has left the lab` };
  const sentence = isBack
    ? `${name} begins again, after a restart or a time apart from the lab: its peers of before have left shared hubs`
    : `${name} was not heard for ${unheardMs / 1_000} s: it is taken for dead`;
  return { level: "warn", sentence };
}
