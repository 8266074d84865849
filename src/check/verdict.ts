/** Ways out of a case: what is thrown decides its status. Anything else that is thrown is a fault of the checker. */
import type { Story } from "../stories/story.ts";
import type { Octets } from "./report.ts";

/** Conversation in which an expectation was not met. */
export interface Blamed {
  readonly story: Story;
  /** When the last thing had come that was as it should be: what came by then has not failed. In microseconds of the story. */
  readonly since: number;
}

interface Details {
  readonly expected?: Octets | undefined;
  readonly got?: Octets | undefined;
  readonly blamed?: Blamed | undefined;
}

/** The program did otherwise than the rule says. */
export class CheckFailure extends Error {
  override readonly name = "CheckFailure";
  readonly expected: Octets | undefined;
  readonly got: Octets | undefined;
  readonly blamed: Blamed | undefined;

  constructor(message: string, { expected, got, blamed }: Details = {}) {
    super(message);
    this.blamed = blamed;
    this.expected = expected;
    this.got = got;
  }
}

/** Cannot be judged here. */
export class CheckSkip extends Error {
  override readonly name = "CheckSkip";
}

/** The program says itself that it does not do this. */
export class CheckUnimplemented extends Error {
  override readonly name = "CheckUnimplemented";
}

/** Nothing listens where the server should be, and never did in this check: there is no program to judge. */
export class NotReached extends Error {
  override readonly name = "NotReached";
}

/** The check ended while the case ran: it has no verdict. */
export class CheckOver extends Error {
  override readonly name = "CheckOver";
}

/** The program cannot be started, so that no other case can either. */
export class NotStarted extends Error {
  override readonly name = "NotStarted";
}

/** Swallows a failure that is another case's affair. */
export function butFailures(cause: unknown): void {
  if (!(cause instanceof CheckFailure)) throw cause;
}
