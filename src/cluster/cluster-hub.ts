/**
 * A hub at this node, whichever node owns it: it is hosted here, or this node is a guest of another's, or it waits until that is known.
 * The highest epoch is followed, from whichever side it is heard.
 *
 * Long, because each change of owner moves what waits from one of them to the other.
 */
import { HubCall } from "../actors/hub-call.ts";
import { proxyOf } from "../actors/hub-proxy.ts";
import type { HubFace } from "../actors/hubs.ts";
import type { HubMember } from "../machines/_role.ts";
import type { BusMessage } from "./bus.ts";
import { CallLoad, callerOf } from "./call-load.ts";
import { Gathering, handedHeritage, heritageOf } from "./gathering.ts";
import { handOver } from "./handing-over.ts";
import { HereParts, type Heritage } from "./heritage.ts";
import { HubGuest } from "./hub-guest.ts";
import { HubHost } from "./hub-host.ts";
import { readHere, readOut } from "./hub-messages.ts";
import type { HubParts } from "./hub-parts.ts";
import type { Seat } from "./hub-seats.ts";
import { isVisitOf, nodeOfPeer, visitOf } from "./hub-subjects.ts";
import type { HereAnswer, Taken } from "./hub-wire.ts";
import { MemberCopy } from "./member-copy.ts";
import type { ClusterNode, HubOwner, NodeChange } from "./nodes.ts";
import { lostCall } from "./said-calls.ts";

export class ClusterHub {
  readonly key: string;
  readonly #parts: HubParts;
  readonly #copy = new MemberCopy();
  readonly #load: CallLoad;
  readonly #hereParts = new HereParts();
  readonly #stopWatching: () => void;
  readonly #onClosed: () => void;
  readonly #proxy = proxyOf((name, args) => this.#call(name, args));
  #epoch = 0;
  #host: HubHost | undefined;
  #guest: HubGuest | undefined;
  #gathering: Gathering | undefined;
  /** Calls that neither the host nor the guest has: there is none, or it takes none now. */
  #waiting: HubCall[] = [];
  /** The hub was promised to this node, in this epoch. */
  #promise: { readonly epoch: number; readonly taken: Readonly<Record<string, Taken>> } | undefined;
  #cuts = 0;
  #isClaiming = false;
  /** Way to another node, and to which. */
  #giving: Promise<string | undefined> | undefined;
  #isClosed = false;

  constructor(key: string, parts: HubParts, onClosed: () => void) {
    this.key = key;
    this.#parts = parts;
    this.#onClosed = onClosed;
    this.#load = new CallLoad((id, isBusy) => parts.seats.busy(id, isBusy));
    this.#stopWatching = parts.nodes.watch((change) => this.#onChange(change));
  }

  get isHosted(): boolean {
    return this.#host !== undefined;
  }

  /** As an instance of this node sees it. */
  open(seat: Seat): HubFace {
    this.#parts.seats.take(seat);
    this.look();
    const hub = this;
    const { say } = seat.definition;
    return {
      proxy: this.#proxy,
      get members() {
        return hub.members;
      },
      say: say && ((text, options) => say(this.#proxy, text, options)),
      forget: (id) => this.#forget(seat, id),
      close: () => {
        if (this.#parts.seats.give(seat) && this.#parts.seats.isEmpty) void this.#leave();
      },
    };
  }

  get members(): readonly HubMember[] {
    return this.#host?.members ?? this.#copy.all;
  }

  get #visit(): string {
    return visitOf(this.#parts.nodes.own.incarnation, this.#cuts);
  }

  // -- calls ------------------------------------------------------------------------------------------------------------

  #call(name: string, args: readonly unknown[]): Promise<unknown> {
    if (this.#host?.isOpen && this.#host.isWhole && this.#waiting.length === 0)
      return this.#host.call(name, args);
    const call = new HubCall(name, args);
    this.#load.said(call);
    if (this.#guest) this.#guest.say(call);
    else this.#waiting.push(call);
    this.#passOn();
    return call;
  }

  #forget({ definition, watch }: Seat, id: string): void {
    this.#copy.forget(id);
    try {
      if (this.#host?.isOpen && this.#waiting.length === 0) this.#host.forget(id);
      else definition.forget?.(this.#proxy, id);
    } catch (error) {
      watch.onCrash(error, []);
    }
  }

  /** Hands what has waited to the host or the guest that takes it now. */
  #passOn(): void {
    if (this.#waiting.length === 0 || !(this.#guest || this.#host?.isOpen)) return;
    for (const call of this.#waiting.splice(0)) {
      if (this.#guest) this.#guest.say(call);
      else if (this.#host?.isOutside(call)) this.#waiting.push(call);
      else {
        this.#load.answered(call);
        this.#host?.run(call);
      }
    }
  }

  // -- who owns it ---------------------------------------------------------------------------------------------------------

  /** Whether all is as it should be; a watch may have missed something. */
  look(): void {
    const { nodes, seats } = this.#parts;
    if (this.#isClosed) return;
    const owner = nodes.ownerOf(this.key);
    if (owner && !this.#isGone(owner)) this.#follow(owner);
    else if (!seats.isEmpty) void this.#claim();
    if (this.#host && nodes.isSure && !this.#host.isOpen) this.#resume();
    this.#passOn();
  }

  #isGone({ node, incarnation }: HubOwner): boolean {
    const found = this.#parts.nodes.list().find(({ name }) => name === node);
    return !found?.isAlive || found.incarnation !== incarnation;
  }

  async #claim(): Promise<void> {
    if (this.#isClaiming) return;
    this.#isClaiming = true;
    try {
      const owner = await this.#parts.nodes.claim(this.key);
      if (!this.#isClosed) this.#follow(owner);
    } catch {
      // The bus is away: the next look claims again.
    } finally {
      this.#isClaiming = false;
    }
  }

  #follow({ node, incarnation, epoch }: HubOwner): void {
    const { own } = this.#parts.nodes;
    const isOwn = node === own.name && incarnation === own.incarnation;
    if (epoch < this.#epoch) return;
    const isAlready = epoch === this.#epoch && (!isOwn || this.#host || this.#gathering);
    if (isAlready) return;
    if (isOwn) this.#takeOver(epoch);
    else this.#beGuest(epoch);
  }

  #beGuest(epoch: number): void {
    this.#epoch = epoch;
    if (this.#host) this.#copy.replace(this.#host.members);
    this.#endHost();
    if (this.#guest) this.#guest.follow(epoch);
    else this.#newGuest();
    this.#passOn();
  }

  /** Hosts it no more, nor asks who is there. */
  #endHost(): void {
    this.#gathering?.stop();
    this.#gathering = undefined;
    this.#host?.close();
    this.#host = undefined;
  }

  #newGuest(): void {
    this.#guest = new HubGuest(this.#parts, this.#epoch, {
      copy: this.#copy,
      visit: this.#visit,
      onAnswered: (call) => this.#load.answered(call),
      onCutOff: () => this.#cutOff(),
      onHandedOver: (taken) => {
        this.#promise = taken && { epoch: this.#epoch, taken };
      },
    });
  }

  #takeOver(epoch: number): void {
    const isPromised = this.#promise?.epoch === epoch - 1;
    const taken = isPromised ? this.#promise?.taken : undefined;
    this.#epoch = epoch;
    this.#promise = undefined;
    this.#endHost();
    this.#guest?.pause();
    if (taken) return this.#begin(handedHeritage(this.#parts, this.#copy, taken));
    this.#gathering = new Gathering(this.#parts, epoch, {
      onFound: (found) => this.#begin(heritageOf(this.#parts, this.#copy, found)),
      onWhole: (silent) => {
        this.#gathering = undefined;
        for (const node of silent) this.#host?.left(node);
        this.#host?.letIn();
        this.#passOn();
      },
    });
    this.#gathering.begin();
  }

  #begin(heritage: Heritage): void {
    const { seats, own } = this.#parts;
    try {
      this.#host = new HubHost(this.#parts, this.#epoch, heritage, {
        onGiveUp: (error) => seats.gaveUp(error),
      });
    } catch (error) {
      return seats.gaveUp(error);
    }
    this.#settleGuest(this.#host, heritage.taken?.[own]);
    const to = { node: own, epoch: this.#epoch };
    if (heritage.isRemade) seats.moved(this.#ownMembers, to);
    this.#passOn();
  }

  /** Calls that were on their way to the owner before. */
  #settleGuest(host: HubHost, taken: Taken | undefined): void {
    if (!this.#guest) return;
    const there = new Set(host.members.map(({ id }) => id));
    const isIn = (id: string) => there.has(id) && !this.#copy.isUnanswered(id);
    this.#guest.calls.settle(taken, (id) => isIn(id) || this.#copy.isGone(id));
    this.#waiting = [...this.#guest.calls.takeAll(), ...this.#waiting];
    this.#guest.close();
    this.#guest = undefined;
  }

  get #ownMembers(): string[] {
    return this.members.map(({ id }) => id).filter((id) => nodeOfPeer(id) === this.#parts.own);
  }

  // -- what is heard ---------------------------------------------------------------------------------------------------------

  #isOfNow(epoch: number): boolean {
    if (epoch > this.#epoch) this.#beGuest(epoch);
    return epoch === this.#epoch;
  }

  /** From the owner, to this node. */
  hearOut({ subject, data }: BusMessage): void {
    const message = readOut(data);
    if (!message) return this.#parts.onMalformed(subject);
    if (!this.#isOfNow(this.#parts.subjects.epochOf(subject))) return;
    this.#guest?.hear(message, data.length);
  }

  /** Of who has the hub open, to all. */
  hearHere({ subject, data }: BusMessage): void {
    const message = readHere(data);
    const { own, subjects, onMalformed } = this.#parts;
    if (!message) return onMalformed(subject);
    if (!this.#isOfNow(subjects.epochOf(subject))) return;
    if ("w" in message) {
      if (message.w !== own) this.#guest?.sayHere();
    } else if (message.f !== own) this.#hearAnswer(message, data.length);
  }

  #hearAnswer(answer: HereAnswer, sizeBytes: number): void {
    const { f: node, v: visit } = answer;
    if (visit === undefined || answer.b) {
      const isItsVisit = visit !== undefined && this.#host?.streams.get(node)?.visit === visit;
      if (isItsVisit || this.#gathering?.awaits(node)) this.#host?.left(node);
      return this.#gathering?.without(node);
    }
    // The end of its life was told, and what it says of that was on its way.
    const isOver = (one: ClusterNode) =>
      !one.isAlive && one.name === node && isVisitOf(visit, one.incarnation);
    if (this.#parts.nodes.list().some(isOver)) return;
    const arrival = this.#hereParts.take(answer, sizeBytes);
    if (!arrival) return;
    this.#host?.arrived(arrival);
    if (!this.#host || this.#host.streams.get(node)?.visit === visit) this.#gathering?.arrived(arrival);
  }

  #onChange(change: NodeChange): void {
    switch (change.kind) {
      case "sure":
        if (change.isSure) this.#resume();
        return;
      case "expelled":
        return this.#cutOff();
      case "joined":
        this.#joined(change.node);
        return this.look();
      case "left":
        this.#left(change.node);
        return this.look();
      case "owner":
        if (change.hub === this.key) this.look();
    }
  }

  /** A node may be here with its next life, as it says itself, before the end of this one is told. */
  #left({ name, incarnation }: ClusterNode): void {
    const visit = this.#host?.streams.get(name)?.visit ?? this.#gathering?.visitOf(name);
    if (visit !== undefined && !isVisitOf(visit, incarnation)) return;
    // Members leave before others are let in, who may ask for their names.
    this.#host?.left(name);
    this.#gathering?.without(name);
    this.#hereParts.forget(name);
  }

  /** Another incarnation of a node: the connections of the one before are gone. */
  #joined(node: ClusterNode): void {
    const { name, incarnation } = node;
    if (name === this.#parts.own) return;
    if (!isVisitOf(this.#host?.streams.get(name)?.visit, incarnation)) this.#host?.left(name);
    this.#gathering?.began(node);
  }

  #resume(): void {
    this.#host?.resume();
    this.#guest?.resume();
    this.#passOn();
  }

  /** This node, or its visit, counts as gone: its connections belong to the hub no more. */
  #cutOff(): void {
    const callers = this.#guest?.calls.callers ?? [];
    const members = [...new Set([...this.#ownMembers, ...callers])];
    const wasOwner = this.#host !== undefined || this.#gathering !== undefined;
    this.#cuts += 1;
    this.#promise = undefined;
    this.#endHost();
    this.#guest?.close();
    this.#guest?.calls.rejectAll();
    this.#guest = undefined;
    const cut = new Set(members);
    const isHeldBack = (call: HubCall) => !cut.has(callerOf(call) ?? "") && callerOf(call) !== undefined;
    const lost = this.#waiting.filter((call) => !isHeldBack(call));
    // Connections that have asked to come in, and were never heard, still wait.
    this.#waiting = this.#waiting.filter(isHeldBack);
    this.#copy.replace([]);
    this.#parts.seats.cutOff(members);
    for (const call of lost) {
      this.#load.answered(call);
      call.fail(lostCall());
    }
    if (!wasOwner && this.#epoch > 0) this.#newGuest();
    this.look();
  }

  // -- the end -----------------------------------------------------------------------------------------------------------------

  /** Gives the hub to another node that has it open; answers to which, or that there is none. */
  async giveAway(): Promise<string | undefined> {
    this.#giving ??= this.#giveAway().finally(() => {
      this.#giving = undefined;
    });
    return this.#giving;
  }

  async #giveAway(): Promise<string | undefined> {
    const host = this.#host;
    const { nodes, bus } = this.#parts;
    if (!bus.isConnected) return undefined;
    const visit = this.#visit;
    const release = (to: string) => nodes.release(this.key, to);
    for (const { node } of host ? [...host.streams.all] : []) {
      if (!host || host !== this.#host) return undefined;
      if (await handOver(host, node, this.#parts, { visit, release })) return node;
      this.#passOn();
    }
    return undefined;
  }

  /** No instance of this node has it open any more. */
  async #leave(): Promise<void> {
    const wasHost = this.#host !== undefined;
    const to = await this.giveAway();
    if (wasHost && to === undefined && this.#parts.seats.isEmpty)
      await this.#parts.nodes.release(this.key).catch(() => undefined);
    if (this.#parts.seats.isEmpty) this.close();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#stopWatching();
    this.#guest?.sayBye();
    this.#guest?.close();
    this.#guest?.calls.rejectAll();
    this.#gathering?.stop();
    this.#host?.close();
    this.#onClosed();
  }
}
