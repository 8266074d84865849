/**
 * Lease of this node: entered under its name, renewed five times a lease by compare-and-set, lost to another that fences it.
 *
 * Time is the node's own: how long ago the last renewal that succeeded was sent. The clock of the day is asked too, as the steady one
 * stands while a machine sleeps.
 *
 * Long, because entering, renewing and losing a lease all turn on the same revision and incarnation.
 */
import { randomBytes } from "node:crypto";
import { NetlabError } from "../errors.ts";
import type { Clock } from "../machines/_world.ts";
import { type BusEntry, type BusKeys, OutpacedError } from "./bus.ts";
import { type NodeRecord, nodeKey, nodeRecordOf, settledKey } from "./lease-records.ts";
import { type LeaseIdentity, NameRival } from "./name-rival.ts";
import { steadyNow } from "./steady-clock.ts";

const RENEWALS_A_LEASE = 5;
/** Parts of a lease: an owner stops to be sure well before another may think it dead. Clocks may go wrong by the rest. */
const SURE_PART = 0.8;
const DEAD_PART = 0.9;
const FORGOTTEN_LEASES = 10;

export interface LeaseListener {
  renewed(entry: BusEntry): void;
  /** Lease lost; another is entered by itself. */
  expelled(before: string): void;
  /** Another that lives has the name, and this one waits until it is gone. Told once. */
  nameTaken(): void;
  sureChanged(isSure: boolean): void;
}

export interface OwnLeaseParts {
  readonly keys: BusKeys;
  readonly clock: Clock;
  readonly leaseMs: number;
  readonly identity: LeaseIdentity;
  /** Whether a process of this machine is there. */
  readonly isRunning: (pid: number) => boolean;
  readonly listener: LeaseListener;
}

interface Moment {
  readonly steady: number;
  readonly day: number;
}

export const newIncarnation = () => randomBytes(9).toString("base64url");

export class OwnLease {
  readonly #parts: OwnLeaseParts;
  readonly #key: string;
  #incarnation = newIncarnation();
  /** Incarnation before this one. */
  #former: string | undefined;
  #beat = 0;
  /** Undefined while it is not entered. */
  #revision: number | undefined;
  #sent: Moment | undefined;
  #heardAt: number;
  #steadySince = 0;
  #wasSure = false;
  #isOver = false;
  #isBusy = false;
  /** Told of it. */
  #isTaken = false;
  /** The last renewal was one that had been made before, as was found. */
  #isBehind = false;
  #renewal: unknown;
  #doubt: unknown;
  readonly #waiting = new Set<() => void>();
  readonly #rival: NameRival;

  constructor(parts: OwnLeaseParts) {
    this.#parts = parts;
    this.#key = nodeKey(parts.identity.name);
    this.#heardAt = parts.clock.now();
    this.#rival = new NameRival({ ...parts, deadAfterMs: (record) => this.deadAfterMsOf(record) });
  }

  get incarnation(): string {
    return this.#incarnation;
  }

  get isEntered(): boolean {
    return this.#revision !== undefined;
  }

  get heardAt(): number {
    return this.#heardAt;
  }

  get isSure(): boolean {
    const { clock, leaseMs } = this.#parts;
    if (this.#isOver || !this.isEntered || !this.#sent) return false;
    const ago = Math.max(steadyNow(clock) - this.#sent.steady, clock.now() - this.#sent.day);
    return ago < SURE_PART * leaseMs;
  }

  /** Since when renewals succeed without a break. A lease of another that was seen last before it is not judged by that. */
  get steadySince(): number {
    return this.#steadySince;
  }

  get steadyNow(): number {
    return steadyNow(this.#parts.clock);
  }

  /** Lease of another that is as long as this one is over so long after it was seen last. */
  get deadAfterMs(): number {
    return DEAD_PART * this.#parts.leaseMs;
  }

  /** Another is sure by its own lease, and this node knows by its own whether it could hear of it: the longer one counts. */
  deadAfterMsOf({ leaseMs = 0 }: NodeRecord): number {
    return Math.max(this.deadAfterMs, DEAD_PART * leaseMs);
  }

  /** Another that is gone is told of for so long. */
  get forgottenAfterMs(): number {
    return FORGOTTEN_LEASES * this.#parts.leaseMs;
  }

  /** The bus was away from this node, and may have been from the others too: they have a whole lease from now on. */
  reconnected(): void {
    this.#steadySince = this.steadyNow;
    if (this.isEntered) this.#renewLater(0);
  }

  /** Rejects where a daemon of this name is there, or the bus is not. Answers the revision. */
  async enter(): Promise<number> {
    for (;;) {
      const outcome = await this.#tryToEnter();
      if (this.#revision !== undefined) break;
      if (outcome === "renewed")
        throw new NetlabError("name-taken/of-node", { name: this.#parts.identity.name });
      await new Promise<void>((resolve) => {
        this.#parts.clock.setTimeout(resolve, this.#parts.leaseMs / (2 * RENEWALS_A_LEASE));
      });
    }
    this.#renewLater(this.isSure ? this.#parts.leaseMs / RENEWALS_A_LEASE : 0);
    return this.#revision;
  }

  /** Resolves once it is sure; rejects when it is over. */
  async whenSure(): Promise<void> {
    while (!this.isSure) {
      if (this.#isOver) throw new NetlabError("no-bus/away");
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  /** Own key, as the watch tells it or another looked at it. */
  heard(entry: BusEntry): void {
    if (this.#isOver || this.#revision === undefined) return;
    const record = nodeRecordOf(entry.value);
    const isOld = entry.revision <= this.#revision && record?.incarnation !== this.#incarnation;
    if (!isOld && !this.#isMine(record)) this.#expel();
  }

  /** No renewal any more; what is under way ends by itself. */
  end(): void {
    this.#isOver = true;
    this.#parts.clock.clearTimeout(this.#renewal);
    this.#parts.clock.clearTimeout(this.#doubt);
    this.#wake();
  }

  /** Takes it back, after `end`. */
  async giveUp(): Promise<void> {
    if (this.#revision === undefined) return;
    await this.#parts.keys.delete(this.#key, this.#revision).catch(async (error: unknown) => {
      if (!(error instanceof OutpacedError)) throw error;
      // The last renewal may have come through although its answer did not.
      const entry = await this.#parts.keys.get(this.#key);
      if (entry && this.#isMine(nodeRecordOf(entry.value)))
        await this.#parts.keys.delete(this.#key, entry.revision);
    });
  }

  #isMine(record: NodeRecord | undefined): boolean {
    const isOver = record?.by !== undefined || record?.doubtedBy !== undefined;
    return record?.incarnation === this.#incarnation && !isOver;
  }

  /** Own key, once nothing more can come of what was compared before what is written here now. */
  async #settled(): Promise<BusEntry | undefined> {
    const { keys, identity } = this.#parts;
    await keys.settle(settledKey(identity.name));
    return keys.get(this.#key);
  }

  #nextValue(): string {
    const { name: node, ...rest } = this.#parts.identity;
    this.#beat += 1;
    return JSON.stringify({
      node,
      incarnation: this.#incarnation,
      ...rest,
      leaseMs: this.#parts.leaseMs,
      beat: this.#beat,
    } satisfies NodeRecord);
  }

  get #moment(): Moment {
    return { steady: this.steadyNow, day: this.#parts.clock.now() };
  }

  #renewLater(ms: number): void {
    if (this.#isOver) return;
    const { clock } = this.#parts;
    clock.clearTimeout(this.#renewal);
    this.#renewal = clock.setTimeout(() => void this.#turn(), ms);
  }

  /** Of renewing, or of entering again. */
  async #turn(): Promise<void> {
    if (this.#isBusy || this.#isOver) return;
    this.#isBusy = true;
    const before = this.steadyNow;
    try {
      if (this.#revision === undefined) this.#tellTaken(await this.#tryToEnter());
      else await this.#renew(this.#revision);
    } catch {
      // The bus is away: it is asked again at the next turn, and nothing else follows from that.
    } finally {
      this.#isBusy = false;
    }
    // A renewal that took long says too little about now, and one that was found to have been made before says nothing.
    const every = this.#parts.leaseMs / RENEWALS_A_LEASE;
    if (this.#isBehind) this.#renewLater(0);
    else if (this.isEntered && !this.isSure) this.#renewLater(every / 10);
    else this.#renewLater(Math.max(0, every - (this.steadyNow - before)));
    this.#isBehind = false;
  }

  #tellTaken(outcome: "entered" | "waiting" | "renewed"): void {
    if (outcome === "renewed" && !this.#isTaken && !this.#isOver) {
      this.#isTaken = true;
      this.#parts.listener.nameTaken();
    }
    if (outcome === "entered") this.#isTaken = false;
  }

  async #renew(revision: number): Promise<void> {
    const sent = this.#moment;
    const incarnation = this.#incarnation;
    const value = this.#nextValue();
    try {
      const next = await this.#parts.keys.update(this.#key, value, revision);
      if (incarnation === this.#incarnation)
        await this.#renewed({ key: this.#key, value, revision: next }, sent);
    } catch (error) {
      if (!(error instanceof OutpacedError)) throw error;
      if (incarnation === this.#incarnation) await this.#outpaced(revision);
    }
  }

  /** While this node is sure, no other judges it; else one may have been answered as well, that fences it or takes its name: the last word holds. */
  async #renewed(entry: BusEntry, sent: Moment): Promise<void> {
    const incarnation = this.#incarnation;
    this.#revision = entry.revision;
    const last = this.isSure ? entry : await this.#settled();
    if (incarnation !== this.#incarnation) return;
    if (last?.value === entry.value) this.#succeeded(entry, sent);
    else this.#found(last, entry.revision);
  }

  /** Fenced; or a renewal came through whose answer did not. */
  async #outpaced(revision: number): Promise<void> {
    const incarnation = this.#incarnation;
    const entry = await this.#parts.keys.get(this.#key);
    if (incarnation === this.#incarnation) this.#found(entry, revision);
  }

  #found(entry: BusEntry | undefined, revision: number): void {
    if (this.#isOver) return;
    const record = nodeRecordOf(entry?.value);
    if (!entry || !this.#isMine(record)) {
      // An engine that has just started may answer with what it knew before.
      const isOld = entry && entry.revision <= revision && record?.incarnation !== this.#incarnation;
      return isOld ? undefined : this.#expel();
    }
    // A server that leads now may number the writes lower than the one before.
    this.#isBehind = entry.revision !== revision;
    this.#revision = entry.revision;
  }

  #succeeded(entry: BusEntry, sent: Moment): void {
    if (this.#isOver) return;
    // Before this renewal counts: whether there was a break. Who has asked has seen it, though no timer has told of it yet.
    if (!this.isSure) {
      this.#steadySince = this.steadyNow;
      this.#wasSure = false;
    }
    this.#revision = entry.revision;
    this.#sent = sent;
    this.#heardAt = this.#parts.clock.now();
    this.#parts.listener.renewed(entry);
    this.#tellSureness();
  }

  #tellSureness(): void {
    const { clock, leaseMs, listener } = this.#parts;
    clock.clearTimeout(this.#doubt);
    const { isSure } = this;
    if (isSure && this.#sent) {
      const left = SURE_PART * leaseMs - (this.steadyNow - this.#sent.steady);
      this.#doubt = clock.setTimeout(() => this.#tellSureness(), Math.max(1, left));
    }
    if (isSure === this.#wasSure) return;
    this.#wasSure = isSure;
    listener.sureChanged(isSure);
    if (isSure) this.#wake();
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  #expel(): void {
    const before = this.#incarnation;
    this.#former = before;
    this.#incarnation = newIncarnation();
    this.#revision = undefined;
    this.#sent = undefined;
    this.#tellSureness();
    this.#parts.listener.expelled(before);
    this.#renewLater(0);
  }

  /** `renewed`: by another of the same name, which is there then. */
  async #tryToEnter(): Promise<"entered" | "waiting" | "renewed"> {
    const { keys } = this.#parts;
    const sent = this.#moment;
    const entry = await keys.get(this.#key);
    const record = nodeRecordOf(entry?.value);
    // An answer was lost: it counts as of the next renewal.
    if (entry && this.#isMine(record)) return this.#entered(entry, undefined);
    const isThere = entry && record && record.by === undefined && record.incarnation !== this.#former;
    const rival = isThere ? this.#rival.judge(record, entry.revision) : "gone";
    if (rival !== "gone") return rival;
    const value = this.#nextValue();
    try {
      const revision = entry
        ? await keys.update(this.#key, value, entry.revision)
        : await keys.create(this.#key, value);
      return await this.#entered({ key: this.#key, value, revision }, sent);
    } catch (error) {
      if (!(error instanceof OutpacedError)) throw error;
      return "waiting";
    }
  }

  /** Of several that enter under one name at once, more than one may have been answered: the last has it. */
  async #entered(entry: BusEntry, sent: Moment | undefined): Promise<"entered" | "waiting"> {
    const last = await this.#settled();
    if (last?.value !== entry.value) return "waiting";
    this.#revision = last?.revision ?? entry.revision;
    if (sent) this.#succeeded(entry, sent);
    return "entered";
  }
}
