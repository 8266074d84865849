/** Questions by datagram: what a client asks, and when it is answered. For an onlooker, who sees the datagrams of others. */
import type { Cause } from "../stories/causes.ts";

export interface Asking {
  /** Name of the role that is asked. */
  readonly of: string;
  /** State that waits for answers. */
  readonly state: string;
  readonly patienceMs: number;
  readonly isQuestion: (text: string) => boolean;
  /** Nothing more is to come. */
  readonly isAnswered: (answers: readonly string[]) => boolean;
  /** Why these are no right answer; of none, they have not come within its patience. Undefined: they are right. */
  readonly faultIn: (question: string, answers: readonly string[], at: string) => Cause | undefined;
}
