import type { RegisteredAt } from "../machines/_world.ts";
import type { Cause } from "../stories/causes.ts";

/**
 * News of the actors, as events: nothing in the actors logs. `src/log.ts` is the one place that maps an event to a level
 * and a sentence.
 */
export type TelemetryEvent =
  | { readonly type: "instance.running"; readonly id: string; readonly role: string; readonly at: string }
  /** The same of many that started together, for one line: a row a role. */
  | {
      readonly type: "lab.running";
      readonly id: string;
      readonly hosts: readonly string[];
      readonly roles: readonly { readonly role: string; readonly count: number; readonly ports: string }[];
    }
  | { readonly type: "instance.state"; readonly id: string; readonly from: string; readonly to: string }
  | { readonly type: "instance.backingOff"; readonly id: string; readonly why: string }
  | { readonly type: "instance.failed"; readonly id: string; readonly why: string }
  | { readonly type: "instance.finished"; readonly id: string; readonly result: string }
  | { readonly type: "instance.note"; readonly id: string; readonly text: string }
  | ({ readonly type: "instance.registered"; readonly id: string } & RegisteredAt)
  /** The same of many, for one line: a row a role. */
  | {
      readonly type: "lab.registered";
      readonly id: string;
      readonly roles: readonly { readonly role: string; readonly count: number; readonly at: string }[];
      /** How many of them other machines are told a wrong address of. */
      readonly hidden: number;
    }
  /** A role has something to say to its operators. */
  | { readonly type: "instance.notice"; readonly id: string; readonly text: string }
  | { readonly type: "instance.remark"; readonly id: string; readonly text: string }
  /** Others than this machine can reach it. */
  | { readonly type: "instance.exposed"; readonly id: string; readonly at: string; readonly what: string }
  /** The same of many, for one line. */
  | {
      readonly type: "lab.exposed";
      readonly id: string;
      readonly roles: readonly { readonly id: string; readonly at: string; readonly what: string }[];
    }
  /** Code of a role did not come back for so long; `state`: where its machine was, or its hub. */
  | {
      readonly type: "role.held";
      readonly id: string;
      readonly role: string;
      readonly state: string;
      readonly ms: number;
    }
  | { readonly type: "connection.opened"; readonly id: string; readonly remote: string }
  | {
      readonly type: "connection.closed";
      readonly id: string;
      readonly by?: "peer" | "us";
      readonly cause?: Cause | undefined;
      readonly bytesIn: number;
      readonly bytesOut: number;
    }
  | {
      readonly type: "connection.refused";
      readonly id: string;
      readonly remote: string;
      readonly cause: Cause;
    }
  | { readonly type: "connection.failed"; readonly id: string; readonly cause: Cause }
  | { readonly type: "connection.remark"; readonly id: string; readonly cause: Cause }
  | { readonly type: "connection.crashed"; readonly id: string; readonly error: unknown };

export type Telemetry = (event: TelemetryEvent) => void;
