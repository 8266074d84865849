/** Which node a command is for, where a selector in it says so: `c17@node2`, `chat@node2`, `state=failed@node2`, `@node2` for all of it. */
import { nearest } from "../catalogue/instance-options.ts";
import { NetlabError } from "../errors.ts";
import { parsePeerTerm } from "../ids.ts";
import type { ClusterView } from "../lab/cluster-view.ts";
import type { Lab } from "../lab/lab.ts";
import type { Command, Completes } from "./command.ts";
import type { Flag } from "./option-flags.ts";

export const SELECTS: readonly Completes[] = [
  "instance",
  "connection",
  "story",
  "selector",
  "chart",
  "node",
  "registry",
];

export interface Aim {
  /** Undefined: no selector says. */
  readonly node: string | undefined;
  /** The words without it; a peer's id keeps it, as a part of the id. */
  readonly words: readonly string[];
  /** The selectors among them. */
  readonly terms: readonly string[];
}

/** Throws where this daemon is no node. */
export function clusterOf(lab: Pick<Lab, "cluster">): ClusterView {
  if (!lab.cluster) throw new NetlabError("no-such-node/alone");
  return lab.cluster;
}

/** Throws where the node is none of the lab, and where two are named - save by a command that joins what nodes tell: its words stay whole. */
export function aimOf(
  command: Command,
  flags: readonly Flag[],
  words: readonly string[],
  cluster: Pick<ClusterView, "nodes" | "own">,
): Aim {
  const selectors = selectorsIn(command, flags, words);
  const names = cluster.nodes().map(({ name }) => name);
  const terms = words.filter((_, index) => selectors.has(index));
  const aims = words.map((word, index) => {
    const kind = selectors.get(index);
    return kind && termAt(kind === "node" ? `@${word}` : word, names);
  });
  const [first, second] = differing(aims);
  if (first === undefined) return { node: undefined, words, terms };
  if (second === undefined && !isPartlyHere(command, aims, terms))
    return { node: aims[first]?.node, words: words.flatMap((word, at) => restOf(word, aims[at])), terms };
  if (command.joinsNodes) return { node: cluster.own, words, terms };
  throw new NetlabError("usage/two-nodes", { first: words[first] ?? "", second: words[second ?? 0] ?? "" });
}

type TermAt = ReturnType<typeof termAt>;

/** Places of the first word that names a node, and of the first that names another. */
function differing(aims: readonly TermAt[]): [number | undefined, number | undefined] {
  const first = aims.findIndex((aim) => aim !== undefined);
  if (first < 0) return [undefined, undefined];
  const second = aims.findIndex((aim) => aim !== undefined && aim.node !== aims[first]?.node);
  return [first, second < 0 ? undefined : second];
}

/** Beside those of a node, selectors of this one, for a command that may have both. */
const isPartlyHere = ({ joinsNodes }: Command, aims: readonly TermAt[], terms: readonly string[]) =>
  joinsNodes === true && aims.filter((aim) => aim !== undefined).length < terms.length;

const restOf = (word: string, aim: TermAt): string[] => {
  if (!aim) return [word];
  return aim.rest === "" ? [] : [aim.rest];
};

/** Indices of the words that select: not options, nor their values, nor a text that is passed on. */
function selectorsIn(
  command: Command,
  flags: readonly Flag[],
  words: readonly string[],
): Map<number, Completes> {
  const takesValue = new Set(flags.filter(({ kind }) => kind !== "boolean").map(({ long }) => long));
  const { args = [], takesRestOfLine } = command;
  const found = new Map<number, Completes>();
  let position = 0;
  for (const [index, word] of words.entries()) {
    if (word.startsWith("-") || takesValue.has(words[index - 1] ?? "")) continue;
    const last = args.at(-1);
    const argument = args[position] ?? (last?.isVariadic && !takesRestOfLine ? last : undefined);
    if (argument?.completes && SELECTS.includes(argument.completes)) found.set(index, argument.completes);
    position += 1;
  }
  return found;
}

function termAt(word: string, names: readonly string[]) {
  const [, rest = "", node = ""] = /^(.*)@([\w-]+)$/.exec(word) ?? [];
  if (node === "" || word === "@last") return undefined;
  const isPeer = parsePeerTerm(word) !== undefined;
  if (names.includes(node)) return { node, rest: isPeer ? word : rest };
  // No role's name has an @; the value that a field is compared with may.
  if (rest.includes("=")) return undefined;
  throw unknownNode(node, names);
}

function unknownNode(node: string, names: readonly string[]): NetlabError {
  const near = nearest(node, names);
  const hint = near ? `did you mean ${near}?` : `there are ${names.join(", ")}`;
  return new NetlabError("no-such-node/unknown", { node, hint });
}
