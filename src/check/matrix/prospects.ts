/**
 * Prospects of pairs, by those that were played. A server that did not come to listen twice does not with a third client: no one has spoken to
 * it yet. A client with which a wait ran out at our server, or a server with which two did, is given little time from then on.
 */
import { OURS, type PairRun } from "./pair.ts";

/** Once may be the machine's fault. */
const TIMES = 2;

type Pairing = Pick<PairRun, "client" | "server">;

export class Prospects {
  readonly #notStarted = new Map<string, PairRun[]>();
  readonly #lateClients = new Set<string>();
  readonly #lateServers = new Map<string, number>();

  learn(run: PairRun): void {
    const { client, server, isStarted, isLate } = run;
    if (isStarted) this.#notStarted.delete(server);
    else this.#notStarted.set(server, [...(this.#notStarted.get(server) ?? []), run]);
    if (!isLate) return;
    if (server === OURS) this.#lateClients.add(client);
    else if (!this.#lateClients.has(client))
      this.#lateServers.set(server, (this.#lateServers.get(server) ?? 0) + 1);
  }

  /** Undefined: it is to be played. */
  foreseen({ client, server }: Pairing): PairRun | undefined {
    const runs = this.#notStarted.get(server) ?? [];
    return runs.length < TIMES ? undefined : { ...(runs[0] as PairRun), client };
  }

  isHasty({ client, server }: Pairing): boolean {
    return this.#lateClients.has(client) || (this.#lateServers.get(server) ?? 0) >= TIMES;
  }
}
