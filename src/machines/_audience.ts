/**
 * Members of a hub who hear the same. What is delivered to an audience costs one step a line, however many they are: they are looked up
 * when they have changed, and written to once a turn of the loop.
 */
export class Audience implements Iterable<string> {
  readonly #ids = new Set<string>();
  #version = 0;

  /** Changes with every coming and going. */
  get version(): number {
    return this.#version;
  }

  get size(): number {
    return this.#ids.size;
  }

  add(id: string): void {
    if (this.#ids.has(id)) return;
    this.#ids.add(id);
    this.#version += 1;
  }

  delete(id: string): void {
    if (this.#ids.delete(id)) this.#version += 1;
  }

  /** In the order in which they came. */
  [Symbol.iterator](): Iterator<string> {
    return this.#ids.values();
  }
}
