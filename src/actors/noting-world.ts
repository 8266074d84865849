/** The world as a machine is given it, where what it tells within a step is written into the story: for a replay. */
import type { AddressBook, World } from "../machines/_world.ts";
import type { Story } from "../stories/story.ts";

export class NotingBook implements AddressBook {
  readonly #world: World;
  readonly #story: Story;

  constructor(world: World, story: Story) {
    this.#world = world;
    this.#story = story;
  }

  find(email: string): string | undefined {
    const answer = this.#world.addressBook.find(email);
    this.#story.add({ at: this.#story.now(), kind: "input", name: "addressBook.find", answer });
    return answer;
  }
}

export function notingWorld(world: World, story: Story): World {
  return {
    ...world,
    random: () => {
      const answer = world.random();
      story.add({ at: story.now(), kind: "input", name: "random", answer });
      return answer;
    },
  };
}
