/** Parts of a drawing that other nodes tell: the connections that selectors name there, as each node has recorded them. */

import type { SequenceDocument } from "../charts/sequence-document.ts";
import { joinedSequence, type NodeSequence, sequenceFrom } from "../charts/sequence-joined.ts";
import type { Sequence } from "../charts/sequence-steps.ts";
import { type ErrorCode, NetlabError } from "../errors.ts";
import { parsePeerTerm } from "../ids.ts";
import type { ClusterView } from "../lab/cluster-view.ts";
import type { Call } from "./command.ts";

export interface SequenceAcross {
  readonly sequence: Sequence;
  /** Connections that nodes have left out. */
  readonly left: number;
}

/** Selectors by their nodes, those without one at this. Undefined where all of them are here. */
export function termsByNode(
  cluster: Pick<ClusterView, "own"> | undefined,
  terms: readonly string[],
): Map<string, string[]> | undefined {
  if (!cluster) return undefined;
  const groups = new Map<string, string[]>();
  for (const term of terms) {
    const [, rest = term, node = cluster.own] = /^(.*)@([\w-]+)$/.exec(term === "@last" ? "" : term) ?? [];
    const kept = parsePeerTerm(term) === undefined ? rest : term;
    groups.set(node, [...(groups.get(node) ?? []), ...(kept === "" ? [] : [kept])]);
  }
  return groups.size > 1 ? groups : undefined;
}

interface Question {
  readonly most: number;
  readonly showTokens: boolean;
  /** Part of this node. */
  readonly atHome: (terms: readonly string[]) => Promise<Sequence>;
}

/** Rejects where a node does not answer, or has no such connection. */
export async function sequenceAcross(
  call: Pick<Call, "level" | "signal"> & { readonly cluster: ClusterView },
  groups: ReadonlyMap<string, readonly string[]>,
  { most, showTokens, atHome }: Question,
): Promise<SequenceAcross> {
  let left = 0;
  const parts = await Promise.all(
    [...groups].map(async ([node, terms]): Promise<NodeSequence> => {
      if (node === call.cluster.own) return { node, sequence: await atHome(terms) };
      const told = await askNode(call, node, ["seq", ...terms, "--n", `${most}`, "--json"], showTokens);
      left += told.connectionsLeftOut;
      return { node, sequence: sequenceFrom(told) };
    }),
  );
  return { sequence: joinedSequence(parts, most), left };
}

/** Errors whose sentence names the node. */
const NAMING: ReadonlySet<string> = new Set(["node-refuses"] satisfies ErrorCode[]);

type Told = SequenceDocument & { readonly connectionsLeftOut: number };

async function askNode(
  { cluster, level, signal }: Pick<Call, "level" | "signal"> & { readonly cluster: ClusterView },
  node: string,
  argv: readonly string[],
  showTokens: boolean,
): Promise<Told> {
  let told: Told | undefined;
  let refusal = new NetlabError("node-away/answer-lost", { node });
  const answers = {
    data: (document: unknown) => {
      told = document as Told;
    },
    err: (text: string, code = "node-away") => {
      refusal = NetlabError.worded(code as ErrorCode, NAMING.has(code) ? text : `${node}: ${text}`);
    },
  };
  const words = showTokens ? [...argv, "--show-tokens"] : argv;
  await cluster.ask(node, { argv: words, level }, answers, signal);
  if (!told) throw refusal;
  return told;
}
