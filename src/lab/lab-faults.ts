/**
 * Faults that a lab file puts on the lines of its roles, each as it is typed behind `fault add ROLE`:
 *
 *   - role: calculator
 *     faults:
 *       - latency=100ms
 *       - slicer average_size=1 delay=5ms direction=out chance=20% seed=7
 *
 * A proxy's are on its clients' connections; `leg=server` and `leg=both` say otherwise.
 */
import { NetlabError } from "../errors.ts";
import type { Fault, Transport } from "../faults/fault.ts";
import type { FaultRequest } from "../faults/fault-board.ts";
import { faultOfWords, shareOf } from "../faults/fault-words.ts";
import type { Side } from "../machines/_role.ts";
import type { LabFile } from "./lab-file.ts";

/** A fault of an entry in the file, and its place there. */
export interface LabFault {
  readonly words: string;
  /** `lab.yaml:7` */
  readonly place: string;
}

const DIRECTIONS = ["in", "out", "both"] as const;
const LEGS = ["client", "server", "both"] as const;

/** Throws a NetlabError with the place of what is wrong. `transport` and `side`: the role's. */
export function labFaultRequest(
  { words, place }: LabFault,
  {
    target,
    transport,
    side,
  }: { readonly target: string; readonly transport: Transport; readonly side: Side },
  faults: ReadonlyMap<string, Fault>,
): FaultRequest {
  const all = words.trim().split(/\s+/);
  const own = all.filter((word) => !/^(direction|chance|seed|leg)=/.test(word));
  const value = (name: string) => all.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
  const wrong = (why: string) => new NetlabError("bad-lab-file/bad-entry", { place, why });
  const direction = DIRECTIONS.find((one) => one === (value("direction") ?? "both"));
  const chance = shareOf(value("chance") ?? "100%");
  const seed = Number(value("seed") ?? "1");
  const isProxy = side === "proxy";
  const leg = LEGS.find((one) => one === (value("leg") ?? "client"));
  if (!leg || (value("leg") !== undefined && !isProxy))
    throw wrong(`leg= is of a proxy, and one of ${LEGS.join(", ")}`);
  if (!direction) throw wrong(`direction= is one of ${DIRECTIONS.join(", ")}`);
  if (chance === undefined) throw wrong("chance= is a share, e.g. 20% or 0.2");
  if (!Number.isInteger(seed) || seed < 0) throw wrong("seed= is a whole number");
  try {
    const worded = faultOfWords(own, faults);
    if (!worded.fault.transports.includes(transport))
      throw wrong(`${worded.fault.name} is not a fault of ${transport}, which this role speaks`);
    const ofLeg = isProxy && leg !== "both" ? { leg } : {};
    return { ...worded, ...ofLeg, target, transport, direction, chance, seed, forMs: undefined };
  } catch (error) {
    if (error instanceof NetlabError && error.code === "usage") throw wrong(error.message);
    throw error;
  }
}

/** Whether any entry of the file has some: the faults themselves are read only then. */
export const hasFaults = ({ roles }: LabFile) => roles.some(({ faults = [] }) => faults.length > 0);
