/** Faults on the lines of an instance that plays in this process. The daemon says which; the code for them is read with the first. */
import type { FaultBoard } from "../faults/fault-board.ts";
import type { PlainFault } from "../link/line.ts";
import type { Link } from "../link/link.ts";
import type { Clock } from "../machines/_world.ts";
import type { Recorder } from "../stories/recorder.ts";

export interface PlayedFaultsParts {
  readonly clock: Clock;
  readonly recorder: Recorder;
  readonly linkOf: (connection: string) => Link | undefined;
}

export class PlayedFaults {
  readonly #parts: PlayedFaultsParts;
  #board: FaultBoard | undefined;
  /** Deeds one after the other, in the order in which they were told. */
  #doing: Promise<void> = Promise.resolve();

  constructor(parts: PlayedFaultsParts) {
    this.#parts = parts;
  }

  readonly onLink = (link: Link, id: string): Link => this.#board?.onLink(link, id) ?? link;

  put(fault: PlainFault): Promise<void> {
    return this.#then(() => this.#put(fault));
  }

  take(id: string): Promise<void> {
    return this.#then(async () => this.#board?.remove(id));
  }

  #then(act: () => Promise<unknown>): Promise<void> {
    const done = this.#doing.then(act).then(() => undefined);
    this.#doing = done.catch(() => undefined);
    return done;
  }

  async #put({ name, ...told }: PlainFault): Promise<void> {
    const { clock, recorder, linkOf } = this.#parts;
    const { FaultBoard } = await import("../faults/fault-board.ts");
    const { faultTable } = await import("../faults/fault-folder.ts");
    this.#board ??= new FaultBoard({
      clock,
      find: (connection) => recorder.find(connection),
      live: () => recorder.live(),
      linkOf,
    });
    const fault = (await faultTable()).get(name);
    // The daemon says when its time is over.
    if (fault) this.#board.add({ ...told, fault, forMs: undefined });
  }
}
