/** Lets everything run that waits for nothing but its turn. */
export const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Calls of one kind that wait until the test answers them, first come, first answered. */
export class Calls<Input, Output> {
  readonly inputs: Input[] = [];
  #waiting: PromiseWithResolvers<Output>[] = [];
  #standing: { readonly output: Output } | undefined;

  call(input: Input): Promise<Output> {
    this.inputs.push(input);
    if (this.#standing) return Promise.resolve(this.#standing.output);
    const pending = Promise.withResolvers<Output>();
    this.#waiting.push(pending);
    return pending.promise;
  }

  get last(): Input | undefined {
    return this.inputs.at(-1);
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** From now on the same answer to everybody, at once. */
  always(output: Output): void {
    this.#standing = { output };
  }

  async resolve(output: Output): Promise<void> {
    this.#next().resolve(output);
    await turn();
  }

  async reject(error: unknown): Promise<void> {
    this.#next().reject(error);
    await turn();
  }

  #next(): PromiseWithResolvers<Output> {
    const next = this.#waiting.shift();
    if (!next) throw new Error("nobody waits for an answer");
    return next;
  }
}
