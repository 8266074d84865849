/** Bytes of each connection's calls that no answer has come for: one that has too many is not read on before they are answered. */
import type { HubCall } from "../actors/hub-call.ts";

const BUSY_BYTES = 262_144;
const IDLE_BYTES = BUSY_BYTES / 2;
/** Call without its words. */
const CALL_BYTES = 32;

/** Connection that makes a call: by custom it is named first. */
export const callerOf = ({ args: [id] }: HubCall): string | undefined =>
  typeof id === "string" && id.includes("@") ? id : undefined;

export class CallLoad {
  readonly #bytes = new Map<string, number>();
  readonly #busy = new Set<string>();
  readonly #onBusy: (id: string, isBusy: boolean) => void;

  constructor(onBusy: (id: string, isBusy: boolean) => void) {
    this.#onBusy = onBusy;
  }

  said(call: HubCall): void {
    const id = callerOf(call);
    if (id === undefined) return;
    const bytes = (this.#bytes.get(id) ?? 0) + bytesOf(call);
    this.#bytes.set(id, bytes);
    if (bytes <= BUSY_BYTES || this.#busy.has(id)) return;
    this.#busy.add(id);
    this.#onBusy(id, true);
  }

  answered(call: HubCall): void {
    const id = callerOf(call);
    if (id === undefined) return;
    const bytes = (this.#bytes.get(id) ?? 0) - bytesOf(call);
    if (bytes > 0) this.#bytes.set(id, bytes);
    else this.#bytes.delete(id);
    if (bytes <= IDLE_BYTES && this.#busy.delete(id)) this.#onBusy(id, false);
  }
}

function bytesOf({ args }: HubCall): number {
  let bytes = CALL_BYTES;
  for (const one of args) if (typeof one === "string") bytes += one.length;
  return bytes;
}
