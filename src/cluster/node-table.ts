/** Other nodes of the lab: seen, joined, left, and fenced by this one where their leases are over. */
import type { Clock } from "../machines/_world.ts";
import { type BusEntry, type BusKeys, OutpacedError } from "./bus.ts";
import { type NodeRecord, nodeKey, nodeRecordOf, settledKey } from "./lease-records.ts";
import type { ClusterNode, NodeChange } from "./nodes.ts";
import type { OwnLease } from "./own-lease.ts";

interface Known {
  readonly record: NodeRecord;
  readonly revision: number;
  /** By the steady clock of this node. */
  readonly seenAt: number;
  readonly heardAt: number;
  readonly isGone: boolean;
  /** By the steady clock of this node, where it is gone. */
  readonly goneAt: number;
  /** The engine has its key still: it was fenced, and did not take it back. */
  readonly hasKey: boolean;
}

export interface NodeTableParts {
  readonly own: OwnLease;
  readonly ownName: string;
  readonly keys: BusKeys;
  readonly clock: Clock;
  /** Passes on what was written or looked at. */
  readonly hear: (entry: BusEntry) => void;
  readonly changed: (change: NodeChange) => void;
}

export class NodeTable {
  readonly #parts: NodeTableParts;
  readonly #known = new Map<string, Known>();
  readonly #fencing = new Set<string>();
  #timer: unknown;
  #isOver = false;

  constructor(parts: NodeTableParts) {
    this.#parts = parts;
  }

  list(): ClusterNode[] {
    return [...this.#known.values()].map(nodeOf);
  }

  /** Whether just this incarnation is there, as far as this node can tell. */
  hasLive(name: string, incarnation: string): boolean {
    const known = this.#known.get(name);
    return known !== undefined && !known.isGone && known.record.incarnation === incarnation;
  }

  hear(name: string, { value, revision }: BusEntry): void {
    const before = this.#known.get(name);
    const record = nodeRecordOf(value);
    if (!record) return before && this.#hearNone(name, before, revision, value !== undefined);
    // A doubt is another's word, and no end yet.
    if (
      record.doubtedBy !== undefined &&
      record.by === undefined &&
      before &&
      isSameLife(before.record, record)
    )
      return void this.#known.set(name, { ...before, revision });
    const now: Known = {
      record,
      revision,
      seenAt: this.#parts.own.steadyNow,
      heardAt: this.#parts.clock.now(),
      isGone: record.by !== undefined,
      goneAt: before?.isGone ? before.goneAt : this.#parts.own.steadyNow,
      hasKey: true,
    };
    if (before && (before.record.incarnation !== record.incarnation || now.isGone))
      this.#leave(name, before, revision, { isBack: !now.isGone });
    // A fence is no word of the node that it is put before.
    const heard = now.isGone ? { seenAt: before?.seenAt ?? 0, heardAt: before?.heardAt ?? now.heardAt } : {};
    this.#known.set(name, { ...now, ...heard });
    const isNew = !before || before.isGone || before.record.incarnation !== record.incarnation;
    if (!now.isGone && isNew) this.#parts.changed({ kind: "joined", node: nodeOf(now) });
    this.judgeLater();
  }

  /** When the first lease could be over; asked again then, as it was renewed meanwhile most times. */
  judgeLater(): void {
    const { clock, own } = this.#parts;
    if (this.#isOver || this.#timer !== undefined) return;
    const dues = [...this.#known.values()].map((known) => this.#dueAt(known));
    if (dues.length === 0) return;
    // Nothing that is heard from now on is due before that.
    const [least, most] = [own.deadAfterMs / 50, own.deadAfterMs];
    this.#timer = clock.setTimeout(
      () => {
        this.#timer = undefined;
        this.#judge();
        this.judgeLater();
      },
      Math.min(most, Math.max(least, Math.min(...dues) - own.steadyNow)),
    );
  }

  end(): void {
    this.#isOver = true;
    this.#parts.clock.clearTimeout(this.#timer);
  }

  /** End of its lease; of one that is gone, end of the time for which it is told. */
  #dueAt({ record, seenAt, isGone, goneAt }: Known): number {
    const { own } = this.#parts;
    if (isGone) return goneAt + own.forgottenAfterMs;
    return Math.max(seenAt, own.steadySince) + own.deadAfterMsOf(record);
  }

  /** Only by a node that is sure of itself: where the bus is away from this node, the others may be well. */
  #judge(): void {
    const { own } = this.#parts;
    if (!own.isSure) return;
    for (const [name, known] of this.#known) {
      if (this.#dueAt(known) > own.steadyNow) continue;
      if (known.isGone) void this.#forget(name, known);
      else void this.#fence(name, known);
    }
  }

  /** Deletes its key too: a node that wakes after all finds itself expelled. */
  async #forget(name: string, { hasKey, revision }: Known): Promise<void> {
    this.#known.delete(name);
    // A watch tells of a node whose key another has written meanwhile, or that is still there as the bus was away.
    if (hasKey) await this.#parts.keys.delete(nodeKey(name), revision).catch(() => undefined);
  }

  /** Makes its next renewal fail: from then on it cannot be sure any more, and knows. */
  async #fence(name: string, known: Known): Promise<void> {
    const { record, revision } = known;
    if (this.#fencing.has(name)) return;
    this.#fencing.add(name);
    const { keys, ownName, hear } = this.#parts;
    const key = nodeKey(name);
    const value = JSON.stringify({ ...record, by: ownName } satisfies NodeRecord);
    try {
      const last = await this.#lastOf(name, known);
      const doubted = last === undefined ? undefined : await this.#doubt(name, record, last);
      if (doubted === undefined) return;
      hear({ key, value, revision: await keys.update(key, value, doubted) });
    } catch (error) {
      if (error instanceof OutpacedError) await this.#lookAgain(name, revision);
    } finally {
      this.#fencing.delete(name);
    }
  }

  /**
   * Servers that compare before they set may answer a renewal and a fence at one revision, and keep the renewal: others would have heard the
   * fence, and the node would not. So a doubt that changes nothing yet goes before; the fence follows where no renewal came behind the doubt.
   */
  async #doubt(name: string, record: NodeRecord, last: number): Promise<number | undefined> {
    const { keys, ownName, hear } = this.#parts;
    const key = nodeKey(name);
    const value = JSON.stringify({ ...record, doubtedBy: ownName } satisfies NodeRecord);
    await keys.update(key, value, last);
    await keys.settle(settledKey(ownName));
    const entry = await keys.get(key);
    if (entry && entry.value !== value) hear(entry);
    return entry?.value === value ? entry.revision : undefined;
  }

  /**
   * Revision of the node's last word, where the engine answers at once and knows no more of it: one that was stopped for a while has not yet
   * taken what the node had said to it, and may take the fence first. The word may have another revision than the watch told.
   */
  async #lastOf(name: string, { record, revision }: Known): Promise<number | undefined> {
    const { own, keys, hear } = this.#parts;
    const key = nodeKey(name);
    const askedAt = own.steadyNow;
    const entry = await keys.get(key);
    if (this.#isOver) return undefined;
    if (entry) hear(entry);
    // An absence has no revision of its own, so it is not heard as a change of the key.
    if (!entry) this.hear(name, { key, value: undefined, revision });
    const isQuick = own.steadyNow - askedAt < own.deadAfterMs / 20;
    const isSame = this.#known.get(name)?.record === record && isWordOf(entry, record, revision);
    return isQuick && own.isSure && isSame ? entry?.revision : undefined;
  }

  /** Finds it alive after all, or fenced by a faster node, or gone by its word: the watch did not tell. */
  async #lookAgain(name: string, revision: number): Promise<void> {
    const key = nodeKey(name);
    const entry = await this.#parts.keys.get(key).catch(() => null);
    if (entry === null || this.#isOver) return;
    if (entry) this.#parts.hear(entry);
    // An absence has no revision of its own, so it is not heard as a change of the key.
    else this.hear(name, { key, value: undefined, revision });
  }

  #hearNone(name: string, before: Known, revision: number, hasKey: boolean): void {
    if (before.isGone) this.#known.set(name, { ...before, revision, hasKey });
    else this.#leave(name, { ...before, hasKey }, revision, { hasSaidSo: !hasKey });
    this.judgeLater();
  }

  #leave(name: string, before: Known, revision: number, { hasSaidSo = false, isBack = false }): void {
    if (before.isGone) return;
    const gone = { ...before, revision, isGone: true, goneAt: this.#parts.own.steadyNow };
    this.#known.set(name, gone);
    this.#parts.changed({ kind: "left", node: nodeOf(gone), hasSaidSo, isBack });
  }
}

const isSameLife = (one: NodeRecord, other: NodeRecord) => one.incarnation === other.incarnation;

/** By what it says, or by its revision where that says too little. */
function isWordOf(entry: BusEntry | undefined, { incarnation, beat }: NodeRecord, revision: number): boolean {
  const word = nodeRecordOf(entry?.value);
  if (word?.incarnation !== incarnation || word.by !== undefined) return false;
  // A doubt may stand over a renewal that was heard, and that none can follow.
  if (word.doubtedBy !== undefined) return true;
  return word.beat === undefined || beat === undefined ? entry?.revision === revision : word.beat === beat;
}

function nodeOf({ record, heardAt, isGone }: Known): ClusterNode {
  const { node: name, incarnation, version, pid, leaseMs } = record;
  return { name, incarnation, version, pid, leaseMs, isAlive: !isGone, heardAt };
}
