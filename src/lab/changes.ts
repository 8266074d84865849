/** News of the lab, by topic. A listener hears of a change when it has happened: what it then asks for is as it was told. */
import type { LogLine } from "../log.ts";
import type { Entry, Story } from "../stories/story.ts";
import type { LabInstance } from "./lab-instance.ts";

export type InstanceChange =
  | {
      readonly kind: "state";
      readonly id: string;
      readonly from: string;
      readonly to: string;
      readonly instance: LabInstance;
    }
  | { readonly kind: "removed"; readonly id: string };

export interface ConnectionChange {
  readonly kind: "opened" | "closed";
  readonly story: Story;
}

export interface EntryChange {
  readonly story: Story;
  readonly entry: Entry;
}

export interface LabChanges {
  readonly instances: InstanceChange;
  readonly connections: ConnectionChange;
  readonly entries: EntryChange;
  /** Something in the registry: `registry.list` tells what it is now. */
  readonly registry: undefined;
  readonly log: LogLine;
}

export type LabTopic = keyof LabChanges;
export type ChangeListener<Topic extends LabTopic> = (change: LabChanges[Topic]) => void;

/** Listeners of one topic. */
export class Listeners<Change> {
  readonly #listeners = new Set<(change: Change) => void>();

  /** Returns what ends it. */
  add(listener: (change: Change) => void): () => void {
    // The same function may be added twice, and each time is ended by itself.
    const own = (change: Change) => listener(change);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  notify(change: Change): void {
    for (const listener of this.#listeners) listener(change);
  }
}
