/** Ways out of a case: what is thrown decides its status. Anything else that is thrown is a fault of the checker. */
import type { Octets } from "./report.ts";

/** The program did otherwise than the rule says. */
export class CheckFailure extends Error {
  override readonly name = "CheckFailure";
  readonly expected: Octets | undefined;
  readonly got: Octets | undefined;

  constructor(
    message: string,
    { expected, got }: { expected?: Octets | undefined; got?: Octets | undefined } = {},
  ) {
    super(message);
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

/** The program cannot be started, so that no other case can either. */
export class NotStarted extends Error {
  override readonly name = "NotStarted";
}
