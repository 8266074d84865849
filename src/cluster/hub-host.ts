/**
 * A hub at its owner: the role's own hub, unchanged. Calls of this node go straight to it; those of other nodes come as batches, and what
 * the hub says and answers goes to each node as a stream. An owner that is not sure of itself takes nothing and says nothing.
 *
 * Long, because all that a hub says passes here, to this node and to the others, in one order.
 */
import { HubCall } from "../actors/hub-call.ts";
import { HubRun } from "../actors/hub-run.ts";
import { messageOf } from "../errors.ts";
import { Audience } from "../machines/_audience.ts";
import type { HubDefinition, HubMember } from "../machines/_role.ts";
import type { HubWorld } from "../machines/_world.ts";
import { AwayCall, type AwayCallHearer } from "./away-call.ts";
import { readEntries } from "./call-runs.ts";
import type { GuestStream } from "./guest-stream.ts";
import type { Arrival, Heritage } from "./heritage.ts";
import { HostAudiences } from "./host-audiences.ts";
import { HostMembers, memberItem } from "./host-members.ts";
import { HostStreams } from "./host-streams.ts";
import type { HubParts } from "./hub-parts.ts";
import { nodeOfPeer } from "./hub-subjects.ts";
import type { CallBatch, Item, Taken } from "./hub-wire.ts";
import { OutsideCalls } from "./outside-calls.ts";

/** Details of members are told so long after a call that may have changed them. */
const DETAILS_MS = 100;

export interface HostHooks {
  /** Hears that it crashed too often, or could not be made again. */
  readonly onGiveUp: (error: unknown) => void;
}

interface Welcome {
  readonly gone: readonly string[];
  readonly isRemade?: boolean;
  readonly taken?: Taken | undefined;
}

export class HubHost {
  readonly streams: HostStreams;
  readonly #parts: HubParts;
  readonly #run: HubRun;
  readonly #audiences = new HostAudiences();
  readonly #members = new HostMembers();
  readonly #outside: OutsideCalls;
  /** Acts that were due while this node was not sure of itself. */
  #held: (() => void)[] = [];
  #isFrozen = false;
  #isClosed = false;
  #isSureNow = false;
  #isTurnDue = false;
  #wasCalled = false;
  #detailsTimer: unknown;
  /** The one node whose members hear what is said now. */
  #onlyAt: string | undefined;

  constructor(parts: HubParts, epoch: number, heritage: Heritage, hooks: HostHooks) {
    this.#parts = parts;
    const { bus, clock, subjects, nodes, seats } = parts;
    this.streams = new HostStreams({
      bus,
      clock,
      subjects,
      epoch,
      leaseMs: nodes.leaseMs,
      mayTake: () => this.isOpen,
      onCalls: (stream, batch) => this.#take(stream, batch),
      onWordDue: () => this.#turn(),
      onDeaf: (stream) => this.#cutOff(stream),
      onMalformed: parts.onMalformed,
    });
    const { isWhole, remembered, gone } = heritage;
    const left = new Set(gone);
    const inside = remembered.flatMap(({ id }) => (left.has(id) ? [] : [id]));
    this.#outside = new OutsideCalls(isWhole, inside);
    for (const { node, visit, lastBatch, lastCall } of heritage.guests)
      this.streams.open(node, visit, lastBatch, lastCall);
    const { definition, world } = seats.first;
    const watch = {
      onCrash: (error: unknown, members: readonly HubMember[]) => this.#crashed(error, members),
      onCalled: (ms: number) => seats.called(ms),
      onGiveUp: hooks.onGiveUp,
    };
    const isQuiet = !heritage.isRemade && heritage.remembered.length > 0;
    const made = isQuiet ? quietly(definition) : definition;
    try {
      this.#run = new HubRun(made, this.#worldOf(world), watch, heritage.remembered);
    } catch (error) {
      this.streams.close();
      throw error;
    }
    this.#begin(heritage);
  }

  #begin({ guests, gone, isRemade, taken }: Heritage): void {
    for (const id of gone) this.#run.forget(id);
    // Each node is told of all of them as it is welcomed.
    this.#members.changes(this.members, true);
    for (const arrival of guests) this.#welcome(arrival, { gone, isRemade, taken: taken?.[arrival.node] });
    if (this.streams.size > 0) this.#called();
  }

  /** World of the hub, in which all its nodes hear what it says. */
  #worldOf({ options, clock }: HubWorld): HubWorld {
    return {
      options,
      clock,
      deliver: (audience, text) => this.#deliver(audience, text),
      notify: (text) => {
        this.#parts.seats.notify(text);
        this.#tellAll(["n", text]);
      },
    };
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get members(): readonly HubMember[] {
    return this.#run.members;
  }

  /** Whether a call may go straight to the hub. */
  get isOpen(): boolean {
    return this.#held.length === 0 && !this.#isFrozen && !this.#isClosed && this.#isSure;
  }

  /** Whether all nodes that live are heard: connections that are outside may come in. */
  get isWhole(): boolean {
    return this.#outside.isWhole;
  }

  letIn(): void {
    this.#whenSure(() => {
      for (const call of this.#outside.becomeWhole()) this.run(call);
    });
  }

  /** Whether this call of this node has to wait for that. */
  isOutside(call: HubCall): boolean {
    return this.#outside.isOutside(call, this.#parts.own);
  }

  /** Asked once for all that is done in one go: a flood asks for each line. */
  get #isSure(): boolean {
    if (this.#isSureNow) return true;
    if (!this.#parts.nodes.isSure) return false;
    this.#isSureNow = true;
    queueMicrotask(() => {
      this.#isSureNow = false;
    });
    return true;
  }

  /** Call of this node, while it is open. */
  call(name: string, args: readonly unknown[]): HubCall {
    const call = new HubCall(name, args);
    this.run(call);
    return call;
  }

  /** A call that has waited. */
  run(call: HubCall): void {
    if (this.streams.size > 0) this.#called();
    this.#run.take(call);
  }

  forget(id: string): void {
    if (this.streams.size > 0) this.#called();
    this.#run.forget(id);
  }

  // -- other nodes -----------------------------------------------------------------------------------------------------

  #take(stream: GuestStream, { n, c }: CallBatch): void {
    stream.isWordDue = true;
    const hearer: AwayCallHearer = {
      answered: (number, value) => {
        stream.answer(number, value);
        this.#turn();
      },
      failed: (number, error) => {
        stream.fail(number, error);
        this.#turn();
      },
    };
    stream.lastCall = n - 1;
    readEntries(c, (name, args) => {
      stream.lastCall += 1;
      stream.pending += 1;
      const call = new AwayCall(stream.lastCall, name, args, hearer);
      if (!this.#outside.keeps(call, stream.node)) this.run(call);
    });
  }

  /** A node that has opened the hub, or comes with another visit. */
  arrived(arrival: Arrival): void {
    const { node, visit } = arrival;
    const before = this.streams.get(node);
    if (this.streams.isOver(node, visit)) return this.streams.word(arrival, { x: 1 });
    if (before?.visit === visit) return this.streams.beginAgain(before);
    // The visit before is over also while none may begin: a hub that is given away would wait for it.
    if (before) this.left(node);
    if (!this.isOpen) return;
    this.streams.open(node, visit, arrival.lastBatch, arrival.lastCall);
    if (!this.isWhole) this.#remember(arrival);
    const there = new Set(arrival.members.map(({ id }) => id));
    const remembered = this.members.filter(({ id }) => nodeOfPeer(id) === node);
    const gone = remembered.flatMap(({ id }) => (there.has(id) ? [] : [id]));
    for (const id of gone) this.#run.forget(id);
    this.#tellMembers(true, node);
    // Members of a node that was away as the hub was made again have missed that, and what was said since.
    const isRemade = gone.length < remembered.length;
    if (isRemade) this.#tellRestarted(node);
    this.#welcome(arrival, { gone, isRemade });
    this.#called();
  }

  #tellRestarted(node: string): void {
    this.#onlyAt = node;
    this.#run.tellRestarted();
    this.#onlyAt = undefined;
  }

  /** Members of which the owner before had told that node alone. */
  #remember({ members }: Arrival): void {
    const ids = new Set(this.members.map(({ id }) => id));
    const names = new Set(this.members.map(({ name }) => name));
    const unknown = members.filter(({ id, name }) => !ids.has(id) && !names.has(name));
    this.#run.remember(unknown);
    this.#outside.add(unknown.map(({ id }) => id));
  }

  /** `gone`: those leave in the hub's next turn, and are none for a newcomer, where they may ask to come in again. */
  #welcome({ node, members }: Arrival, { gone, isRemade = false, taken }: Welcome): void {
    const stream = this.streams.get(node);
    if (!stream) return;
    const left = new Set(gone);
    for (const member of this.#members.told) if (!left.has(member.id)) stream.tell(memberItem(member));
    const known = new Set(this.members.map(({ id }) => id));
    const unknown = members.filter(({ id }) => !known.has(id)).map(({ id }) => id);
    if (unknown.length > 0) stream.tell(["x", unknown]);
    stream.tell([
      "r",
      { owner: this.#parts.own, ...(isRemade ? { isRemade } : {}), ...(taken ? { taken } : {}) },
    ]);
    stream.isWordDue = true;
  }

  /** Ends the memberships of a node whose connections are gone. */
  left(node: string): void {
    const stream = this.streams.get(node);
    if (stream) this.streams.end(stream);
    this.#outside.forget(node);
    this.#whenSure(() => {
      for (const { id } of this.members) if (nodeOfPeer(id) === node) this.#run.forget(id);
      this.#called();
    });
  }

  /** Cuts off a node that hears nothing for a lease: it is told so, and counts as gone. */
  #cutOff(stream: GuestStream): void {
    this.left(stream.node);
    this.streams.word(stream, { x: 1 });
  }

  // -- what the hub says ---------------------------------------------------------------------------------------------

  #deliver(audience: Iterable<string>, text: string): void {
    const isSure = this.#held.length === 0 && this.#isSure;
    if (isSure && this.streams.size === 0) return this.#parts.seats.deliver(audience, text);
    const node = this.#onlyAt;
    const isWhole = node === undefined && audience instanceof Audience;
    const hearers = isWhole ? audience : [...audience].filter((id) => !node || nodeOfPeer(id) === node);
    if (isSure) this.#tell(hearers, text);
    else this.#held.push(() => this.#tell(hearers, text));
  }

  /** To the others first: their way is longer. */
  #tell(hearers: Audience | readonly string[], text: string): void {
    this.#audiences.deliver(this.streams, hearers, text);
    this.#turn();
    this.#parts.seats.deliver(hearers, text);
  }

  #whenSure(act: () => void): void {
    if (this.#held.length === 0 && this.#isSure) act();
    else this.#held.push(act);
  }

  /** This node is sure of itself again. */
  resume(): void {
    const held = this.#held;
    this.#held = [];
    for (const act of held) act();
    this.streams.askForCalls();
    this.#called();
  }

  #crashed(error: unknown, members: readonly HubMember[]): void {
    this.#parts.seats.crashed(error, members);
    this.#tellAll(["c", messageOf(error)]);
  }

  #tellAll(item: Item): void {
    if (this.streams.size === 0) return;
    const text = JSON.stringify(item);
    for (const stream of this.streams.all) stream.add(text);
    this.#turn();
  }

  /** `newcomer`: a node that is told of all of them apart. */
  #tellMembers(withDetails: boolean, newcomer?: string): void {
    for (const item of this.#members.changes(this.members, withDetails)) {
      const text = JSON.stringify(item);
      for (const stream of this.streams.all) if (stream.node !== newcomer) stream.add(text);
    }
  }

  // -- turns ----------------------------------------------------------------------------------------------------------

  #called(): void {
    this.#wasCalled = true;
    this.#turn();
  }

  #turn(): void {
    if (this.#isTurnDue || this.streams.size === 0) return;
    this.#isTurnDue = true;
    this.#parts.afterTurn(() => this.#endTurn());
  }

  #endTurn(): void {
    this.#isTurnDue = false;
    if (this.#isClosed) return;
    if (!this.#parts.nodes.isSure) return void this.#held.push(() => this.#turn());
    if (this.#wasCalled) {
      this.#tellMembers(false);
      this.#detailsTimer ??= this.#parts.clock.setTimeout(() => this.#tellDetails(), DETAILS_MS);
    }
    this.#wasCalled = false;
    this.streams.endTurn();
  }

  #tellDetails(): void {
    this.#detailsTimer = undefined;
    this.#tellMembers(true);
    this.#turn();
  }

  // -- the end ---------------------------------------------------------------------------------------------------------

  /** Takes nothing more: calls wait where they are. What was taken is answered, and told with all details. */
  freeze(): void {
    this.#isFrozen = true;
    this.#tellMembers(true);
    this.#tellAll(["k"]);
  }

  thaw(): void {
    this.#isFrozen = false;
    this.resume();
  }

  /** Something for one node, behind all that it was told. */
  tell(node: string, item: Item): void {
    const stream = this.streams.get(node);
    stream?.tell(item);
    stream?.tell(["k"]);
    this.#turn();
  }

  close(): void {
    this.#isClosed = true;
    this.#held = [];
    this.#parts.clock.clearTimeout(this.#detailsTimer);
    this.streams.close();
  }
}

/** Nothing was lost on the way, so its members need not hear of it; of its crashes they do. */
function quietly(definition: HubDefinition): HubDefinition {
  let isFirst = true;
  return {
    ...definition,
    restarted: (hub) => {
      if (!isFirst) definition.restarted?.(hub);
      isFirst = false;
    },
  };
}
