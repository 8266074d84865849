/**
 * A budget of file descriptors, kept below the system's limit. Out of descriptors, Node accepts a connection and closes
 * it without any event: its peer hears nothing, and no log tells of it. So peers are refused in words before that, and
 * a reserve is left for files, the database, programs and the control socket.
 */
import { readdirSync, readFileSync } from "node:fs";
import { osCode } from "../os/os-errors.ts";

/** Of the limit, for what is open for a moment only: files, questions to a registry, the database's own. */
const RESERVED_SHARE = 1 / 4;
const RESERVE = { least: 16, most: 256 };
/** Files and programs of peers that are reckoned with at once; of thousands of peers only some fetch at the same moment. */
const MAX_EXTRA = 1_000;
/** Limits are named in such steps. */
const STEP = 1_024;
/** Descriptors that a Node process has open by itself, where the system does not say. */
const USUAL_COUNT = 32;

export interface DescriptorLimits {
  /** `ulimit -n`; infinite where there is none. */
  readonly limit: number;
  /** Open before anybody takes from the budget. */
  readonly inUse: number;
}

/** Descriptors that a peer holds, given back when its connection is over. */
export interface Permit {
  /** Over the budget: it is to be refused, and there is one to do that with care [FRAME-8]. */
  readonly isOverBudget: boolean;
  release(): void;
}

/** Refused peers that may be drained at once; those beyond are told in one write and closed. */
const MAX_DRAINING_REFUSALS = 8;

export class DescriptorBudget {
  readonly limit: number;
  readonly #inUse: number;
  readonly #room: number;
  #taken = 0;
  /** Descriptors that admitted peers may have us hold besides their connection. */
  #extra = 0;
  #lingering = 0;
  readonly #permits = new Map<number, Permit>();
  readonly #overBudget: Permit = {
    isOverBudget: true,
    release: () => {
      this.#lingering -= 1;
    },
  };

  constructor({ limit, inUse }: DescriptorLimits) {
    this.limit = limit;
    this.#inUse = inUse;
    this.#room = Math.max(1, limit - inUse - reserveOf(limit));
  }

  /** Of this process, as it is now. */
  static ofProcess(): DescriptorBudget {
    return new DescriptorBudget({ limit: limitOfProcess(), inUse: countOpen() });
  }

  /** How many more peers and operators may have. */
  get left(): number {
    return this.#room - this.#taken - Math.min(this.#extra, MAX_EXTRA);
  }

  /** The limit, in whole thousands, under which so many were left. */
  limitFor(count: number): number {
    let limit = STEP;
    while (limit - this.#inUse - reserveOf(limit) < count) limit += STEP;
    return limit;
  }

  /** So many for a peer, its connection included; undefined where there is none even to refuse it with care. */
  admit(count: number): Permit | undefined {
    if (this.left > 0 && (count <= this.left || this.#extra >= MAX_EXTRA)) {
      this.#hold(1, count - 1);
      return this.#permitFor(count);
    }
    if (this.#lingering >= MAX_DRAINING_REFUSALS) return undefined;
    this.#lingering += 1;
    return this.#overBudget;
  }

  /** The same for all that hold as many. */
  #permitFor(count: number): Permit {
    let permit = this.#permits.get(count);
    if (!permit) {
      permit = { isOverBudget: false, release: () => this.#hold(-1, 1 - count) };
      this.#permits.set(count, permit);
    }
    return permit;
  }

  #hold(connections: number, besides: number): void {
    this.#taken += connections;
    this.#extra += besides;
  }

  /** For what an operator asked for: always granted, and peers have the fewer. */
  take(count: number): void {
    this.#taken += count;
  }

  give(count: number): void {
    this.#taken -= count;
  }
}

function reserveOf(limit: number): number {
  return Math.min(RESERVE.most, Math.max(RESERVE.least, Math.ceil(limit * RESERVED_SHARE)));
}

interface ProcessReport {
  readonly userLimits?: { readonly open_files?: { readonly soft?: number | string } };
}

/** Node raises the soft limit to the hard one as it starts. The kernel's own file is read in no time; a report takes milliseconds. */
function limitOfProcess(): number {
  try {
    const [, soft] = /^Max open files\s+(\S+)/m.exec(readFileSync("/proc/self/limits", "utf8")) ?? [];
    return soft === "unlimited" ? Number.POSITIVE_INFINITY : Number(soft);
  } catch (error) {
    if (osCode(error) === undefined) throw error;
    return limitByReport();
  }
}

function limitByReport(): number {
  // Looking up the names of network addresses takes seconds where no name server answers.
  Object.assign(process.report, { excludeNetwork: true });
  const { userLimits } = process.report.getReport() as ProcessReport;
  const soft = Number(userLimits?.open_files?.soft);
  return Number.isFinite(soft) ? soft : Number.POSITIVE_INFINITY;
}

function countOpen(): number {
  try {
    return readdirSync("/dev/fd").length;
  } catch (error) {
    if (osCode(error) === undefined) throw error;
    return USUAL_COUNT;
  }
}
