/** Refusals of a listener: peers for whom there is no place, or no descriptor, are told so in the role's words. */
import { errorTable } from "../errors.ts";
import type { Link } from "../link/link.ts";
import { type Cause, cause } from "../stories/causes.ts";
import type { Connection } from "./connection.ts";
import { asBuffer, Delivery } from "./delivery.ts";
import type { ServiceContext } from "./service.ts";

export class Refusals {
  readonly #context: ServiceContext;

  constructor(context: ServiceContext) {
    this.#context = context;
  }

  get noDescriptors(): Cause {
    return cause("no-descriptors", { limit: this.#context.environment.descriptors.limit });
  }

  /** With the careful close, so that the words are not lost to a reset. `usual`: words where the protocol has none of its own. */
  refuse(connection: Connection, why: Cause, usual?: string): void {
    const words = this.#wordsOr(usual);
    if (typeof words === "string") connection.refuse(words, why);
    else connection.refuseBytes(words, why);
    connection.close();
  }

  /** A storm, and not even a descriptor to drain it with: the words in one write, and the end of it in this turn. */
  rejectAbruptly(link: Link, id: string): void {
    const { common, environment } = this.#context;
    environment.telemetry({
      type: "connection.refused",
      id,
      remote: `${link.remote.address}:${link.remote.port}`,
      cause: this.noDescriptors,
    });
    const words = this.#words;
    const bytes = typeof words === "string" ? new Delivery(words).bytesFor(common.framing) : asBuffer(words);
    if (words.length > 0) link.write(bytes);
    link.destroy();
  }

  get #words(): string | Uint8Array {
    return this.#wordsOr(undefined);
  }

  /** A protocol's own word for it goes first. */
  #wordsOr(usual: string | undefined): string | Uint8Array {
    const { role, options } = this.#context;
    return role().refusal?.(options as never) ?? usual ?? errorTable["too-many-clients"].peer;
  }
}
