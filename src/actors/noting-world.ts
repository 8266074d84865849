/** The world as a machine is given it, where what it tells within a step is written into the story: for a replay. */
import type { AddressBook, World } from "../machines/_world.ts";
import type { Story } from "../stories/story.ts";

/** What the book was asked, and by this name what it told. */
export const BOOK = "the name in the address book";
/** A number from 0 to 1, as chance would have it. */
export const CHANCE = "the random number";

export class NotingBook implements AddressBook {
  readonly #world: World;
  readonly #story: Story;

  constructor(world: World, story: Story) {
    this.#world = world;
    this.#story = story;
  }

  find(email: string): string | undefined {
    const { addressBook, clock } = this.#world;
    const answer = addressBook.find(email);
    this.#story.add({ at: clock.now(), kind: "input", what: BOOK, answer });
    return answer;
  }
}

export function notingWorld(world: World, story: Story): World {
  return {
    ...world,
    random: () => {
      const answer = world.random();
      story.add({ at: world.clock.now(), kind: "input", what: CHANCE, answer });
      return answer;
    },
  };
}
