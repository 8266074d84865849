/** Common ground of all connections of one server, or of one run of a client. */
import type { Phase } from "../machines/_role.ts";
import { defaultLimits as framerLimits } from "../wire/framer.ts";
import type { Connection } from "./connection.ts";
import type { Crowds } from "./crowd.ts";
import type { IntakeHost, IntakeLimits } from "./intake.ts";
import type { Sleep } from "./peer-machine.ts";
import type { CommonOptions } from "./service.ts";

export interface ConnectionLimits extends IntakeLimits {
  readonly maxQueueBytes: number;
  readonly idleMs: number;
}

/** The same object for all connections of an instance. */
export function limitsOf({ maxMessage, maxQueue, idle, framing }: CommonOptions): ConnectionLimits {
  return { ...framerLimits, maxMessageBytes: maxMessage, maxQueueBytes: maxQueue, idleMs: idle, framing };
}

export interface ConnectionHost extends IntakeHost {
  readonly phases: Readonly<Record<string, Phase>>;
  readonly limits: ConnectionLimits;
  /** Of machines that wait; without it, all stay awake. */
  readonly sleep?: Sleep | undefined;
  /** Crowds that its hub speaks to. */
  readonly crowds?: Crowds | undefined;
  /** Something of ours threw: a client's run ends with its connection. */
  readonly onCrash?: (error: unknown) => void;
  /** The connection is over; its story has ended. */
  over(connection: Connection): void;
}
