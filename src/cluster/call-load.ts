/** Bytes of each connection's calls that no answer has come for: one that has too many is not read on before they are answered. */
import type { HubCall } from "../actors/hub-call.ts";

const BUSY_BYTES = 262_144;
const IDLE_BYTES = BUSY_BYTES / 2;
/** Call without its words. */
const CALL_BYTES = 32;

/** Connection that makes a call: by custom it is named first. */
export const callerOf = ({ args: [id] }: HubCall): string | undefined =>
  typeof id === "string" && id.includes("@") ? id : undefined;

interface Load {
  readonly id: string;
  bytes: number;
  isBusy: boolean;
}

export class CallLoad {
  readonly #loads = new Map<string, Load>();
  readonly #onBusy: (id: string, isBusy: boolean) => void;
  /** Of who was seen last, and is the next one too in a flood. */
  #last: Load | undefined;

  constructor(onBusy: (id: string, isBusy: boolean) => void) {
    this.#onBusy = onBusy;
  }

  said(call: HubCall): void {
    const id = callerOf(call);
    if (id === undefined) return;
    let load = this.#loadOf(id);
    if (!load) {
      load = { id, bytes: 0, isBusy: false };
      this.#loads.set(id, load);
    }
    load.bytes += bytesOf(call);
    if (load.bytes <= BUSY_BYTES || load.isBusy) return;
    load.isBusy = true;
    this.#onBusy(id, true);
  }

  answered(call: HubCall): void {
    const id = callerOf(call);
    const load = id === undefined ? undefined : this.#loadOf(id);
    if (id === undefined || !load) return;
    load.bytes -= bytesOf(call);
    if (load.bytes <= 0) {
      this.#loads.delete(id);
      this.#last = undefined;
    }
    if (load.bytes > IDLE_BYTES || !load.isBusy) return;
    load.isBusy = false;
    this.#onBusy(id, false);
  }

  #loadOf(id: string): Load | undefined {
    if (this.#last?.id !== id) this.#last = this.#loads.get(id);
    return this.#last;
  }
}

/** About as many as it has when it is written. */
export function bytesOf({ args }: HubCall): number {
  let bytes = CALL_BYTES;
  for (const one of args) if (typeof one === "string") bytes += one.length;
  return bytes;
}
