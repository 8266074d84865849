/**
 * Ids, made and read here alone: `chat-1` is an instance, `chat-1/c17` a connection, `clock-1/u3` a sender of datagrams.
 * Where several daemons are one lab, `chat-1/c17@n2` says whose it is. No id is ever given twice.
 */

/** Numbers that go up by one. */
export interface Sequence {
  next(): number;
}

/** For a process that remembers nothing. */
export function countUp(): Sequence {
  let last = 0;
  return {
    next: () => {
      last += 1;
      return last;
    },
  };
}

export class Ids {
  readonly #sequenceOf: (name: string) => Sequence;
  readonly #node: string | undefined;
  readonly #connections: Sequence;
  readonly #senders: Sequence;
  readonly #instances = new Map<string, Sequence>();

  /** `node`: this daemon's name among several; alone it has none. */
  constructor(sequenceOf: (name: string) => Sequence = countUp, node?: string) {
    this.#sequenceOf = sequenceOf;
    this.#node = node;
    this.#connections = sequenceOf("connection");
    this.#senders = sequenceOf("sender");
  }

  instance(role: string): string {
    const sequence = this.#instances.get(role) ?? this.#sequenceOf(`instance/${role}`);
    this.#instances.set(role, sequence);
    return `${role}-${sequence.next()}`;
  }

  connection(instance: string): string {
    return this.#peer(instance, "c", this.#connections);
  }

  sender(instance: string): string {
    return this.#peer(instance, "u", this.#senders);
  }

  /** The next number alone, for a peer of an instance that plays in another process. */
  nextNumber(kind: "connection" | "sender"): number {
    return (kind === "connection" ? this.#connections : this.#senders).next();
  }

  #peer(instance: string, kind: "c" | "u", sequence: Sequence): string {
    // A template would be kept in memory as the parts that it is made of.
    const parts = [instance, "/", kind, sequence.next()];
    if (this.#node !== undefined) parts.push("@", this.#node);
    return parts.join("");
  }
}

const PEER = /^(?:(.+)\/)?([cu]\d+)(?:@([\w-]+))?$/;

/** A peer as it is named: with its instance (or the instance's name) and its node, or without. */
export interface PeerTerm {
  readonly instance: string | undefined;
  readonly number: string;
  readonly node: string | undefined;
}

/** Of `c17`, `chat-1/c17`, `c17@n2`; undefined where it is no peer's. */
export function parsePeerTerm(text: string): PeerTerm | undefined {
  const match = PEER.exec(text);
  return match ? { instance: match[1], number: match[2] ?? "", node: match[3] } : undefined;
}

/** `c17` of `chat-1/c17`. */
export const shortPeerId = (id: string) => id.slice(id.lastIndexOf("/") + 1);

/** `chat-1` of `chat-1/c17`. */
export const instanceOfPeer = (id: string) => id.slice(0, id.lastIndexOf("/"));
