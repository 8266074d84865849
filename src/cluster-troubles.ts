/** Troubles of the bus on their way to the log: each is named once, as a right that is missing is missed every second; the rest is counted. */
import type { BusTrouble, Subject } from "./cluster/bus.ts";
import { messageOf, NetlabError } from "./errors.ts";
import { printable } from "./printable.ts";

/** Different sentences; others are not worth a log that grows. */
const MAX_TOLD = 100;
const MAX_SUBJECT = 100;

const fullText = (why: string) =>
  `the NATS server has no room left (${why}): rooms wait, and changes of registry and book stay at this daemon, until its storage is larger (max_file_store)`;

export class ClusterTroubles {
  readonly #told = new Set<string>();
  #waiting: string[] = [];
  #tell: ((sentence: string) => void) | undefined;
  #malformed = 0;
  #complaint: string | undefined;

  /** Messages on the bus that were none of netlabd's, and were dropped. */
  get malformed(): number {
    return this.#malformed;
  }

  /** Error of a start that ended so: a server that misses a right does not answer, and says why apart. */
  reasonOf(error: unknown, at: string): unknown {
    const why = this.#complaint;
    if (why === undefined || !(error instanceof NetlabError) || error.code !== "no-bus") return error;
    return new NetlabError("no-bus/refuses", { at, what: "a right", why }, { cause: error });
  }

  /** From here on there is a log; what came before goes there too. */
  tellTo(tell: (sentence: string) => void): void {
    this.#tell = tell;
    for (const sentence of this.#waiting.splice(0)) tell(sentence);
  }

  readonly hear = (trouble: BusTrouble): void => {
    if (trouble.kind === "engine") {
      this.#complaint ??= trouble.why;
      return this.#once(`the NATS server complains: ${trouble.why}`);
    }
    if (trouble.kind === "full") return this.#once(fullText(trouble.why), "full");
    const why = messageOf(trouble.error);
    this.#once(`a message of ${trouble.of} on the bus was passed over, by a fault of netlabd: ${why}`);
  };

  readonly drop = (subject: Subject): void => {
    this.#malformed += 1;
    const at = printable(subject, MAX_SUBJECT);
    const told = `a malformed message on ${at} was dropped; the next ones are only counted (info --json)`;
    this.#once(told, "malformed");
  };

  /** `kind`: of which one sentence is enough. */
  #once(sentence: string, kind = sentence): void {
    if (this.#told.has(kind) || this.#told.size >= MAX_TOLD) return;
    this.#told.add(kind);
    if (this.#tell) this.#tell(sentence);
    else this.#waiting.push(sentence);
  }
}
