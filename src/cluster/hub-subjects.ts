/** Subjects of a hub: `nl.<lab>.hub.<hub>.<epoch>.<kind>`, and who hears which. */
import type { HubKin } from "../actors/hubs.ts";
import type { Subject } from "./bus.ts";

/** `call`: a node's calls. `sync`, `ack`: what a node misses and has of what the owner said. `here`: who is there, and what it knows. */
export type HubKind = "call" | "sync" | "ack" | "here";

/** Subjects that a node hears of all hubs, and the hub's key in one of them. */
export const hubWords = {
  here: (lab: string) => `nl.${lab}.hub.*.*.here`,
  out: (lab: string, node: string) => `nl.${lab}.hub.*.*.out.${node}`,
  keyOf: (lab: string, subject: Subject) => subject.slice(`nl.${lab}.hub.`.length).split(".", 1)[0] ?? "",
};

export class HubSubjects {
  readonly #prefix: string;

  constructor(lab: string, hub: string) {
    this.#prefix = `nl.${lab}.hub.${hub}.`;
  }

  of(epoch: number, kind: HubKind): Subject {
    return `${this.#prefix}${epoch}.${kind}`;
  }

  out(epoch: number, node: string): Subject {
    return `${this.#prefix}${epoch}.out.${node}`;
  }

  /** Of any epoch. */
  every(kind: HubKind): Subject {
    return `${this.#prefix}*.${kind}`;
  }

  /** NaN where it is none: others may publish anything. */
  epochOf(subject: Subject): number {
    const [word = ""] = subject.slice(this.#prefix.length).split(".", 1);
    return /^\d{1,15}$/.test(word) ? Number(word) : Number.NaN;
  }
}

/** Hub that instances of one role and one name share. Its characters are those of a subject's word and of a key. */
export function hubKey(instance: string, kin: HubKin | undefined): string {
  const key = kin?.name === undefined ? instance : `${kin.role}_${kin.name}`;
  return key.replaceAll(/[^-_a-zA-Z0-9]/g, (character) => `=${character.codePointAt(0)?.toString(16)}`);
}

/** Node that a connection is on: `n2` of `chat-1/c17@n2`. */
export const nodeOfPeer = (id: string) => id.slice(id.lastIndexOf("@") + 1);

/** Visit of a node to a hub: another in each of its lives, and after each time that it was cut off. */
export const visitOf = (incarnation: string, cuts: number) => `${incarnation}.${cuts}`;
export const isVisitOf = (visit: string | undefined, incarnation: string) =>
  visit?.startsWith(`${incarnation}.`) === true;
