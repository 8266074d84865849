/**
 * Thrift with V8's memory while peers come in a crowd. Ten thousand connections leave more behind than they hold - what was made for each
 * and has outlived its young generation, scratch memory of compilers in every thread of theirs - and it would stay for good. So while many
 * come, and until the first have come, the heap grows in small steps and its young generation not at all, and the compiler between the quick
 * and the thorough one is passed over. Seconds in which few came end that, of the first peers a single one: who talks is served sooner with
 * V8's usual ways.
 */
import type { Clock } from "./machines/_world.ts";
import type { Recorder } from "./stories/recorder.ts";

/** So many between two looks are a crowd. */
const CROWD = 512;
const LOOK_MS = 1_000;
/** Looks with fewer, one after the other, until it is over: on a busy machine a crowd has pauses. */
const CALM_LOOKS = 3;
/** So few in the first of all looks are no beginning of a crowd: who talks alone is not kept waiting. */
const FEW = 64;

/** `heap-growing-percent`: 0 is V8's own reckoning, which lets a heap of a few tens of megabytes grow to four times its size. */
const THRIFTY = ["--semi-space-growth-factor=1", "--heap-growing-percent=40", "--no-maglev"];
const USUAL = ["--semi-space-growth-factor=2", "--heap-growing-percent=0", "--maglev"];

export interface HeapThriftParts {
  readonly clock: Pick<Clock, "setTimeout">;
  /** Sets one of V8's flags. */
  readonly setFlag?: (flag: string) => void;
}

export class HeapThrift {
  readonly #clock: Pick<Clock, "setTimeout">;
  readonly #setFlag: (flag: string) => void;
  #came = 0;
  #calmLooks = 0;
  #isFirstLook = true;
  #isThrifty = false;
  #isLookDue = false;

  constructor({ clock, setFlag = setV8Flag }: HeapThriftParts) {
    this.#clock = clock;
    this.#setFlag = setFlag;
  }

  /** Begins, and counts the peers whose stories begin there. */
  watch(recorder: Pick<Recorder, "watch">): void {
    // Now, not with the first crowd: by then V8 has set how far its heap may grow next.
    this.#beThrifty(true);
    recorder.watch(({ endedAt }) => {
      if (endedAt === undefined) this.#onCame();
    });
  }

  #onCame(): void {
    this.#came += 1;
    if (this.#came === CROWD) this.#beThrifty(true);
    if (!this.#isLookDue) this.#lookLater();
  }

  /** At most one look is due, and none while no peer comes. */
  #lookLater(): void {
    this.#isLookDue = true;
    const timer = this.#clock.setTimeout(() => this.#look(), LOOK_MS);
    (timer as Partial<NodeJS.Timeout>).unref?.();
  }

  #look(): void {
    this.#isLookDue = false;
    const areFew = this.#isFirstLook && this.#came < FEW;
    this.#isFirstLook = false;
    this.#calmLooks = this.#came < CROWD ? this.#calmLooks + 1 : 0;
    this.#came = 0;
    if (areFew || this.#calmLooks >= CALM_LOOKS) this.#beThrifty(false);
    else this.#lookLater();
  }

  #beThrifty(isThrifty: boolean): void {
    if (this.#isThrifty === isThrifty) return;
    this.#isThrifty = isThrifty;
    for (const flag of isThrifty ? THRIFTY : USUAL) this.#setFlag(flag);
  }
}

/** For good, of a program that makes much and keeps little: its memory is then what it keeps, and not what V8 lets it grow to. */
export function beThrifty(): void {
  for (const flag of THRIFTY) setV8Flag(flag);
}

/** Not imported: a start is sooner without it. */
function setV8Flag(flag: string): void {
  process.getBuiltinModule("node:v8").setFlagsFromString(flag);
}
