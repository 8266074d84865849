/**
 * Owners of the hubs: read from their keys, and written by compare-and-set. Of two that claim at once both may be told that they have it, as
 * an engine of several servers compares before it sets; so who claims looks again, once all that was under way has come - also where
 * another has it.
 */
import { type BusEntry, OutpacedError } from "./bus.ts";
import { type HubRecord, hubKey, hubRecordOf, nodeKey, nodeRecordOf, settledKey } from "./lease-records.ts";
import type { NodeTable, NodeTableParts } from "./node-table.ts";
import type { ClusterNode, HubOwner } from "./nodes.ts";

export interface HubClaimsParts extends Omit<NodeTableParts, "clock"> {
  readonly table: NodeTable;
}

/** Node that a hub is given to; undefined: to none. */
type Heir = Pick<ClusterNode, "name" | "incarnation"> | undefined;

export class HubClaims {
  readonly #parts: HubClaimsParts;
  readonly #known = new Map<string, HubRecord>();
  readonly #claims = new Map<string, Promise<HubOwner>>();
  /** Own hubs that are being given up, by the revision at which they were this node's: whether the engine has it yet is not known. */
  readonly #leaving = new Map<string, number>();
  readonly #releases = new Map<string, Promise<void>>();
  /** Own claims that another may have come after. */
  readonly #unsettled = new Set<string>();

  constructor(parts: HubClaimsParts) {
    this.#parts = parts;
  }

  ownerOf(hub: string): HubOwner | undefined {
    const record = this.#known.get(hub);
    if (!record || this.#leaving.has(hub)) return undefined;
    return this.#unsettled.has(hub) && this.#isOwn(record) ? undefined : ownerIn(record);
  }

  /** Hubs that this node has in its present incarnation. */
  get own(): string[] {
    const isOwn = ([hub, record]: [string, HubRecord]) => this.#isOwn(record) && !this.#leaving.has(hub);
    return [...this.#known].filter(isOwn).map(([hub]) => hub);
  }

  hear(hub: string, { value, revision }: BusEntry): void {
    const ownerBefore = this.ownerOf(hub);
    if (revision > (this.#leaving.get(hub) ?? 0)) this.#leaving.delete(hub);
    const before = this.#known.get(hub);
    const record = hubRecordOf(value);
    // Given by another, whose word may be one of several that were answered: looked at again, as an own claim is.
    const isGiven = record !== undefined && this.#isOwn(record) && record.epoch > (before?.epoch ?? 0);
    if (isGiven) this.#unsettled.add(hub);
    // The epoch of a hub whose key was deleted by hand still must not come again.
    if (record) this.#known.set(hub, record);
    else if (before) this.#known.set(hub, { ...before, owner: null });
    const owner = this.ownerOf(hub);
    if (owner?.epoch !== ownerBefore?.epoch || owner?.incarnation !== ownerBefore?.incarnation)
      this.#parts.changed({ kind: "owner", hub, owner });
    if (isGiven) this.claim(hub).catch(() => undefined);
  }

  claim(hub: string): Promise<HubOwner> {
    const pending = this.#claims.get(hub);
    if (pending) return pending;
    const claim = this.#claim(hub).finally(() => this.#claims.delete(hub));
    this.#claims.set(hub, claim);
    return claim;
  }

  release(hub: string, to: Heir): Promise<void> {
    const release = this.#release(hub, to).finally(() => {
      if (this.#releases.get(hub) === release) this.#releases.delete(hub);
    });
    this.#releases.set(hub, release);
    return release;
  }

  async #release(hub: string, to: Heir): Promise<void> {
    const entry = await this.#look(hub);
    const record = hubRecordOf(entry?.value);
    if (!(entry && record && this.#isOwn(record)) || this.#leaving.has(hub)) return;
    const next: HubRecord = to
      ? { owner: to.name, incarnation: to.incarnation, epoch: record.epoch + 1 }
      : { ...record, owner: null };
    // Given up before it is written: the next owner may be there before this node hears that it was.
    this.#leaving.set(hub, entry.revision);
    this.#parts.changed({ kind: "owner", hub, owner: undefined });
    await this.#write(hub, next, entry).catch(ignoreOutpaced);
  }

  async #claim(hub: string): Promise<HubOwner> {
    const { own, ownName } = this.#parts;
    for (;;) {
      await this.#releases.get(hub)?.catch(() => undefined);
      await own.whenSure();
      const { incarnation } = own;
      const entry = await this.#look(hub);
      // Not written after all, as far as the engine knows.
      if (entry && entry.revision === this.#leaving.get(hub)) this.#stay(hub);
      const record = hubRecordOf(entry?.value);
      const owner = record && ownerIn(record);
      const isUnsettled = record !== undefined && this.#isOwn(record) && this.#unsettled.has(hub);
      if (owner && !isUnsettled && (await this.#isThere(owner))) {
        // Another's claim that was just written may be one of several that were answered, and not the last.
        if (owner.node === ownName || (await this.#isLast(hub, entry?.value))) return owner;
        continue;
      }
      const epoch = Math.max(record?.epoch ?? 0, this.#known.get(hub)?.epoch ?? 0) + 1;
      // Another may have fenced this node meanwhile: what it writes now would be a dead one's.
      if (!own.isSure || own.incarnation !== incarnation) continue;
      this.#unsettled.add(hub);
      const next = isUnsettled ? record : { owner: ownName, incarnation, epoch };
      const isWritten = isUnsettled || (await this.#write(hub, next, entry).then(() => true, ignoreOutpaced));
      const isLast = isWritten && (await this.#isLast(hub, JSON.stringify(next)));
      this.#settle(hub);
      if (isLast && own.incarnation === incarnation) return { node: ownName, incarnation, epoch: next.epoch };
    }
  }

  /** Writes behind all that was compared before this value was there: once that is answered, nothing of it is to come. */
  async #isLast(hub: string, value: string | undefined): Promise<boolean> {
    await this.#parts.keys.settle(settledKey(this.#parts.ownName));
    const entry = await this.#look(hub);
    return entry?.value === value;
  }

  #settle(hub: string): void {
    const before = this.ownerOf(hub);
    this.#unsettled.delete(hub);
    const owner = this.ownerOf(hub);
    if (owner !== before && owner?.node === this.#parts.ownName)
      this.#parts.changed({ kind: "owner", hub, owner });
  }

  #stay(hub: string): void {
    this.#leaving.delete(hub);
    this.#parts.changed({ kind: "owner", hub, owner: this.ownerOf(hub) });
  }

  #isOwn({ owner, incarnation }: HubRecord): boolean {
    return owner === this.#parts.ownName && incarnation === this.#parts.own.incarnation;
  }

  /** By what is known, or by its key where that is news. */
  async #isThere({ node, incarnation }: HubOwner): Promise<boolean> {
    const { own, ownName, table, keys, hear } = this.#parts;
    if (node === ownName) return incarnation === own.incarnation;
    if (table.hasLive(node, incarnation)) return true;
    const entry = await keys.get(nodeKey(node));
    if (entry) hear(entry);
    const record = nodeRecordOf(entry?.value);
    return record?.incarnation === incarnation && record.by === undefined;
  }

  async #look(hub: string): Promise<BusEntry | undefined> {
    const entry = await this.#parts.keys.get(hubKey(hub));
    if (entry) this.#parts.hear(entry);
    return entry;
  }

  async #write(hub: string, record: HubRecord, before: BusEntry | undefined): Promise<void> {
    const { keys, hear } = this.#parts;
    const key = hubKey(hub);
    const value = JSON.stringify(record);
    const revision = before ? await keys.update(key, value, before.revision) : await keys.create(key, value);
    hear({ key, value, revision });
  }
}

function ignoreOutpaced(error: unknown): false {
  if (error instanceof OutpacedError) return false;
  throw error;
}

const ownerIn = ({ owner, incarnation, epoch }: HubRecord): HubOwner | undefined =>
  owner === null ? undefined : { node: owner, incarnation, epoch };
