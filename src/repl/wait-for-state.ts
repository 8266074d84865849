/**
 * `wait-for`: looks once, then again in each turn in which something was recorded of what it waits for. Only verdicts
 * that silence brings about (stuck, waiting) have no event of their own, so for those alone it looks by the clock.
 */
import { nearest } from "../catalogue/instance-options.ts";
import { NetlabError } from "../errors.ts";
import type { InstanceChange } from "../lab/changes.ts";
import { connectionDocument, instanceDocument } from "../lab/documents.ts";
import type { Lab, LabInstance } from "../lab/lab.ts";
import { isConnectionTerm, selectInstances, storyTestForLater } from "../lab/selectors.ts";
import type { Role } from "../machines/_role.ts";
import { printable } from "../printable.ts";
import { contextOf } from "../stories/editions.ts";
import { shownEntry, type Visibility } from "../stories/entry-text.ts";
import type { Entry, Story } from "../stories/story.ts";
import { verdicts } from "../stories/verdict.ts";
import type { Call } from "./command.ts";
import { reaches } from "./levels.ts";

export interface WaitOptions {
  readonly timeout: number;
  readonly count: number;
  readonly text?: string | undefined;
}

export const INSTANCE_STATES = ["starting", "running", "backingOff", "failed", "draining", "stopped"];
/** Verdicts that silence may bring about, without an event. */
const STILL_VERDICTS = ["stuck", "waiting", "violation", "note"];
export const VERDICTS: readonly string[] = verdicts;
const LOOK_AGAIN_MS = 250;
const MAX_TOLD = 3;

/** A connection or an instance that is as it was wanted. */
interface Found {
  readonly id: string;
  readonly document: () => unknown;
}

export class Waiting {
  /** Fails with `timed-out`, and where the words make no sense. */
  readonly ended: Promise<void>;
  readonly #call: Call<WaitOptions>;
  readonly #state: string | undefined;
  readonly #isMeant: (story: Story) => boolean;
  /** As they were told of last: one that is removed meanwhile was in its last state all the same. */
  readonly #instances: Map<string, LabInstance>;
  /** In the state once, since we look: also if it has left it by now. */
  readonly #passed = new Set<Story>();
  readonly #done = Promise.withResolvers<void>();
  #isOver = false;
  #isLookDue = false;

  constructor(call: Call<WaitOptions>) {
    const { lab, args, options } = call;
    const { selector = "", state } = args;
    if ((state === undefined) === (options.text === undefined)) {
      throw new NetlabError("usage/wait-for-what");
    }
    this.#call = call;
    this.#state = state;
    this.#isMeant = storyTestForLater(lab, selector);
    const isOfConnections = isConnectionTerm(selector) || selector.includes("=");
    const instances = isOfConnections ? [] : selectInstances(lab, [selector]);
    this.#instances = new Map(instances.map((instance) => [instance.id, instance]));
    if (state !== undefined) checkState(lab, state, instances);
    this.ended = this.#wait();
  }

  async #wait(): Promise<void> {
    const { lab, options, signal } = this.#call;
    const ends = [
      lab.subscribe("entries", ({ story, entry }) => this.#see(story, entry)),
      lab.subscribe("connections", ({ story }) => this.#isMeant(story) && this.#lookSoon()),
      lab.subscribe("instances", (change) => this.#heard(change)),
    ];
    const timer = setTimeout(() => this.#done.reject(this.#tooLate()), options.timeout);
    const clock = STILL_VERDICTS.includes(this.#state ?? "")
      ? setInterval(() => this.#look(), LOOK_AGAIN_MS)
      : undefined;
    const giveUp = () => this.#done.resolve();
    signal.addEventListener("abort", giveUp, { once: true });
    if (signal.aborted) giveUp();
    this.#look();
    try {
      await this.#done.promise;
    } finally {
      this.#isOver = true;
      for (const end of ends) end();
      clearTimeout(timer);
      clearInterval(clock);
      signal.removeEventListener("abort", giveUp);
    }
  }

  #heard(change: InstanceChange): void {
    if (change.kind !== "state" || !this.#instances.has(change.id)) return;
    this.#instances.set(change.id, change.instance);
    this.#look();
  }

  #see(story: Story, entry: Entry): void {
    if (!this.#isMeant(story)) return;
    if (entry.kind === "transition" && entry.to === this.#state) this.#passed.add(story);
    this.#lookSoon();
  }

  /** Entries come in bursts: one look for all of a turn. */
  #lookSoon(): void {
    if (this.#isLookDue) return;
    this.#isLookDue = true;
    setImmediate(() => {
      this.#isLookDue = false;
      this.#look();
    });
  }

  #look(): void {
    if (this.#isOver) return;
    const { options, isJson, data, out } = this.#call;
    const found = [...this.#foundInstances(), ...this.#foundStories()];
    if (found.length < options.count) return;
    this.#isOver = true;
    const { length } = found;
    const [first] = found;
    const who = length === 1 ? first?.id : `${first?.id} and ${length - 1} more`;
    if (isJson) data(length === 1 ? first?.document() : found.map(({ document }) => document()));
    else if (options.text === undefined) out(`${who} ${length === 1 ? "is" : "are"} ${this.#state}`);
    else out(`${who}: ${JSON.stringify(printable(options.text))} has gone over the connection`);
    this.#done.resolve();
  }

  #foundInstances(): Found[] {
    return [...this.#instances.values()]
      .filter(({ state }) => state === this.#state)
      .map((instance) => ({ id: instance.id, document: () => instanceDocument(instance) }));
  }

  #foundStories(): Found[] {
    const { lab, level, options } = this.#call;
    const { text } = options;
    const visibility = { showTokens: reaches(level, "own") };
    const isFound = (story: Story) =>
      text === undefined ? this.#isThere(story) : hasText(story, text, visibility);
    return lab
      .stories()
      .filter((story) => this.#isMeant(story) && isFound(story))
      .map((story) => ({
        id: story.subject.id,
        document: () => connectionDocument(story, lab.judged(story)),
      }));
  }

  #isThere(story: Story): boolean {
    const state = this.#state ?? "";
    const present = story.endedAt === undefined ? story.state : "closed";
    return (
      present === state ||
      this.#passed.has(story) ||
      (VERDICTS.includes(state) && this.#call.lab.judged(story).verdict === state)
    );
  }

  #tooLate(): NetlabError {
    const { lab, args, options } = this.#call;
    const present = [
      ...(options.text === undefined ? [...this.#instances.values()] : []).map(
        ({ id, state }) => `${id} is ${state}`,
      ),
      ...lab
        .stories()
        .filter((story) => this.#isMeant(story))
        .map((story) => `${story.subject.id} is ${story.endedAt === undefined ? story.state : "closed"}`),
    ];
    const more = present.length > MAX_TOLD ? ` and ${present.length - MAX_TOLD} more` : "";
    const now =
      present.length > 0 ? present.slice(0, MAX_TOLD).join(", ") + more : "there is no such connection";
    const { selector } = args;
    const what =
      options.text !== undefined
        ? `${JSON.stringify(options.text)} has not gone over ${selector}`
        : options.count > 1
          ? `not ${options.count} of ${selector} are ${this.#state}`
          : `${selector} is not ${this.#state}`;
    return new NetlabError("timed-out/wait-for", { ms: options.timeout, what, now });
  }
}

/** States that a connection of this role can be in. */
export const statesOf = ({ machine, phases }: Role) => [
  ...new Set([...Object.keys(machine.states), ...Object.keys(phases)]),
];

/** A state that none of them can ever be in is a slip of the pen: better said at once than after a time-out. */
function checkState(lab: Lab, state: string, instances: readonly LabInstance[]): void {
  if (instances.length === 0) return;
  const roles = instances.flatMap(({ type }) => lab.roles.get(type) ?? []);
  const own = roles.flatMap(statesOf);
  const known = [...new Set([...own, ...INSTANCE_STATES, ...VERDICTS, "closed"])];
  if (known.includes(state) || state.includes(".") || state.includes("+")) return;
  const near = nearest(state, known);
  throw new NetlabError("usage/wait-for-state", {
    state,
    hint: near ? `did you mean ${near}?` : `there are ${own.join(", ")}`,
  });
}

/** In the bytes that may be seen: who may not see a token may not guess it letter by letter either. */
function hasText(story: Story, text: string, visibility: Visibility): boolean {
  const wanted = Buffer.from(text);
  const context = contextOf(story);
  const gone = (direction: "in" | "out") =>
    Buffer.concat(
      story.entries.flatMap((entry) => {
        if (entry.kind !== direction) return [];
        const shown = shownEntry(entry, context, visibility);
        return "bytes" in shown ? [shown.bytes] : [];
      }),
    );
  return gone("in").includes(wanted) || gone("out").includes(wanted);
}
