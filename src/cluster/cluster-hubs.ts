/** Hubs that the daemons of a lab share: each is owned by one of them, and open at each that has an instance of it. */
import type { HubFace, HubKin, Hubs, HubWatch } from "../actors/hubs.ts";
import type { HubDefinition } from "../machines/_role.ts";
import type { Clock, HubWorld } from "../machines/_world.ts";
import type { Bus, BusMessage, Subject } from "./bus.ts";
import { ClusterHub } from "./cluster-hub.ts";
import { readHere, readOut } from "./hub-messages.ts";
import { HubSeats } from "./hub-seats.ts";
import { HubSubjects, hubKey, hubWords } from "./hub-subjects.ts";
import { encode, type HereAnswer } from "./hub-wire.ts";
import type { Nodes } from "./nodes.ts";
import { steadyClock } from "./steady-clock.ts";

/** A watch may miss what it should tell. */
const LOOK_MS = 1_000;

export interface ClusterHubsParts {
  /** Lab's name, a word of subjects. */
  readonly lab: string;
  readonly bus: Bus;
  readonly nodes: Nodes;
  readonly clock: Clock;
  /** At the end of this turn of the loop; tests have turns of their own. */
  readonly afterTurn?: (then: () => void) => void;
  /** Hears of a message on the bus that is none of a hub, and was dropped. */
  readonly onMalformed?: (subject: Subject) => void;
}

export class ClusterHubs implements Hubs {
  readonly #parts: ClusterHubsParts;
  readonly #hubs = new Map<string, ClusterHub>();
  readonly #stops: (() => void)[];
  #timer: unknown;

  constructor(parts: ClusterHubsParts) {
    this.#parts = { ...parts, clock: steadyClock(parts.clock) };
    const { lab, bus, nodes } = parts;
    this.#stops = [
      bus.subscribe(hubWords.here(lab), (message) => this.#hearHere(message)),
      bus.subscribe(hubWords.out(lab, nodes.own.name), (message) => this.#hearOut(message)),
    ];
    this.#lookLater();
  }

  open(instance: string, definition: HubDefinition, world: HubWorld, watch: HubWatch, kin?: HubKin): HubFace {
    const key = hubKey(instance, kin);
    return this.#hubOf(key).open({ instance, definition, world, watch });
  }

  #hubOf(key: string): ClusterHub {
    const before = this.#hubs.get(key);
    if (before) return before;
    const { lab, bus, nodes, clock, afterTurn = setImmediate } = this.#parts;
    const onMalformed = (subject: Subject) => this.#onMalformed(subject);
    const subjects = new HubSubjects(lab, key);
    const seats = new HubSeats();
    const parts = { own: nodes.own.name, bus, nodes, clock, subjects, seats, afterTurn, onMalformed };
    const hub = new ClusterHub(key, parts, () => {
      if (this.#hubs.get(key) === hub) this.#hubs.delete(key);
    });
    this.#hubs.set(key, hub);
    return hub;
  }

  /** Hubs that this node owns. */
  get owned(): readonly string[] {
    return [...this.#hubs.values()].filter(({ isHosted }) => isHosted).map(({ key }) => key);
  }

  /**
   * Gives all own hubs to other nodes that have them open; answers to which, after a lease at the latest. Nothing that is said
   * meanwhile is lost.
   */
  async drain(): Promise<readonly { readonly hub: string; readonly to: string | undefined }[]> {
    const { clock, nodes } = this.#parts;
    const owned = [...this.#hubs.values()].filter(({ isHosted }) => isHosted);
    let limit: unknown;
    const tooLong = new Promise<undefined>((resolve) => {
      limit = clock.setTimeout(() => resolve(undefined), nodes.leaseMs);
    });
    const given = owned.map(async (hub) => ({
      hub: hub.key,
      to: await Promise.race([hub.giveAway(), tooLong]),
    }));
    return Promise.all(given).finally(() => clock.clearTimeout(limit));
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.#parts.clock.clearTimeout(this.#timer);
    for (const hub of [...this.#hubs.values()]) hub.close();
  }

  /** A new owner need not wait for a node that has not opened the hub. */
  #hearHere(message: BusMessage): void {
    const { lab, bus, nodes } = this.#parts;
    const hub = this.#hubs.get(hubWords.keyOf(lab, message.subject));
    if (hub) return hub.hearHere(message);
    const question = readHere(message.data);
    if (!question) return this.#onMalformed(message.subject);
    if (!("w" in question) || question.w === nodes.own.name) return;
    const answer: HereAnswer = { f: nodes.own.name };
    bus.publish(message.subject, encode(answer));
  }

  /** An owner that speaks to a hub which is closed here has missed that. */
  #hearOut(message: BusMessage): void {
    const { lab, bus, nodes } = this.#parts;
    const key = hubWords.keyOf(lab, message.subject);
    const hub = this.#hubs.get(key);
    if (hub) return hub.hearOut(message);
    const word = readOut(message.data);
    if (!word) return this.#onMalformed(message.subject);
    const subjects = new HubSubjects(lab, key);
    const bye: HereAnswer = { f: nodes.own.name, v: word.v, b: 1 };
    bus.publish(subjects.of(subjects.epochOf(message.subject), "here"), encode(bye));
  }

  #onMalformed(subject: Subject): void {
    this.#parts.onMalformed?.(subject);
  }

  #lookLater(): void {
    this.#timer = this.#parts.clock.setTimeout(() => {
      for (const hub of this.#hubs.values()) hub.look();
      this.#lookLater();
    }, LOOK_MS);
  }
}
