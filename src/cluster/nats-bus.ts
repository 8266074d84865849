/**
 * Bus on NATS: messages by its core, keys and logs by JetStream. A connection of its own for each bus, and a daemon has three: stores must
 * not wait behind megabytes of chat, and leases behind neither.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { Msg, NatsConnection, Subscription } from "@nats-io/transport-node";
import { messageOf } from "../errors.ts";
import type { Bus, BusKeys, BusLog, BusMessage, BusTrouble, Subject } from "./bus.ts";
import { type Guard, guardThat } from "./guarded.ts";
import { connectToNats, type NatsOptions } from "./nats-connection.ts";
import type { NatsFollowing } from "./nats-following.ts";
import { natsKeys } from "./nats-keys.ts";
import { natsLog } from "./nats-log.ts";
import { ASK_LIMIT_MS, patiently } from "./nats-patience.ts";
import type { NatsPlace } from "./nats-place.ts";

const CLOSE_LIMIT_MS = 2_000;
const NO_RESPONDERS = 503;
/** With fewer servers, a stream would wait for one that is not there. */
const REPLICAS = 3;

export interface NatsBusOptions extends NatsOptions {
  readonly onTrouble?: (trouble: BusTrouble) => void;
}

export interface NatsBus extends Bus {
  /** Places of other machines to which everything goes unencrypted, for a warning. */
  readonly unencryptedTo: readonly string[];
}

/** Rejects with a NetlabError that says what to do. */
export async function openNatsBus(options: NatsBusOptions): Promise<NatsBus> {
  const connection = await connectToNats(options);
  const at = options.servers.places.join(", ");
  try {
    const { jetstream } = await import("@nats-io/jetstream");
    const client = jetstream(connection, { timeout: ASK_LIMIT_MS });
    const manager = await patiently({
      at,
      what: "JetStream",
      work: () => client.jetstreamManager(true),
      isOver: () => connection.isClosed(),
    });
    return new NatsConnectionBus(options, connection, { at, jetstream: client, manager });
  } catch (error) {
    await connection.close();
    throw error;
  }
}

class NatsConnectionBus implements NatsBus {
  readonly unencryptedTo: readonly string[];
  readonly #connection: NatsConnection;
  readonly #listeners = new Set<(isConnected: boolean) => void>();
  readonly #followings = new Set<NatsFollowing>();
  readonly #place: NatsPlace;
  readonly #newInbox: () => string;
  readonly #onTrouble: (trouble: BusTrouble) => void;
  readonly #guard: Guard;
  #maxMessageBytes = 0;
  #isConnected = true;
  #isClosed = false;

  constructor(
    options: NatsBusOptions,
    connection: NatsConnection,
    parts: Pick<NatsPlace, "at" | "jetstream" | "manager">,
  ) {
    const { info } = connection;
    const hasTls = info?.tls_required === true || info?.tls_available === true;
    this.unencryptedTo = hasTls ? [] : options.servers.afar;
    this.#connection = connection;
    this.#onTrouble = options.onTrouble ?? (() => undefined);
    this.#guard = guardThat(this.#onTrouble);
    const servers = new Set([...options.servers.places, ...(info?.connect_urls ?? [])]);
    this.#place = {
      ...parts,
      replicas: info?.cluster !== undefined && servers.size >= REPLICAS ? REPLICAS : 1,
      isClosed: () => this.#isClosed,
      follow: (following) => this.#follow(following),
      guard: this.#guard,
      onFull: (why) => this.#onTrouble({ kind: "full", why }),
    };
    let questions = 0;
    const inbox = `_INBOX.netlab.${crypto.randomUUID()}`;
    this.#newInbox = () => {
      questions += 1;
      return `${inbox}.${questions}`;
    };
    this.#maxMessageBytes = info?.max_payload ?? 0;
    void this.#hearStatus();
  }

  get isConnected(): boolean {
    return this.#isConnected && !this.#isClosed;
  }

  get maxMessageBytes(): number {
    // While the server is away, nothing is known of the next one.
    this.#maxMessageBytes = this.#connection.info?.max_payload ?? this.#maxMessageBytes;
    return this.#maxMessageBytes;
  }

  watchConnection(listener: (isConnected: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  publish(subject: Subject, data: Uint8Array): void {
    this.#publish(subject, data, undefined);
  }

  subscribe(subject: Subject, listener: (message: BusMessage) => void): () => void {
    return this.#subscribe(subject, ({ subject: full, data, reply }) => {
      const respond = reply ? (answer: Uint8Array) => this.publish(reply, answer) : undefined;
      listener({ subject: full, data, respond });
    });
  }

  ask(subject: Subject, data: Uint8Array, onAnswer: (data: Uint8Array) => void): () => void {
    const inbox = this.#newInbox();
    const end = this.#subscribe(inbox, (answer) => {
      // The server's own word that there is no hearer.
      if (answer.headers?.code !== NO_RESPONDERS) onAnswer(answer.data);
    });
    this.#publish(subject, data, inbox);
    return end;
  }

  keys(name: string): Promise<BusKeys> {
    return natsKeys(this.#place, name);
  }

  log(name: string): Promise<BusLog> {
    return natsLog(this.#place, name);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    const isThere = this.#isConnected;
    this.#isClosed = true;
    for (const following of this.#followings) following.end();
    if (this.#isConnected) this.#changed(false);
    const limit = new AbortController();
    const tooLong = pause(CLOSE_LIMIT_MS, undefined, { signal: limit.signal }).catch(() => undefined);
    if (isThere) await Promise.race([this.#connection.drain().catch(() => undefined), tooLong]);
    limit.abort();
    await this.#connection.close();
  }

  #subscribe(subject: Subject, hear: (message: Msg) => void): () => void {
    if (this.#isClosed) return () => undefined;
    let isOver = false;
    const subscription: Subscription = this.#connection.subscribe(subject, {
      callback: (error, message) => {
        // An error that is thrown here would end the connection for all.
        if (!error && !isOver) this.#guard(subject, () => hear(message));
      },
    });
    return () => {
      if (isOver) return;
      isOver = true;
      if (!this.#connection.isClosed()) subscription.unsubscribe();
    };
  }

  #publish(subject: Subject, data: Uint8Array, reply: string | undefined): void {
    if (data.length > this.maxMessageBytes)
      throw new RangeError(`${data.length} bytes are more than a message may have`);
    // The client would keep it for later, when it means nothing any more.
    if (!this.isConnected) return;
    // Written at the end of the turn only, while the sender may use its buffer again.
    this.#connection.publish(subject, new Uint8Array(data), reply === undefined ? {} : { reply });
  }

  #follow(following: NatsFollowing): () => void {
    this.#followings.add(following);
    return () => {
      this.#followings.delete(following);
      following.end();
    };
  }

  async #hearStatus(): Promise<void> {
    for await (const status of this.#connection.status()) {
      if (status.type === "disconnect") this.#changed(false);
      else if (status.type === "reconnect") this.#changed(true);
      else if (status.type === "error") this.#onTrouble({ kind: "engine", why: messageOf(status.error) });
    }
  }

  #changed(isConnected: boolean): void {
    if (isConnected === this.#isConnected) return;
    this.#isConnected = isConnected;
    if (this.#isClosed && isConnected) return;
    if (isConnected) for (const following of this.#followings) following.restart();
    for (const listener of [...this.#listeners]) this.#guard("the connection", () => listener(isConnected));
  }
}
