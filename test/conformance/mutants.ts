/**
 * Right peers and their mutants: each is one mistake, and fails exactly the cases that are about it.
 *
 * `mutants/*.yaml`: `name`; `of`, the right peer that it is made of; `in`, the file in which the mistake is made, where that is one which
 * peers share; `find`, a text that stands there once, and `replace`; `kills`, the cases that it fails, and no other; `why`, where a MUST
 * among them is failed by no mutant alone. `of: "*-server"` is a mistake in what all servers share: one mutant for each that has one of these
 * cases, and `but` has those of a peer of which other cases fail, or none.
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import type { WholeCase } from "../../src/check/case.ts";
import { type Checkable, checkableOf } from "../../src/check/checkable.ts";
import type { Side } from "../../src/check/report.ts";
import { rightPeers } from "./right-peers.ts";

interface Written {
  readonly name: string;
  readonly of: string;
  readonly in?: string;
  readonly find: string;
  readonly replace: string;
  readonly kills: readonly string[];
  readonly but?: Readonly<Record<string, readonly string[]>>;
  readonly why?: string;
}

/** As it is written, of one peer. */
export interface Mutant extends Omit<Written, "but"> {
  /** A mistake in what all servers, or clients, share. */
  readonly isShared: boolean;
}

/** `chat-server`, of every role and side. */
export const peers = readdirSync(rightPeers)
  .filter((name) => /-(?:server|client)\.py$/.test(name))
  .map((name) => name.slice(0, -".py".length));

export const partsOf = (peer: string): { role: string; side: Side } => {
  const at = peer.lastIndexOf("-");
  return { role: peer.slice(0, at), side: peer.slice(at + 1) as Side };
};

const found = new Map<string, Promise<Checkable>>();

export function subjectOf(role: string): Promise<Checkable> {
  const known = found.get(role) ?? checkableOf(role);
  found.set(role, known);
  return known;
}

/** Cases of a peer's role and side, in their order. */
export async function casesFor(peer: string): Promise<readonly WholeCase[]> {
  const { role, side } = partsOf(peer);
  return (await subjectOf(role)).cases.filter((one) => one.side === side);
}

/** Their ids, by peer. */
export const known: ReadonlyMap<string, readonly string[]> = new Map(
  await Promise.all(peers.map(async (peer) => [peer, (await casesFor(peer)).map(({ id }) => id)] as const)),
);

export const mutants: readonly Mutant[] = readdirSync(path.join(import.meta.dirname, "mutants"))
  .filter((name) => name.endsWith(".yaml"))
  .flatMap(
    (name) => parse(readFileSync(path.join(import.meta.dirname, "mutants", name), "utf8")) as Written[],
  )
  .flatMap(ofPeers);

function ofPeers({ but = {}, ...mutant }: Written): Mutant[] {
  if (!mutant.of.startsWith("*")) return [{ ...mutant, isShared: false }];
  return peers
    .filter((peer) => peer.endsWith(mutant.of.slice(1)))
    .map((of) => ({ ...mutant, of, isShared: true, kills: but[of] ?? shared(mutant.kills, of) }))
    .filter(({ kills }) => kills.length > 0);
}

function shared(kills: readonly string[], peer: string): readonly string[] {
  return kills.filter((id) => known.get(peer)?.includes(id) ?? false);
}

export const fileOf = ({ of, in: among }: Pick<Mutant, "of" | "in">) => `${among ?? of}.py`;
const textOf = (mutant: Mutant) => readFileSync(path.join(rightPeers, fileOf(mutant)), "utf8");

/** How often the text of its mistake stands there: once, or it is none. */
export const timesFound = (mutant: Mutant): number => textOf(mutant).split(mutant.find).length - 1;

/** Text of its file, with its mistake. */
export function mutated(mutant: Mutant): string {
  if (timesFound(mutant) !== 1)
    throw new Error(`${mutant.name}: its text stands ${timesFound(mutant)} times`);
  return textOf(mutant).split(mutant.find).join(mutant.replace);
}
