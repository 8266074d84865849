/** Keys in a bucket of NATS: no time limit of its own, as watches do not hear of one; read at the leader, as others may lag behind. */
import type { KV, KvEntry } from "@nats-io/kv";
import type { BusEntry, BusKeys } from "./bus.ts";
import { natsFollowing } from "./nats-following.ts";
import { type PatientWork, patiently } from "./nats-patience.ts";
import type { NatsPlace } from "./nats-place.ts";

export async function natsKeys(place: NatsPlace, name: string): Promise<BusKeys> {
  const { Kvm } = await import("@nats-io/kv");
  const manager = new Kvm(place.jetstream);
  const options = { history: 1, replicas: place.replicas, allow_direct: false };
  const made = await ask({ what: `bucket ${name}`, work: () => manager.create(name, { ...options }) });
  let bucket: KV = made;

  function ask<Answer>(work: Pick<PatientWork<Answer>, "what" | "key" | "work">): Promise<Answer> {
    return patiently({
      at: place.at,
      isOver: place.isClosed,
      onFull: place.onFull,
      remake: async () => {
        bucket = await manager.create(name, { ...options });
      },
      ...work,
    });
  }

  const get = (key: string) =>
    ask({
      what: `key ${key}`,
      work: async () => {
        const entry = await bucket.get(key);
        return entry && entryOf(entry);
      },
    });

  /**
   * An answer may have been lost, and then the second attempt finds its own word there: after the revision that was to be replaced, as the
   * same word may have stood there before.
   */
  function write(key: string, value: string, after: number, attempt: () => Promise<number>): Promise<number> {
    return ask({
      what: `key ${key}`,
      key,
      work: async (again) => {
        try {
          return await attempt();
        } catch (error) {
          const there = again ? await get(key).catch(() => undefined) : undefined;
          if (there?.value === value && there.revision > after) return there.revision;
          throw error;
        }
      },
    });
  }

  return {
    get: async (key) => {
      const entry = await get(key);
      return entry?.value === undefined ? undefined : entry;
    },
    create: (key, value) => write(key, value, 0, () => bucket.create(key, value)),
    update: (key, value, revision) =>
      write(key, value, revision, () => bucket.put(key, value, { previousSeq: revision })),
    delete: (key, revision) =>
      ask({
        what: `key ${key}`,
        key,
        work: async (again) => {
          // An attempt before may have come through.
          if (again && (await get(key))?.value === undefined) return;
          await bucket.delete(key, revision === undefined ? {} : { previousSeq: revision });
        },
      }),
    settle: (key) => ask({ what: `key ${key}`, work: () => bucket.delete(key) }),
    watch: (listener) => {
      let reached = 0;
      const following = natsFollowing(async (isCurrent) => {
        const entries = await bucket.watch(reached > 0 ? { resumeFromRevision: reached + 1 } : {});
        void (async () => {
          for await (const entry of entries) {
            if (!isCurrent()) break;
            if (entry.revision <= reached) continue;
            reached = entry.revision;
            place.guard(`keys ${name}`, () => listener(entryOf(entry)));
          }
        })();
        return () => entries.stop();
      });
      return place.follow(following);
    },
  };
}

function entryOf(entry: KvEntry): BusEntry {
  const value = entry.operation === "PUT" ? entry.string() : undefined;
  return { key: entry.key, value, revision: entry.revision };
}
