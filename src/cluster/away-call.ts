/** Call of another node at the owner: its outcome goes to that node as soon as it is there. No promise is made for it. */
import { HubCall } from "../actors/hub-call.ts";

export interface AwayCallHearer {
  answered(number: number, value: unknown): void;
  failed(number: number, error: unknown): void;
}

export class AwayCall extends HubCall {
  readonly #number: number;
  readonly #hearer: AwayCallHearer;

  constructor(number: number, name: string, args: readonly unknown[], hearer: AwayCallHearer) {
    super(name, args);
    this.#number = number;
    this.#hearer = hearer;
  }

  override answer(value: unknown): void {
    if (value instanceof Promise)
      value.then(
        (answer) => this.answer(answer),
        (error: unknown) => this.fail(error),
      );
    else this.#hearer.answered(this.#number, value);
  }

  override fail(error: unknown): void {
    this.#hearer.failed(this.#number, error);
  }
}
