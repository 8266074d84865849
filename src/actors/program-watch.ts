/**
 * A look at the programs at the other end of connections that have fallen silent: which program it is, and in which call it
 * waits [src/os/proc.ts]. One at a time and few a second: nothing that is served waits for it. Each silence is looked at once.
 */

import type { Clock } from "../machines/_world.ts";
import { programAt } from "../os/proc.ts";
import { roleOf } from "../stories/editions.ts";
import type { Recorder } from "../stories/recorder.ts";
import type { Story } from "../stories/story.ts";
import { isLoopback } from "../wire/loopback.ts";

/** A silence this long is looked at: of a client of ours a little sooner, as after 5 s it may close, which wakes the other end. */
const SILENCE_MS = { server: 5_000, client: 4_500 };
/** Part of a client's time limit. */
const OF_TIMEOUT = 0.6;
const SWEEP_MS = 250;
/** Looks a sweep: a class that hangs all at once is looked at within half a minute. */
const MAX_LOOKS = 3;
/** Open connections that are watched. In a larger crowd each look reads a table of the system that is as long as the crowd. */
const MAX_WATCHED = 1_000;
/** A look that takes longer holds up no other. */
const PATIENCE_MS = 2_000;

export interface ProgramWatchParts {
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly programAt?: typeof programAt;
  /** Options of the run, where it has a time limit of its own. */
  readonly optionsOf?: (story: Story) => object | undefined;
}

export class ProgramWatch {
  readonly #recorder: Recorder;
  readonly #clock: Clock;
  readonly #programAt: typeof programAt;
  readonly #optionsOf: ProgramWatchParts["optionsOf"];
  /** When bytes had last moved as a story was looked at. */
  readonly #seen = new WeakMap<Story, number>();
  #timer: unknown;
  #isLooking = false;

  constructor(parts: ProgramWatchParts) {
    this.#recorder = parts.recorder;
    this.#clock = parts.clock;
    this.#programAt = parts.programAt ?? programAt;
    this.#optionsOf = parts.optionsOf;
  }

  start(): void {
    this.#timer = this.#clock.setTimeout(() => {
      void this.#sweep();
      this.start();
    }, SWEEP_MS);
    (this.#timer as { unref?: () => void }).unref?.();
  }

  stop(): void {
    this.#clock.clearTimeout(this.#timer);
  }

  async #sweep(): Promise<void> {
    const live = this.#recorder.live();
    if (this.#isLooking || live.length > MAX_WATCHED) return;
    this.#isLooking = true;
    const silent = live.filter((story) => this.#isDue(story));
    // A client of ours gives up soon; a peer of a role may be silent for long.
    const inOrder = silent.toSorted((a, b) => Number(isServing(a)) - Number(isServing(b)));
    for (const story of inOrder.slice(0, MAX_LOOKS)) await this.look(story);
    this.#isLooking = false;
  }

  #isDue(story: Story): boolean {
    if (!mayBeHere(story) || story.movedAt === this.#seen.get(story)) return false;
    return story.now() - story.movedAt >= 1_000 * this.#patienceWith(story);
  }

  /** A client is looked for before it gives up: its leaving would wake the other end. */
  #patienceWith(story: Story): number {
    if (roleOf(story)?.side !== "client") return SILENCE_MS.server;
    const { timeout } = (this.#optionsOf?.(story) ?? {}) as { readonly timeout?: number };
    return Math.min(SILENCE_MS.client, (timeout ?? SILENCE_MS.server) * OF_TIMEOUT);
  }

  /** Resolves when it is in the story, or cannot be told, or takes too long: then it is in the story a little later. */
  async look(story: Story): Promise<void> {
    const { local, remote } = story.subject;
    const { port } = local;
    if (port === 0 || !mayBeHere(story)) return;
    const { movedAt } = story;
    this.#seen.set(story, movedAt);
    const looked = this.#programAt({ peer: remote, ours: { port } }).then((sample) => {
      // On a busy machine it may have gone on meanwhile.
      if (sample && story.endedAt === undefined && story.movedAt === movedAt) story.recordProgram(sample);
    });
    let timer: unknown;
    const limit = new Promise<void>((resolve) => {
      timer = this.#clock.setTimeout(resolve, PATIENCE_MS);
    });
    await Promise.race([looked.catch(() => undefined), limit]);
    this.#clock.clearTimeout(timer);
  }
}

const isServing = (story: Story) => roleOf(story)?.side !== "client";

/** Never for another machine; datagrams have no connection to look for. */
const mayBeHere = ({ subject: { transport, remote, isInternal } }: Story) =>
  transport === "tcp" && isInternal !== true && isLoopback(remote.address);
