/** Rules for new peers of a class: opening hours, a freeze, and how much one student or one address may do. */
import { type Cause, cause } from "../stories/causes.ts";
import type { Story } from "../stories/story.ts";
import type { ClassSettings, Limits, OpenTime } from "./class-settings.ts";

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

/** Arrivals of a student or an address: those of the present span, and until when it is refused. */
interface Arrivals {
  since: number;
  count: number;
  bannedUntil: number;
}

/** Addresses and students that are remembered; of more, the oldest are forgotten. */
const MOST_REMEMBERED = 4_096;

export class ClassGate {
  readonly #parts: GateParts;
  readonly #arrivals = new Map<string, Arrivals>();
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
    const because =
      (limits && label !== undefined && this.#overRate(label, limits)) ||
      (addressLimits && this.#overRate(address, addressLimits)) ||
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

  /** Counts an arrival. One who comes too quickly is refused for a while, and then begins anew. */
  #overRate(who: string, { rate, ban }: Limits): Cause | undefined {
    if (!rate) return undefined;
    const now = this.#parts.now();
    const one = this.#arrivals.get(who) ?? { since: now, count: 0, bannedUntil: 0 };
    this.#arrivals.delete(who);
    this.#arrivals.set(who, one);
    for (const oldest of this.#arrivals.keys()) {
      if (this.#arrivals.size <= MOST_REMEMBERED) break;
      this.#arrivals.delete(oldest);
    }
    if (now < one.bannedUntil) return cause("banned", { who, leftMs: one.bannedUntil - now });
    if (now - one.since >= rate.perMs) Object.assign(one, { since: now, count: 0 });
    one.count += 1;
    if (one.count <= rate.count) return undefined;
    Object.assign(one, { bannedUntil: now + ban, since: now + ban, count: 0 });
    return cause("too-quick", { who, count: rate.count, perMs: rate.perMs, banMs: ban });
  }
}

/** `09:00 on 2026-12-01`, or nothing where it does not open again. By the clock of this machine. */
function nextOpening(hours: readonly OpenTime[], now: number): string {
  const next = hours.map(({ from }) => from).filter((from) => from > now);
  if (next.length === 0) return "";
  const at = new Date(Math.min(...next));
  const two = (number: number) => String(number).padStart(2, "0");
  return `${two(at.getHours())}:${two(at.getMinutes())} on ${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}
