/**
 * The world as a machine is given it, where what it tells within a step is written into the story: a replay tells the same. What the world
 * answers later - a file, a program, a hub - comes as an event, and is recorded with the transition that it causes.
 */
import type { AddressBook, Clock, World } from "../machines/_world.ts";
import type { InputName } from "../stories/entry.ts";
import type { Story } from "../stories/story.ts";

/** Peer that it belongs to: of a machine that serves many, the one that speaks now. */
interface Asking {
  readonly story: Story | undefined;
}

type Inputs = Pick<World, "random" | "clock" | "addressBook">;

/** For every transport and side the same. */
export function recordedInputs(world: World, asking: Asking): Inputs {
  return {
    random: () => recorded(asking, "random", world.random()),
    clock: new RecordedClock(world.clock, asking),
    addressBook: new RecordedBook(world.addressBook, asking),
  };
}

function recorded<Answer>(asking: Asking, name: InputName, answer: Answer): Answer {
  const { story } = asking;
  story?.add({ at: story.now(), kind: "input", name, answer });
  return answer;
}

class RecordedBook implements AddressBook {
  readonly #book: AddressBook;
  readonly #asking: Asking;

  constructor(book: AddressBook, asking: Asking) {
    this.#book = book;
    this.#asking = asking;
  }

  find(email: string): string | undefined {
    return recorded(this.#asking, "addressBook.find", this.#book.find(email));
  }
}

/** Timers are the machine's steps, and recorded as such. */
class RecordedClock implements Clock {
  readonly #clock: Clock;
  readonly #asking: Asking;

  constructor(clock: Clock, asking: Asking) {
    this.#clock = clock;
    this.#asking = asking;
  }

  now(): number {
    return recorded(this.#asking, "clock.now", this.#clock.now());
  }

  setTimeout(callback: () => void, ms: number): unknown {
    return this.#clock.setTimeout(callback, ms);
  }

  clearTimeout(id: unknown): void {
    this.#clock.clearTimeout(id);
  }
}
