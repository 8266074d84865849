/** Hearers of a hub's lines, node by node: an audience is told once, then its changes, and is a number otherwise. */
import { Audience } from "../machines/_audience.ts";
import type { GuestStream } from "./guest-stream.ts";
import { nodeOfPeer } from "./hub-subjects.ts";
import type { Hearers } from "./hub-wire.ts";

interface Split {
  readonly number: number;
  version: number;
  byNode: Map<string, string[]>;
}

export class HostAudiences {
  readonly #splits = new WeakMap<Audience, Split>();
  #count = 0;

  /** A line for all of these, to each node that has some of them. */
  deliver(streams: Iterable<GuestStream>, audience: Audience | readonly string[], text: string): void {
    if (audience instanceof Audience) this.#toAudience(streams, audience, text);
    else this.#toEach(streams, byNode(audience), text);
  }

  #toEach(streams: Iterable<GuestStream>, ids: Map<string, string[]>, text: string): void {
    for (const stream of streams) {
      const own = ids.get(stream.node);
      if (!own) continue;
      const hearers: Hearers = own.length === 1 ? (own[0] as string) : own;
      stream.tell(["d", hearers, text]);
    }
  }

  #toAudience(streams: Iterable<GuestStream>, audience: Audience, text: string): void {
    const split = this.#splitOf(audience);
    let written = "";
    for (const stream of streams) {
      this.#bringUpToDate(stream, split);
      if (!stream.audiences.get(split.number)?.ids.size) continue;
      written ||= JSON.stringify(text);
      stream.addLine(split.number, written);
    }
  }

  #splitOf(audience: Audience): Split {
    let split = this.#splits.get(audience);
    if (!split) {
      this.#count += 1;
      split = { number: this.#count, version: -1, byNode: new Map() };
      this.#splits.set(audience, split);
    }
    if (split.version !== audience.version) {
      split.version = audience.version;
      split.byNode = byNode(audience);
    }
    return split;
  }

  #bringUpToDate(stream: GuestStream, { number, version, byNode }: Split): void {
    const told = stream.audiences.get(number);
    if (told?.version === version) return;
    const ids = new Set(byNode.get(stream.node));
    const before = told?.ids ?? new Set<string>();
    const come = [...ids].filter((id) => !before.has(id));
    const gone = [...before].filter((id) => !ids.has(id));
    stream.audiences.set(number, { version, ids });
    if (come.length > 0 || gone.length > 0) stream.tell(["a", number, come, gone]);
  }
}

function byNode(ids: Iterable<string>): Map<string, string[]> {
  const split = new Map<string, string[]>();
  for (const id of ids) {
    const node = nodeOfPeer(id);
    const own = split.get(node);
    if (own) own.push(id);
    else split.set(node, [id]);
  }
  return split;
}
