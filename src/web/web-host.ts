/** The daemon, as far as the page's server has to do with it. */
import type { OperatorSession, OperatorTransport } from "../control/operator-session.ts";
import type { Lab } from "../lab/lab.ts";
import type { KnownStories } from "./known-stories.ts";
import type { Pump } from "./pump.ts";
import type { Sessions } from "./sessions.ts";

export interface WebHost {
  readonly lab: Lab;
  readonly sessions: Sessions;
  readonly pump: Pump;
  readonly stories: KnownStories;
  /** The same session as behind the control socket, at the level that the page's prompt has. */
  openOperator(transport: OperatorTransport): OperatorSession;
}
