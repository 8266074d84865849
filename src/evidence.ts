/** Evidence of a lab over weeks: its journal, begun where it is wanted, and how long each week of it is kept. */
import path from "node:path";
import { version } from "./config.ts";
import { messageOf } from "./errors.ts";
import { StoryJournal } from "./journaling.ts";
import { keptMs } from "./lab/kept-time.ts";
import { isOwnQuestion } from "./lab/selectors.ts";
import type { Clock } from "./machines/_world.ts";
import type { LabDatabase } from "./stores/database.ts";
import { openJournal } from "./stores/journal.ts";
import { dropOldWeeks } from "./stores/journal-files.ts";
import { openNumbers } from "./stores/numbers.ts";
import type { Recorder } from "./stories/recorder.ts";

const DAY_MS = 86_400_000;

/** The lab file, as far as it decides. */
interface KeptLab {
  readonly name: string;
  /** Of a class, its settings. */
  readonly class: unknown;
  /** `keep:`, e.g. `{ journal: 15w }`. */
  readonly keep?: { readonly journal: string } | undefined;
}

export interface EvidenceParts {
  readonly database: LabDatabase;
  readonly recorder: Recorder;
  readonly clock: Clock;
  /** `--journal` or `--no-journal`; undefined: where the lab is a class. */
  readonly isWanted: boolean | undefined;
  readonly lab: () => KeptLab;
  /** Of the registry. */
  readonly tokens: () => readonly string[];
  /** By the instance's id: `--record full`. */
  readonly isRecordedInFull: (instance: string) => boolean;
  readonly say: (sentence: string, level: "info" | "warn") => void;
}

export class Evidence {
  readonly journal: StoryJournal;
  readonly #parts: EvidenceParts;
  #run: number | undefined;

  constructor(parts: EvidenceParts) {
    this.#parts = parts;
    const { database, recorder, clock, say, lab, isRecordedInFull } = parts;
    const startedAt = Math.round(clock.now());
    this.journal = new StoryJournal({
      recorder,
      tokens: parts.tokens,
      run: () => this.#runNumber(),
      open: () =>
        openJournal(database, {
          run: { id: this.#runNumber(), startedAt, lab: lab().name, version },
          now: () => clock.now(),
          onTrouble: (sentence) => say(sentence, "warn"),
          onWeek: () => this.#dropOld(),
        }),
      // File servers of ours look into their registries day and night: of 200 students that would be most of the journal.
      isWanted: (story) =>
        (this.#isJournaled && !isOwnQuestion(story)) || isRecordedInFull(story.subject.instance),
    });
  }

  /** The lab file has been read. */
  start(): void {
    if (this.#isJournaled) this.journal.start();
    this.#dropOld();
    setInterval(() => this.#dropOld(), DAY_MS).unref();
  }

  /** Default: a class is journaled, any other lab is not. */
  get #isJournaled(): boolean {
    const { isWanted, lab } = this.#parts;
    return isWanted ?? lab().class !== undefined;
  }

  /** Taken where it is wanted: most runs write nothing. */
  #runNumber(): number {
    this.#run ??= openNumbers(this.#parts.database).exact("run").next();
    return this.#run;
  }

  #dropOld(): void {
    const { database, clock, say, lab } = this.#parts;
    const kept = lab().keep?.journal;
    if (kept === undefined) return;
    try {
      const weeks = dropOldWeeks(path.dirname(database.file), keptMs(kept), clock.now());
      if (weeks.length > 0)
        say(`removed the journal of ${weeks.join(", ")}: this lab keeps it for ${kept}`, "info");
    } catch (error) {
      say(`old weeks of the journal stay: ${messageOf(error)}`, "warn");
    }
  }
}
