/**
 * Entries of one story in one flat array, three slots each: when it happened, its kind with its size, and what it holds. Bytes are
 * held as text, a character a byte, and what many entries have in common is held once for all of them: an object and a buffer for
 * each would cost more than the conversation itself. Readers get plain entries, made when they ask.
 *
 * The first entries stay; behind them is a ring of the last. What falls out of it is counted, and known by its size alone: looking
 * at what it held, which has grown old by then, would take longer than writing the new one.
 */
import { bytesIn, bytesOut, type Entry, type EntryOf } from "./entry.ts";

/** An entry without its time: the same object for all that say the same. */
export type Fact = Entry extends infer One ? (One extends Entry ? Omit<One, "at"> : never) : never;
export type MessageFact = Omit<EntryOf<"message">, "at" | "size">;

/** Holdings of a slot: text of a character a byte, words as they were sent, bytes, a fact, or an entry whole. */
export type Held = string | Buffer | Fact | MessageFact | Entry;

/** Kinds of slots, in the three lowest bits of the second; above them is the size. */
export const slot = {
  /** A read, whole: its bytes as latin1. */
  in: 0,
  /** A write of text. */
  outText: 1,
  /** A write of bytes, whole. */
  out: 2,
  message: 3,
  fact: 4,
  /** A read that was not kept whole. */
  inCut: 5,
  /** A write that was not kept whole: its bytes, or as latin1. */
  outCut: 6,
  /** An entry as it is. */
  entry: 7,
} as const;

type SlotKind = (typeof slot)[keyof typeof slot];

const WIDTH = 3;
const FIRST_ENTRIES = 32;
export const LAST_ENTRIES = 64;

/** Costs in memory, as measured, so that the budget is kept: of three slots, and of a string, a buffer, an object in one of them. */
const SLOTS_COST = 32;
const TEXT_COST = 24;
const BUFFER_COST = 240;
const ENTRY_COST = 80;

/** Indices of the slots behind the first entries, and behind the last. */
interface Room {
  readonly firstEnd: number;
  readonly end: number;
}

const USUAL: Room = { firstEnd: FIRST_ENTRIES * WIDTH, end: (FIRST_ENTRIES + LAST_ENTRIES) * WIDTH };
/** Of a story that keeps everything. */
const BOUNDLESS: Room = { firstEnd: Number.MAX_SAFE_INTEGER, end: Number.MAX_SAFE_INTEGER };

/** Entries that are no longer kept, and what went over the wire with them. */
interface Gap {
  readonly at: number;
  omitted: number;
  bytesIn: number;
  bytesOut: number;
}

/** Kind and size as one small integer. */
export const coded = (kind: SlotKind, sizeBytes = 0) => sizeBytes * 8 + kind;
export const kindIn = (code: number) => code & 7;
export const sizeIn = (code: number) => (code - kindIn(code)) / 8;

export class Slots {
  readonly #slots: (number | Held)[] = [];
  readonly #room: Room;
  /** Index of the oldest of the last: once there is no room, the next one goes there. */
  #oldest: number;
  #gap: Gap | undefined;

  constructor(keepsAll: boolean, room = keepsAll ? BOUNDLESS : USUAL) {
    this.#room = room;
    this.#oldest = room.firstEnd;
  }

  /** Entries of another process's story; a gap is where one of them says so. */
  static holding(entries: readonly Entry[]): Slots {
    const gap = entries.find((entry): entry is EntryOf<"gap"> => entry.kind === "gap");
    const firstEnd = gap && entries.indexOf(gap) * WIDTH;
    const slots = new Slots(true, firstEnd === undefined ? BOUNDLESS : { ...BOUNDLESS, firstEnd });
    for (const entry of entries) if (entry !== gap) slots.keep(entry.at, coded(slot.entry), entry);
    if (gap) slots.#gap = { ...gap };
    return slots;
  }

  /** Everything kept, in order; one entry stands for those between the first and the last that are not. */
  get entries(): Entry[] {
    const { firstEnd } = this.#room;
    const gap: Entry[] = this.#gap ? [{ kind: "gap", ...this.#gap }] : [];
    return [
      ...this.#read(0, firstEnd),
      ...gap,
      ...this.#read(this.#oldest, this.#slots.length),
      ...this.#read(firstEnd, this.#oldest),
    ];
  }

  #read(from: number, to: number): Entry[] {
    const slots = this.#slots;
    const end = Math.min(to, slots.length);
    const entries: Entry[] = [];
    for (let place = from; place < end; place += WIDTH)
      entries.push(entryOf(slots[place] as number, slots[place + 1] as number, slots[place + 2] as Held));
    return entries;
  }

  /** How many entries there were, those that are no longer kept too. */
  get length(): number {
    return this.#slots.length / WIDTH + this.omitted;
  }

  get omitted(): number {
    return this.#gap?.omitted ?? 0;
  }

  get entriesBeforeGap(): number {
    return Math.min(this.#room.firstEnd, this.#slots.length) / WIDTH;
  }

  /** Whether the first are complete: the next one goes among the last. */
  get hasFirst(): boolean {
    return this.#slots.length >= this.#room.firstEnd;
  }

  /** Writes one; answers what it costs, less what fell out for it. */
  keep(at: number, code: number, held: Held): number {
    const slots = this.#slots;
    if (slots.length < this.#room.end) {
      slots.push(at, code, held);
      return costOf(code, held);
    }
    const place = this.#oldest;
    const gone = slots[place + 1] as number;
    const saved = this.#omit(place, gone);
    slots[place] = at;
    slots[place + 1] = code;
    slots[place + 2] = held;
    const next = place + WIDTH;
    this.#oldest = next === this.#room.end ? this.#room.firstEnd : next;
    return costOf(code, held) - saved;
  }

  /** Counts so many that were never written, because as many as the ring holds came behind them. */
  passOver(at: number, count: number): void {
    this.#gap ??= { at, omitted: 0, bytesIn: 0, bytesOut: 0 };
    this.#gap.omitted += count;
  }

  /** More bytes of a file whose entry may be no longer kept. */
  grow(entry: EntryOf<"file">, bytes: number): void {
    if (!this.#gap || this.#slots.includes(entry)) return;
    if (entry.direction === "in") this.#gap.bytesIn += bytes;
    else this.#gap.bytesOut += bytes;
  }

  /** Counts the entry at this place as gone; answers what it cost. */
  #omit(place: number, code: number): number {
    const slots = this.#slots;
    this.#gap ??= { at: slots[place] as number, omitted: 0, bytesIn: 0, bytesOut: 0 };
    const gap = this.#gap;
    gap.omitted += 1;
    switch (kindIn(code)) {
      case slot.in:
      case slot.inCut:
        gap.bytesIn += sizeIn(code);
        break;
      case slot.outText:
      case slot.out:
      case slot.outCut:
        gap.bytesOut += sizeIn(code);
        break;
      case slot.entry:
        gap.bytesIn += bytesIn(slots[place + 2] as Entry);
        gap.bytesOut += bytesOut(slots[place + 2] as Entry);
    }
    return costOf(code, slots[place + 2] as Held);
  }
}

/** Reads what is held only where its size does not tell. */
function costOf(code: number, held: Held): number {
  switch (kindIn(code)) {
    case slot.in:
    case slot.outText:
      return SLOTS_COST + TEXT_COST + sizeIn(code);
    case slot.out:
      return SLOTS_COST + BUFFER_COST + sizeIn(code);
    case slot.inCut:
      return SLOTS_COST + TEXT_COST + (held as string).length;
    case slot.outCut:
      return SLOTS_COST + BUFFER_COST + (held as Buffer | string).length;
    case slot.entry:
      return SLOTS_COST + costOfEntry(held as Entry);
    default:
      return SLOTS_COST;
  }
}

function costOfEntry(entry: Entry): number {
  const answerBytes = entry.kind === "transition" ? (entry.answer?.sizeBytes ?? 0) : 0;
  return ENTRY_COST + answerBytes + ("bytes" in entry ? BUFFER_COST + entry.bytes.length : 0);
}

/** The plain entry. */
export function entryOf(at: number, code: number, held: Held): Entry {
  const size = sizeIn(code);
  switch (kindIn(code)) {
    case slot.in:
    case slot.inCut:
      return { at, kind: "in", bytes: Buffer.from(held as string, "latin1"), size };
    case slot.outText:
      return { at, kind: "out", bytes: Buffer.from(held as string), size };
    case slot.out:
    case slot.outCut: {
      const bytes = typeof held === "string" ? Buffer.from(held, "latin1") : (held as Buffer);
      return { at, kind: "out", bytes, size };
    }
    case slot.message: {
      const { kind, state, rule } = held as MessageFact;
      return { at, kind, size, state, rule };
    }
    case slot.fact:
      return { at, ...(held as Fact) } as Entry;
    default:
      return held as Entry;
  }
}
