/** Ids of the instances that a lab file names: which of its entries is which, over reloads and restarts. */
import path from "node:path";
import type { Instance } from "../actors/instance.ts";
import type { SpawnRequest } from "../actors/supervisor.ts";
import { labsFolder } from "../config.ts";
import { idsOf, type KnownEntry, type LabEntries, labEntryOf } from "../stores/lab-entries.ts";
import type { LabFile } from "./lab-file.ts";

export class LabEntryIds {
  readonly #store: LabEntries;
  readonly #onTrouble: (error: unknown) => void;
  #lab: string | undefined;
  #known: readonly KnownEntry[] = [];

  constructor(store: LabEntries, onTrouble: (error: unknown) => void) {
    this.#store = store;
    this.#onTrouble = onTrouble;
  }

  /** Gives these roles of the lab file the ids that they had; one that is new has none yet. */
  withIds(file: LabFile, roles: readonly SpawnRequest[]): SpawnRequest[] {
    this.#read(file);
    const ids = idsOf(
      roles.map(({ role, given }) => labEntryOf(role, given)),
      this.#known,
    );
    return roles.map((request, place) => {
      const id = ids[place];
      return { ...request, isFromLab: true, ...(id === undefined ? {} : { id }) };
    });
  }

  #read({ file, name }: LabFile): void {
    if (file === undefined) return;
    // A lab that comes with netlabd is the same one wherever netlabd is installed.
    const lab = path.dirname(file) === labsFolder ? name : file;
    if (lab !== this.#lab) this.#known = this.#store.list(lab);
    this.#lab = lab;
  }

  /** `instances` are those of the file, in its order. Nothing is written where nothing changed. */
  remember(instances: readonly Instance[]): void {
    const entries = instances.map(({ id, role, spec }) => ({ ...labEntryOf(role.name, spec.given), id }));
    if (this.#lab === undefined || JSON.stringify(entries) === JSON.stringify(this.#known)) return;
    this.#known = entries;
    this.#store.save(this.#lab, entries).catch(this.#onTrouble);
  }
}

/** An instance that is what the lab file still says. */
export function isStill({ id, role, given }: SpawnRequest, instance: Instance): boolean {
  const { spec } = instance;
  return (
    instance.id === id && labEntryOf(role, given).digest === labEntryOf(instance.role.name, spec.given).digest
  );
}
