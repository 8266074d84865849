/** Common ground of all that a hub is at one node, whichever node owns it. */
import type { Clock } from "../machines/_world.ts";
import type { Bus, Subject } from "./bus.ts";
import type { HubSeats } from "./hub-seats.ts";
import type { HubSubjects } from "./hub-subjects.ts";
import type { Nodes } from "./nodes.ts";

export interface HubParts {
  readonly own: string;
  readonly bus: Bus;
  readonly nodes: Nodes;
  readonly clock: Clock;
  readonly subjects: HubSubjects;
  readonly seats: HubSeats;
  /** At the end of this turn of the loop. */
  readonly afterTurn: (then: () => void) => void;
  /** Hears of a message on the bus that is none of a hub. */
  readonly onMalformed: (subject: Subject) => void;
}
