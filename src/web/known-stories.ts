/**
 * Stories that pages look at: those of memory, and those that the journal alone has - of an earlier run, or forgotten by memory since. A page
 * names one by its id; what was read from the journal stays for a while.
 */
import { setTimeout as delay } from "node:timers/promises";
import { parsePeerTerm } from "../ids.ts";
import type { Lab } from "../lab/lab.ts";
import type { Story } from "../stories/story.ts";
import { PAUSE } from "./pace.ts";

const MOST_KEPT = 64;
/** An id that is none is looked for again after that. */
const MISSING_MS = 2_000;

export class KnownStories {
  readonly #lab: Lab;
  /** By id, the one that was wanted longest ago first. */
  readonly #kept = new Map<string, Story>();
  readonly #missing = new Map<string, number>();
  /** Readings, one after another. */
  #reading: Promise<void> = Promise.resolve();

  constructor(lab: Lab) {
    this.#lab = lab;
  }

  /** Undefined: memory has none, and none was recalled. */
  find(id: string): Story | undefined {
    return this.#lab.stories().find(({ subject }) => subject.id === id) ?? this.#kept.get(id);
  }

  /** Whether `find` says all that there is to be said. */
  isLookedFor(id: string): boolean {
    const missingSince = this.#missing.get(id) ?? Number.NEGATIVE_INFINITY;
    return this.find(id) !== undefined || performance.now() - missingSince < MISSING_MS;
  }

  /** Looks in the journal. It is read in the daemon's thread, so a pause follows: a page that asks for many takes little of it. */
  recall(id: string): Promise<void> {
    if (this.isLookedFor(id)) return Promise.resolve();
    this.#reading = this.#reading.then(async () => {
      if (this.isLookedFor(id)) return;
      const begun = performance.now();
      await this.#read(id);
      await delay((performance.now() - begun) * PAUSE, undefined, { ref: false });
    });
    return this.#reading;
  }

  async #read(id: string): Promise<void> {
    const peer = parsePeerTerm(id);
    // A journal that cannot be read, or is of a newer version, has nothing for a page.
    const found = peer?.instance && (await this.#lab.journaled(peer).catch(() => undefined));
    if (found && found.form === "facts" && found.story.subject.id === id) keepIn(this.#kept, id, found.story);
    else keepIn(this.#missing, id, performance.now());
  }
}

function keepIn<Value>(some: Map<string, Value>, id: string, value: Value): void {
  some.delete(id);
  some.set(id, value);
  const [oldest] = some.keys();
  if (oldest !== undefined && some.size > MOST_KEPT) some.delete(oldest);
}
