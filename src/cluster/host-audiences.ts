/** Hearers of a hub's lines, node by node: an audience is told once, then its changes, and is a number otherwise. */
import { Audience } from "../machines/_audience.ts";
import type { GuestStream } from "./guest-stream.ts";
import { nodeOfPeer } from "./hub-subjects.ts";
import type { Hearers } from "./hub-wire.ts";
import { LineRun } from "./line-run.ts";

interface Split {
  readonly number: number;
  version: number;
  byNode: Map<string, string[]>;
}

/** Nodes that hear the hub. */
export interface Hearing {
  readonly all: Iterable<GuestStream>;
  /** Changes with every coming and going. */
  readonly version: number;
}

/** Lines that are being said to an audience: while nothing else is, one more costs one step, however many nodes there are. */
interface Speech {
  readonly run: LineRun;
  readonly audience: Audience;
  readonly audienceVersion: number;
  readonly nodesVersion: number;
}

export class HostAudiences {
  readonly #splits = new WeakMap<Audience, Split>();
  #count = 0;
  #speech: Speech | undefined;

  /** A line for all of these, to each node that has some of them. */
  deliver(nodes: Hearing, audience: Audience | readonly string[], text: string): void {
    if (audience instanceof Audience) this.#runTo(nodes, audience).say(text);
    else this.#toEach(nodes.all, byNode(audience), text);
  }

  #toEach(streams: Iterable<GuestStream>, ids: Map<string, string[]>, text: string): void {
    for (const stream of streams) {
      const own = ids.get(stream.node);
      if (!own) continue;
      const hearers: Hearers = own.length === 1 ? (own[0] as string) : own;
      stream.tell(["d", hearers, text]);
    }
  }

  #runTo(nodes: Hearing, audience: Audience): LineRun {
    const speech = this.#speech;
    const isGoingOn =
      speech?.audience === audience &&
      speech.audienceVersion === audience.version &&
      speech.nodesVersion === nodes.version &&
      !speech.run.isOver;
    if (isGoingOn) return speech.run;
    const split = this.#splitOf(audience);
    const run = new LineRun(split.number);
    for (const stream of nodes.all) {
      this.#bringUpToDate(stream, split);
      if (stream.audiences.get(split.number)?.ids.size) stream.add(run);
    }
    this.#speech = {
      run,
      audience,
      audienceVersion: audience.version,
      nodesVersion: nodes.version,
    };
    return run;
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
