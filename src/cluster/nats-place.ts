/** Parts of a connection to NATS that keys and logs share. */
import type { JetStreamClient, JetStreamManager } from "@nats-io/jetstream";
import type { Guard } from "./guarded.ts";
import type { NatsFollowing } from "./nats-following.ts";

export interface NatsPlace {
  /** For people. */
  readonly at: string;
  readonly jetstream: JetStreamClient;
  readonly manager: JetStreamManager;
  /** Of each stream, so that it outlives a server: three where there are so many. */
  readonly replicas: number;
  readonly isClosed: () => boolean;
  /** Calls a listener, whose fault harms no other. */
  readonly guard: Guard;
  /** Hears that the server refuses a write for want of room. */
  readonly onFull: (why: string) => void;
  /** Starts it again whenever the server is back. Answers how to end it. */
  follow(following: NatsFollowing): () => void;
}
