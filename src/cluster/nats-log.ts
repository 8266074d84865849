/** Log in a stream of NATS, which keeps the newest message of each subject. */
import { randomUUID } from "node:crypto";
import type { JsMsg, StoredMsg } from "@nats-io/jetstream";
import type { MsgHdrs } from "@nats-io/transport-node";
import { type BusLog, type LogEntry, WRITES_KNOWN_MS } from "./bus.ts";
import { natsFollowing } from "./nats-following.ts";
import { type PatientWork, patiently } from "./nats-patience.ts";
import type { NatsPlace } from "./nats-place.ts";
import { Portions } from "./portions.ts";

/** Headers of the client's and the server's own. */
const THEIRS = /^nats-/i;
/** A value may hold any words, and white space at its ends; a header line may not. */
const encoded = (value: string) => encodeURIComponent(value);
const decoded = (value: string) => {
  try {
    return decodeURIComponent(value);
  } catch {
    // Others may write there too.
    return "";
  }
};

export async function natsLog(place: NatsPlace, name: string): Promise<BusLog> {
  const { jetstream, manager, replicas } = place;
  const [{ headers: newHeaders, nanos }, { DeliverPolicy, DiscardPolicy, RetentionPolicy, StorageType }] =
    await Promise.all([import("@nats-io/transport-node"), import("@nats-io/jetstream")]);
  const prefix = `nl_log.${name}.`;
  /** How far the server's clock is ahead of the steady one here, in milliseconds: by what the day's says of it, until it was seen. */
  let aheadMs = Date.now() - performance.now();

  async function make(): Promise<void> {
    await manager.streams.add({
      name,
      subjects: [`${prefix}>`],
      retention: RetentionPolicy.Limits,
      discard: DiscardPolicy.Old,
      storage: StorageType.File,
      max_msgs_per_subject: 1,
      duplicate_window: nanos(WRITES_KNOWN_MS),
      num_replicas: replicas,
      allow_direct: false,
    });
  }

  function ask<Answer>(
    what: string,
    work: PatientWork<Answer>["work"],
    of: Pick<PatientWork<Answer>, "key"> = {},
  ): Promise<Answer> {
    const { at, isClosed: isOver, onFull } = place;
    return patiently({ at, isOver, onFull, what, remake: make, work, ...of });
  }

  await ask(`stream ${name}`, async () => {
    // Another daemon may have made it with other settings of the same meaning, e.g. more replicas.
    const exists = await manager.streams.info(name).then(
      () => true,
      (error: unknown) => {
        if ((error as { code?: number }).code === 10_059 || (error as Error).name === "StreamNotFoundError")
          return false;
        throw error;
      },
    );
    if (!exists) await make();
  });

  const entryOf = (
    subject: string,
    sequence: number,
    at: number,
    data: Uint8Array,
    headers: MsgHdrs | undefined,
  ): LogEntry => ({
    sequence,
    key: subject.slice(prefix.length),
    data,
    headers: new Map(
      [...(headers?.keys() ?? [])]
        .filter((key) => !THEIRS.test(key))
        .map((key) => [key, decoded(headers?.get(key) ?? "")]),
    ),
    ageMs: Math.max(0, Math.round(performance.now() + aheadMs - at)),
  });
  const stored = ({ subject, seq, time, data, header }: StoredMsg) =>
    entryOf(subject, seq, time.getTime(), data, header);
  const delivered = ({ subject, seq, time, data, headers }: JsMsg) =>
    entryOf(subject, seq, time.getTime(), data, headers);

  return {
    append: (key, data, { headers: given = new Map(), write = randomUUID(), after } = {}) => {
      const copied = new Uint8Array(data);
      const headers = newHeaders();
      for (const [name_, value] of given) headers.set(name_, encoded(value));
      // The server knows an attempt again that came through before, and answers its sequence.
      const options = {
        headers,
        msgID: encoded(write),
        ...(after === undefined ? {} : { expect: { lastSubjectSequence: after } }),
      };
      const append = async () => (await jetstream.publish(prefix + key, copied, options)).seq;
      return ask(`entry ${key}`, append, { key });
    },
    lastSequence: () => ask(`stream ${name}`, async () => (await manager.streams.info(name)).state.last_seq),
    newest: (key) =>
      ask(`entry ${key}`, async () => {
        const message = await manager.streams.getMessage(name, { last_by_subj: prefix + key });
        return message === null ? undefined : stored(message);
      }),
    follow: (from, listener) => {
      let reached = from - 1;
      const following = natsFollowing(async (isCurrent) => {
        const consumer = await jetstream.consumers.getPushConsumer(name, {
          deliver_policy: DeliverPolicy.StartSequence,
          opt_start_seq: reached + 1,
        });
        const { created } = await consumer.info(true);
        aheadMs = Date.parse(created) - performance.now();
        // The server tells thousands at once.
        const portions = new Portions<JsMsg>((message) => {
          if (!isCurrent() || message.seq <= reached) return;
          reached = message.seq;
          place.guard(`log ${name}`, () => listener(delivered(message)));
        });
        const messages = await consumer.consume({ callback: (message) => portions.add(message) });
        return () => {
          portions.end();
          messages.stop();
        };
      });
      return place.follow(following);
    },
  };
}
