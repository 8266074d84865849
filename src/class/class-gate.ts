/** Rules for new peers of a class: opening hours, a freeze, and how much one student or one address may do. */
import { type Cause, cause } from "../stories/causes.ts";
import type { Story } from "../stories/story.ts";
import { ArrivalRates, type TooQuick } from "./arrival-rates.ts";
import type { ClassSettings, OpenTime } from "./class-settings.ts";

export interface Rejection {
  readonly cause: Cause;
  readonly words: string;
}

/** Part of it that outlives a restart. */
export interface GateState {
  readonly isFrozen: boolean;
  /** Open until then, whatever the hours are; 0: no. */
  readonly openUntil: number;
}

export interface GateParts {
  readonly now: () => number;
  /** Whether this instance belongs to the class. */
  readonly isOfClass: (instance: string) => boolean;
  /** Live stories by label, and by address. */
  readonly openOf: (story: Story) => { readonly ofStudent: number; readonly ofAddress: number };
}

export class ClassGate {
  readonly #parts: GateParts;
  readonly #ofStudents = new ArrivalRates();
  /** Apart from the students': an id may look like an address. */
  readonly #ofAddresses = new ArrivalRates();
  #settings: Pick<ClassSettings, "open" | "limits" | "addressLimits"> = {};
  state: GateState = { isFrozen: false, openUntil: 0 };

  constructor(parts: GateParts) {
    this.#parts = parts;
  }

  adopt(settings: Pick<ClassSettings, "open" | "limits" | "addressLimits">): void {
    this.#settings = settings;
  }

  rejects(story: Story): Rejection | undefined {
    const { subject } = story;
    if (subject.isInternal || !this.#parts.isOfClass(subject.instance)) return undefined;
    return this.#rejectsAll() ?? this.#rejectsOne(story);
  }

  /** Reason for which no peer comes in now; undefined: the class is open. */
  #rejectsAll(): Rejection | undefined {
    const now = this.#parts.now();
    const { isFrozen, openUntil } = this.state;
    if (now < openUntil) return undefined;
    if (isFrozen) return { cause: cause("class-frozen", {}), words: "The lab is paused. Try again later." };
    const { open: hours } = this.#settings;
    if (!hours || hours.some(({ from, until }) => from <= now && now < until)) return undefined;
    const opens = nextOpening(hours, now);
    const words = opens === "" ? "The lab is closed." : `The lab is closed. It opens at ${opens}.`;
    return { cause: cause("class-closed", { opens }), words };
  }

  #rejectsOne(story: Story): Rejection | undefined {
    const { limits, addressLimits } = this.#settings;
    if (!limits && !addressLimits) return undefined;
    const { label, remote } = story.subject;
    const { ofStudent, ofAddress } = this.#parts.openOf(story);
    const { address } = remote;
    const now = this.#parts.now();
    const because =
      (limits && label !== undefined && quick(label, this.#ofStudents.refuses(label, now, limits))) ||
      (addressLimits && quick(address, this.#ofAddresses.refuses(address, now, addressLimits))) ||
      (label !== undefined && ofStudent > (limits?.connections ?? Number.POSITIVE_INFINITY)
        ? cause("student-connections", { student: label, limit: limits?.connections ?? 0 })
        : undefined) ||
      (ofAddress > (addressLimits?.connections ?? Number.POSITIVE_INFINITY)
        ? cause("address-connections", { address, limit: addressLimits?.connections ?? 0 })
        : undefined);
    if (!because) return undefined;
    const isQuick = because.code === "too-quick" || because.code === "banned";
    return {
      cause: because,
      words: isQuick
        ? "Too many connections in a short time. Wait a moment."
        : "Too many connections are open.",
    };
  }
}

function quick(who: string, refusal: TooQuick | undefined): Cause | undefined {
  if (!refusal) return undefined;
  const { rate, isNew, leftMs } = refusal;
  if (!isNew) return cause("banned", { who, leftMs });
  return cause("too-quick", { who, count: rate.count, perMs: rate.perMs, banMs: leftMs });
}

/** `09:00 on 2026-12-01`, or nothing where it does not open again. By the clock of this machine. */
function nextOpening(hours: readonly OpenTime[], now: number): string {
  const next = hours.map(({ from }) => from).filter((from) => from > now);
  if (next.length === 0) return "";
  const at = new Date(Math.min(...next));
  const two = (number: number) => String(number).padStart(2, "0");
  return `${two(at.getHours())}:${two(at.getMinutes())} on ${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}
