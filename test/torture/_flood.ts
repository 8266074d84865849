/** A flood of junk datagrams from a thread of its own. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";

export interface FloodRequest {
  readonly port: number;
  readonly perSecond: number;
  readonly forMs: number;
  /** Ports that it comes from, in turn. */
  readonly senders: number;
  readonly seed: number;
}

export interface Flooded {
  readonly sent: number;
  readonly tookMs: number;
  /** From the first datagram until answers were no longer listened for. */
  readonly heardMs: number;
  readonly answered: number;
  readonly mostToOne: number;
}

export async function flood(request: FloodRequest): Promise<Flooded> {
  const worker = new Worker(new URL("./_flood-worker.ts", import.meta.url), { workerData: request });
  const [flooded] = (await once(worker, "message")) as [Flooded];
  await worker.terminate();
  return flooded;
}
