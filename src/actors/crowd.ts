/**
 * Lines that a hub says to an audience. A line is remembered once, and goes at the end of the turn, joined with the others, straight into
 * each member's link. Before anything else is said to any of them, what the audience has to hear goes into their outflows: so every
 * member hears all in the order in which it was said, as if each line had gone to each member by itself.
 */
import { Audience } from "../machines/_audience.ts";
import type { Connection } from "./connection.ts";
import { Delivery } from "./delivery.ts";

type Connections = ReadonlyMap<string, Connection>;

/** Audience of a hub, as the connections that it is. */
class Crowd {
  readonly #audience: Audience;
  #members: Connection[] = [];
  /** Audience as it was when its members were looked up. */
  #version = -1;
  #texts: string[] = [];

  constructor(audience: Audience) {
    this.#audience = audience;
  }

  get isUpToDate(): boolean {
    return this.#version === this.#audience.version;
  }

  lookUp(connections: Connections): void {
    this.#version = this.#audience.version;
    this.#members = [];
    for (const id of this.#audience) {
      const member = connections.get(id);
      if (member) this.#members.push(member);
    }
  }

  say(text: string): void {
    this.#texts.push(text);
  }

  /** Hands over what was said; `isNow`: the turn is over, nothing more is joined with it. */
  flush(isNow: boolean): void {
    const delivery = Delivery.of(this.#texts);
    this.#texts = [];
    if (isNow) this.#pass(delivery);
    else for (const member of this.#members) member.deliver(delivery);
  }

  /**
   * First to all links, one behind the other, then into all stories: what the system holds of five hundred connections, and what we hold of
   * them, is more than a processor keeps at hand at once, and the last member hears the line before anybody takes notes.
   */
  #pass(delivery: Delivery): void {
    const lines = delivery.line;
    const clear = this.#members.filter((member) => member.isClear);
    for (const member of clear) member.pass(lines);
    for (const member of clear) member.passed(lines);
    if (clear.length === this.#members.length) return;
    const passed = new Set(clear);
    for (const member of this.#members) if (!passed.has(member)) member.deliver(delivery, true);
  }
}

/** Crowds of one hub. At most one has something to hear: what comes for others comes after it. */
export class Crowds {
  readonly #connections: Connections;
  readonly #crowds = new WeakMap<Audience, Crowd>();
  #hearing: Crowd | undefined;
  #isFlushDue = false;

  /** `connections`: those of the hub's listener; one that is gone is passed over. */
  constructor(connections: Connections) {
    this.#connections = connections;
  }

  deliver(audience: Iterable<string>, text: string): void {
    if (audience instanceof Audience) return this.#say(this.#crowdOf(audience), text);
    this.settle();
    const delivery = new Delivery(text);
    for (const member of audience) this.#connections.get(member)?.deliver(delivery);
  }

  /** Puts what an audience has to hear before what is about to be said to one of its members. */
  settle(): void {
    const hearing = this.#hearing;
    this.#hearing = undefined;
    hearing?.flush(false);
  }

  #crowdOf(audience: Audience): Crowd {
    let crowd = this.#crowds.get(audience);
    if (!crowd) {
      crowd = new Crowd(audience);
      this.#crowds.set(audience, crowd);
    }
    return crowd;
  }

  #say(crowd: Crowd, text: string): void {
    if (this.#hearing !== crowd || !crowd.isUpToDate) {
      this.settle();
      if (!crowd.isUpToDate) crowd.lookUp(this.#connections);
      this.#hearing = crowd;
    }
    crowd.say(text);
    if (this.#isFlushDue) return;
    this.#isFlushDue = true;
    setImmediate(() => this.#endTurn());
  }

  #endTurn(): void {
    this.#isFlushDue = false;
    const hearing = this.#hearing;
    this.#hearing = undefined;
    hearing?.flush(true);
  }
}
