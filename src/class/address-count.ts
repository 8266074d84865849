/** Open connections by address. Senders of datagrams hold nothing open. */
import type { Story } from "../stories/story.ts";

export class AddressCount {
  readonly #counts = new Map<string, number>();

  /** A story has begun, or has ended. */
  hear({ subject: { remote, transport }, endedAt }: Story): void {
    if (transport !== "tcp") return;
    const { address } = remote;
    const count = this.of(address) + (endedAt === undefined ? 1 : -1);
    if (count > 0) this.#counts.set(address, count);
    else this.#counts.delete(address);
  }

  of(address: string): number {
    return this.#counts.get(address) ?? 0;
  }
}
