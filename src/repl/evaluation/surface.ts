/** Base of the objects that code at a prompt is given. */
import { type InspectOptions, inspect } from "node:util";

/** Makes a call when the turn is over; answers with a promise of the realm that asked. */
export type Ask = <Answer>(call: () => Promise<Answer>) => Promise<Answer>;

/** The getters of one look and change nothing, so completion may look through them. */
export abstract class Surface {
  readonly #kind: string;

  constructor(kind: string) {
    this.#kind = kind;
  }

  /** Text that is printed of it. */
  abstract brief(): Readonly<Record<string, unknown>>;

  /** Text that is printed of it among others. */
  abstract line(): string;

  /** The document that `--json` answers with. */
  toJSON(): unknown {
    return this.brief();
  }

  [inspect.custom](depth: number, options: InspectOptions): string {
    // Node tells how deep it may still go: at the top as deep as it was asked for.
    if (depth !== options.depth) return `<${this.#kind} ${this.line()}>`;
    return `${this.#kind} ${inspect(this.brief(), { ...options, depth })}`;
  }
}
