/**
 * Entries as they happen, for `tap` and `trace`: bounded in count, time and rate, so that a firehose neither floods the
 * reader nor slows the roles. What is left out is counted, and the end says why it is one.
 */
import * as z from "zod";
import type { Lab } from "../lab/lab.ts";
import { isConnectionTerm, selectInstances, selectStories, shortId } from "../lab/selectors.ts";
import { duration, formatHostPort } from "../machines/_options.ts";
import { type Entry, type Story, wallMs } from "../stories/story.ts";
import type { Call } from "./command.ts";
import { showTokensOption } from "./guarded-options.ts";

export const followOptions = {
  n: z.number().int().min(1).max(1_000_000).default(10_000).describe("stop after this many entries"),
  for: duration().default(3_600_000).describe("stop after this time, e.g. 30s"),
  rate: z
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(200)
    .describe("show at most this many entries a second; the rest is counted"),
  showTokens: showTokensOption(),
};

/** Of each second, showing may take this long: whatever rate is asked for, the roles have the rest. */
const MAX_MS_A_SECOND = 25;
/** So many are shown on a slow machine too. */
const ALWAYS_SHOWN = 200;

interface Bounds {
  readonly n: number;
  readonly for: number;
  readonly rate: number;
}

type Wanted = (story: Story, entry: Entry) => boolean;

export interface Following<Options extends Bounds> {
  readonly call: Call<Options>;
  /** Kind of things that are followed, in a word: `entries`. */
  readonly what: string;
  /** Which of those that the selector leaves; it must be quick. */
  readonly isWanted?: Wanted;
  readonly show: (story: Story, entry: Entry) => void;
}

/** Resolves when it has ended: by its bounds, or by the reader. */
export function follow<Options extends Bounds>(following: Following<Options>): Promise<void> {
  return new Follower(following).ended;
}

class Follower<Options extends Bounds> {
  readonly ended: Promise<void>;
  readonly #following: Following<Options>;
  readonly #isWanted: Wanted;
  #shown = 0;
  #second = 0;
  #shownThisSecond = 0;
  #busyMsThisSecond = 0;
  #leftOut = 0;
  #stop: (why: string) => void = () => undefined;

  constructor(following: Following<Options>) {
    const { lab, rest } = following.call;
    this.#following = following;
    const isSelected = wantedBy(lab, rest);
    const isOfKind = following.isWanted ?? (() => true);
    this.#isWanted = (story, entry) => isOfKind(story, entry) && isSelected(story, entry);
    this.ended = this.#follow();
  }

  #follow(): Promise<void> {
    const { call, what } = this.#following;
    const { lab, options, signal, isJson, err, rest } = call;
    if (!isJson) err(`following ${rest.length > 0 ? rest.join(" ") : "everything"}; Ctrl-C ends it`);
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#stop(`after ${options.for / 1_000} s`), options.for);
      const untap = lab.subscribe(
        "entries",
        ({ story, entry }) => this.#see(story, entry),
        storiesWantedBy(lab, rest),
      );
      this.#stop = (why) => {
        clearTimeout(timer);
        untap();
        this.#stop = () => undefined;
        this.#noteLeftOut();
        if (!isJson) err(`${this.#shown} ${what} shown; ended ${why}`);
        resolve();
      };
      if (signal.aborted) this.#stop("by Ctrl-C");
      else signal.addEventListener("abort", () => this.#stop("by Ctrl-C"), { once: true });
    });
  }

  #see(story: Story, entry: Entry): void {
    if (!this.#isWanted(story, entry)) return;
    const { call, what, show } = this.#following;
    const second = Math.floor(wallMs(story, entry) / 1_000);
    if (second !== this.#second) {
      this.#noteLeftOut();
      this.#second = second;
      this.#shownThisSecond = 0;
      this.#busyMsThisSecond = 0;
    }
    const isBusy = this.#shownThisSecond >= ALWAYS_SHOWN && this.#busyMsThisSecond >= MAX_MS_A_SECOND;
    const isTooMuch = this.#shownThisSecond >= call.options.rate || isBusy;
    if (isTooMuch || call.isBehind) {
      this.#leftOut += 1;
      return;
    }
    this.#shownThisSecond += 1;
    this.#shown += 1;
    const startedAt = performance.now();
    show(story, entry);
    this.#busyMsThisSecond += performance.now() - startedAt;
    if (this.#shown >= call.options.n) this.#stop(`after ${this.#shown} ${what} (--n)`);
  }

  #noteLeftOut(): void {
    const { call, what } = this.#following;
    if (this.#leftOut > 0 && !call.isJson)
      call.err(
        `${this.#leftOut} ${what} left out, because there were more than --rate allows, or than the daemon had time for`,
      );
    this.#leftOut = 0;
  }
}

/** A role may be followed before anybody connects; connections that come later belong to it too. */
export function wantedBy(lab: Lab, terms: readonly string[]): Wanted {
  const tests = terms.map((term) => termTest(lab, term));
  return (story, entry) => tests.every((test) => test(story, entry));
}

/** The same as far as a story alone tells: an entry may decide on the rest. */
export function storiesWantedBy(lab: Lab, terms: readonly string[]): (story: Story) => boolean {
  const tests = terms.filter((term) => !/^(state|event)=/.test(term)).map((term) => termTest(lab, term));
  return (story) => tests.every((test) => test(story, ANY_ENTRY));
}

const ANY_ENTRY: Entry = { kind: "opened", at: 0, state: "" };

function termTest(lab: Lab, term: string): Wanted {
  const [, field, value = ""] = /^(state|event|addr|label)=(.*)$/.exec(term) ?? [];
  switch (field) {
    // A transition is into this state, or out of it.
    case "state":
      return (story, entry) =>
        entry.kind === "transition" ? entry.from === value || entry.to === value : story.state === value;
    case "event":
      return (_, entry) => entry.kind === "transition" && entry.event === value;
    case "addr":
      return ({ subject: { remote } }) =>
        remote.address === value || formatHostPort({ host: remote.address, port: remote.port }) === value;
    case "label":
      return ({ subject }) => subject.label === value;
  }
  if (isConnectionTerm(term)) {
    const chosen = new Set(selectStories(lab, [term]));
    return (story) => chosen.has(story);
  }
  const ids = new Set(selectInstances(lab, [term]).map(({ id }) => id));
  return ({ subject }) => ids.has(subject.instance);
}

/** When, and whose: what stands in front of each line. */
export function lineStart(story: Story, entry: Entry): string {
  const time = new Date(wallMs(story, entry)).toISOString().slice(11, 23);
  return `${time} ${story.subject.instance}/${shortId(story).padEnd(4)}`;
}

export const cutTo = (line: string, columns: number) =>
  line.length > columns ? `${line.slice(0, columns - 1)}…` : line;
