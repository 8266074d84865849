/** Time of a conversation that is looked at afterwards: it goes where the events are, and timers go off on the way. */
import { StandingClock } from "../replay/standing-clock.ts";

export class SeenClock extends StandingClock {
  monotonic(): number {
    return Math.round(this.now() * 1_000);
  }
}
