/** Surroundings of one try of a case, shared by all its connections. */
import type { Role } from "../machines/_role.ts";
import type { Recorder } from "../stories/recorder.ts";
import type { Chance } from "./chance.ts";
import type { Program } from "./program.ts";
import type { Silence } from "./silence.ts";
import type { Stage } from "./stage.ts";
import type { Transcript } from "./transcript.ts";
import type { UsualAnswers } from "./usual-answers.ts";

export interface Scene {
  readonly chance: Chance;
  readonly stage: Stage;
  readonly transcript: Transcript;
  /** Private: each connection's story, for the diagnoses. */
  readonly recorder: Recorder;
  /** Role of ours that the checker stands in for: of a server that is checked, its client. */
  readonly counterpart: Role | undefined;
  /** End of a message that this program takes: none, or a line's. */
  readonly ending: "" | "\n";
  readonly usual: UsualAnswers | undefined;
  /** Of a server that is checked. */
  readonly silence: Silence;
  /** Aborted when the case has had its time. */
  readonly signal: AbortSignal;
  /** As of now: a case may start it again. */
  program(): Program | undefined;
  remark(text: string): void;
}
