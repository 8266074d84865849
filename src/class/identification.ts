/** Finds out whose connection it is, on a port that all share: its peer says a name, and that name is a student's. */
import type { Recorder } from "../stories/recorder.ts";
import type { Entry, Story } from "../stories/story.ts";
import type { Student } from "./class-plan.ts";
import type { Identity } from "./class-settings.ts";

export interface IdentificationParts {
  readonly recorder: Pick<Recorder, "tap">;
  readonly members: (
    instance: string,
  ) => readonly { readonly id: string; readonly name: string }[] | undefined;
  readonly identityOf: (instance: string) => Identity | undefined;
  readonly find: (name: string) => Student | undefined;
  /** The story has its label from here on. */
  readonly onIdentified: (story: Story) => void;
}

/** A name comes early, or not at all. */
const MOST_ENTRIES = 40;
/** Longest first line that may be a name. */
const MOST_CHARACTERS = 64;

export class Identification {
  readonly #parts: IdentificationParts;

  #end: (() => void) | undefined;

  constructor(parts: IdentificationParts) {
    this.#parts = parts;
  }

  /** Listens only where a port is everybody's: each entry that is listened to costs something. */
  listen(isWanted: boolean): void {
    this.#end?.();
    this.#end = isWanted
      ? this.#parts.recorder.tap(
          (story, entry) => this.#hear(story, entry),
          (story) => this.#isWanted(story),
        )
      : undefined;
  }

  #isWanted({ subject, length }: Story): boolean {
    if (subject.label !== undefined && !this.#isOfGroup(subject.label)) return false;
    const identity = this.#parts.identityOf(subject.instance);
    return identity !== undefined && identity !== "port" && length <= MOST_ENTRIES;
  }

  /** A group's own room gives its connections the group's label, until the peer is known. */
  #isOfGroup(label: string): boolean {
    return label.startsWith("group-") && this.#parts.find(label) === undefined;
  }

  #hear(story: Story, entry: Entry): void {
    const { instance, id } = story.subject;
    if (this.#parts.identityOf(instance) === "first-line") {
      if (entry.kind === "in") this.#identify(story, firstLine(entry.bytes));
    } else if (entry.kind === "transition") {
      const member = this.#parts.members(instance)?.find((one) => one.id === id);
      if (member) this.#identify(story, member.name);
    }
  }

  /** The name that was known at the end, where it had come unseen. */
  onEnd(story: Story): void {
    if (story.peerName !== undefined && this.#isWanted(story)) this.#identify(story, story.peerName);
  }

  #identify(story: Story, name: string): void {
    const student = name === "" ? undefined : this.#parts.find(name);
    if (!student) return;
    story.subject.label = student.shown;
    this.#parts.onIdentified(story);
  }
}

const firstLine = (bytes: Buffer) =>
  (/^[^\r\n\0]*/.exec(bytes.toString("latin1", 0, MOST_CHARACTERS)) ?? [""])[0].trim();
