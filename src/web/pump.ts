/**
 * Tells pages how things stand. Ten times a second each source that a page looks at is looked at once, and each page is sent what is
 * new to it, unless bytes of before still wait for it: a page that does not read costs those, and sees the newest when it reads again.
 * Pages that have seen the same are sent the same bytes, made once, and a few pages are told in one turn of the loop: peers wait for no more.
 */
import type { Source } from "./source.ts";

const TICK_MS = 100;
/** Bytes that may wait for a page before nothing new is sent to it. */
const MOST_WAITING = 65_536;

/** Pages that are told in one turn. */
const TOLD_AT_ONCE = 4;

/** A page, as the pump sees it. */
export interface Reader {
  /** Topics that it looks at, with the version that it has. */
  readonly seen: Map<string, number>;
  readonly waitingBytes: number;
  /** JSON, in UTF-8. */
  send(bytes: Buffer): void;
}

/** Made last for a topic: most pages have seen the same of it. */
interface Frame {
  readonly from: number;
  readonly to: number;
  readonly bytes: Buffer;
}

export class Pump {
  readonly #open: (topic: string) => Source | undefined;
  readonly #onFault: (error: unknown) => void;
  readonly #sources = new Map<string, Source>();
  readonly #readers = new Set<Reader>();
  readonly #frames = new Map<Source, Frame>();
  #timer: NodeJS.Timeout | undefined;
  /** Pages that have still to be told of the last look. */
  #due: Reader[] = [];

  /** `open` makes the source of a topic; undefined where there is none. `onFault` is told what a source threw: that costs this look of it. */
  constructor(open: (topic: string) => Source | undefined, onFault: (error: unknown) => void) {
    this.#open = open;
    this.#onFault = onFault;
  }

  add(reader: Reader): void {
    this.#readers.add(reader);
    this.#timer ??= setInterval(() => this.tick(), TICK_MS);
  }

  remove(reader: Reader): void {
    this.#readers.delete(reader);
    this.#closeUnseen();
    if (this.#readers.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** In place of what it looked at. A topic that there is not is left out. */
  see(reader: Reader, topics: readonly string[]): void {
    const known = topics.filter((topic) => this.#source(topic));
    for (const topic of [...reader.seen.keys()]) if (!known.includes(topic)) reader.seen.delete(topic);
    for (const topic of known) if (!reader.seen.has(topic)) reader.seen.set(topic, 0);
    this.#closeUnseen();
  }

  tick(now = performance.now()): void {
    for (const source of this.#sources.values()) this.#look(source, now);
    // A round that is not over goes on: begun anew, it might never come to the last pages.
    if (this.#due.length > 0) return;
    this.#due = [...this.#readers];
    this.#tellSome();
  }

  #tellSome(): void {
    for (const reader of this.#due.splice(0, TOLD_AT_ONCE)) if (this.#readers.has(reader)) this.#tell(reader);
    if (this.#due.length > 0) setImmediate(() => this.#tellSome());
  }

  #look(source: Source, now: number): void {
    try {
      source.look(now);
    } catch (error) {
      this.#onFault(error);
    }
  }

  #tell(reader: Reader): void {
    for (const [topic, version] of reader.seen) {
      const source = this.#sources.get(topic);
      if (!source || source.version === version) continue;
      if (reader.waitingBytes >= MOST_WAITING) return;
      reader.send(this.#frameOf(topic, source, version));
      reader.seen.set(topic, source.version);
    }
  }

  #frameOf(topic: string, source: Source, from: number): Buffer {
    const last = this.#frames.get(source);
    if (last?.from === from && last.to === source.version) return last.bytes;
    const bytes = Buffer.from(`{"topic":${JSON.stringify(topic)},"state":${source.since(from)}}`);
    this.#frames.set(source, { from, to: source.version, bytes });
    return bytes;
  }

  #source(topic: string): Source | undefined {
    const known = this.#sources.get(topic);
    if (known) return known;
    const opened = this.#open(topic);
    if (opened) this.#sources.set(topic, opened);
    return opened;
  }

  #closeUnseen(): void {
    for (const [topic, source] of this.#sources) {
      if ([...this.#readers].some(({ seen }) => seen.has(topic))) continue;
      source.close();
      this.#sources.delete(topic);
      this.#frames.delete(source);
    }
  }
}
