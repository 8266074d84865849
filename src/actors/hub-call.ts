/**
 * A call of a hub, which is also the promise of its answer. Most callers want no answer, so a real promise is made only for those who
 * ask; and where the call fails and no caller has asked, its error is no unhandled rejection: the crash is told by the hub.
 */

export class HubCall implements Promise<unknown> {
  readonly name: string;
  readonly args: readonly unknown[];
  #outcome: "open" | "answered" | "failed" = "open";
  /** Answer or error. */
  #value: unknown;
  #asked: PromiseWithResolvers<unknown> | undefined;

  constructor(name: string, args: readonly unknown[]) {
    this.name = name;
    this.args = args;
  }

  get [Symbol.toStringTag](): string {
    return "HubCall";
  }

  answer(value: unknown): void {
    this.#outcome = "answered";
    this.#value = value;
    if (this.#asked) this.#asked.resolve(value);
    else if (value instanceof Promise) value.catch(() => undefined);
  }

  fail(error: unknown): void {
    this.#outcome = "failed";
    this.#value = error;
    this.#asked?.reject(error);
  }

  get #promise(): Promise<unknown> {
    this.#asked ??= this.#ask();
    return this.#asked.promise;
  }

  #ask(): PromiseWithResolvers<unknown> {
    const asked = Promise.withResolvers<unknown>();
    asked.promise.catch(() => undefined);
    if (this.#outcome === "answered") asked.resolve(this.#value);
    if (this.#outcome === "failed") asked.reject(this.#value);
    return asked;
  }

  // biome-ignore lint/suspicious/noThenProperty: it stands for the promise of the hub's answer.
  then<Then = unknown, Failed = never>(
    onAnswer?: ((value: unknown) => Then | PromiseLike<Then>) | null,
    onError?: ((error: unknown) => Failed | PromiseLike<Failed>) | null,
  ): Promise<Then | Failed> {
    return this.#promise.then(onAnswer, onError);
  }

  catch<Failed = never>(
    onError?: ((error: unknown) => Failed | PromiseLike<Failed>) | null,
  ): Promise<unknown> {
    return this.#promise.catch(onError);
  }

  finally(onSettled?: (() => void) | null): Promise<unknown> {
    return this.#promise.finally(onSettled);
  }
}
