/** An operator's hand on a connection of another process. What is read is as of the last look; what is done is done there. */
import type { AnyMachineSnapshot } from "xstate";
import type { ConnectionControl } from "../actors/connection-control.ts";
import type { OperatorAction } from "../stories/entry.ts";
import type { Rpc } from "./rpc.ts";
import type { Act, RoleSide } from "./sides.ts";
import type { SnapshotView } from "./snapshot-views.ts";
import type { Mirrored } from "./story-mirror.ts";

export class RemoteControl implements ConnectionControl {
  readonly #id: string;
  readonly #role: Rpc<RoleSide>;
  readonly #mirrored: Mirrored;
  readonly #snapshot: SnapshotView | undefined;
  acceptedEvents: readonly string[] = [];

  constructor(id: string, role: Rpc<RoleSide>, mirrored: Mirrored, snapshot: SnapshotView | undefined) {
    this.#id = id;
    this.#role = role;
    this.#mirrored = mirrored;
    this.#snapshot = snapshot;
  }

  get #view() {
    return this.#mirrored.view?.view;
  }

  get framing(): string {
    return this.#mirrored.story.framing;
  }

  get unreadBytes(): number {
    return this.#view?.unreadBytes ?? 0;
  }

  unread(limit: number): Buffer {
    return this.#view?.unread.subarray(0, limit) ?? Buffer.alloc(0);
  }

  get queuedBytes(): number {
    return this.#view?.queuedBytes ?? 0;
  }

  get lastMovedAt(): number {
    const { story } = this.#mirrored;
    return story.openedAt + story.movedAt / 1_000;
  }

  get snapshot(): AnyMachineSnapshot | undefined {
    return this.#snapshot as AnyMachineSnapshot | undefined;
  }

  async #act(act: Act): Promise<boolean> {
    const outcome = await this.#role.ask("act", this.#id, act);
    this.acceptedEvents = outcome?.acceptedEvents ?? [];
    return outcome?.is ?? false;
  }

  async inject(bytes: Uint8Array): Promise<void> {
    await this.#act({ act: "inject", bytes });
  }

  sendEvent(event: { readonly type: string }): Promise<boolean> {
    return this.#act({ act: "sendEvent", event });
  }

  async kick(): Promise<void> {
    await this.#act({ act: "kick" });
  }

  fin(): Promise<boolean> {
    return this.#act({ act: "fin" });
  }

  async reset(): Promise<void> {
    await this.#act({ act: "reset" });
  }

  async kill(action?: OperatorAction): Promise<void> {
    await this.#act({ act: "kill", action });
  }
}
