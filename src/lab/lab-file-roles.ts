/** Instances that the lab file names: added at the start, and changed when the file is read again. */
import { readdirSync } from "node:fs";
import path from "node:path";
import type { Instance } from "../actors/instance.ts";
import type { SpawnRequest, Supervisor } from "../actors/supervisor.ts";
import { parseOptions } from "../catalogue/instance-options.ts";
import { playedRole } from "../catalogue/played-role.ts";
import type { ClassLab } from "../class/class-lab.ts";
import { labsFolder } from "../config.ts";
import { NetlabError } from "../errors.ts";
import type { FaultBoard, FaultRequest } from "../faults/fault-board.ts";
import type { LabBook } from "../stores/address-book.ts";
import type { LabClass } from "./lab-class.ts";
import { isStill, type LabEntryIds } from "./lab-entry-ids.ts";
import { hasFaults, labFaultRequest } from "./lab-faults.ts";
import { findLabFile, type LabFile, NO_LAB, shiftPorts } from "./lab-file.ts";
import { preparedLab } from "./prepared-lab.ts";
import type { SpawnDefaults } from "./spawn-defaults.ts";
import { type UserRoles, unfitLines } from "./user-roles.ts";

export interface LabFileOptions {
  /** A shipped lab, a file, or `none`. */
  readonly lab: string;
  readonly portOffset: number;
}

export interface LabFileParts {
  readonly supervisor: Supervisor;
  readonly defaults: SpawnDefaults;
  readonly book: LabBook;
  readonly entries: LabEntryIds;
  readonly userRoles: UserRoles;
  readonly faults: FaultBoard;
  readonly classes: LabClass;
  readonly warn: (sentence: string) => void;
}

/** Asks whether these students, whom the roster no longer has, are to leave with their roles. */
export type ConfirmLeaving = (students: readonly string[]) => Promise<boolean>;

export class LabFileRoles {
  readonly #options: LabFileOptions;
  readonly #parts: LabFileParts;
  #file: LabFile = NO_LAB;
  #reloading: Promise<void> = Promise.resolve();

  constructor(options: LabFileOptions, parts: LabFileParts) {
    this.#options = options;
    this.#parts = parts;
  }

  /** The file's name, or `none`. */
  get name(): string {
    return this.#file.name;
  }

  /** How long the lab keeps its evidence; undefined: for ever. */
  get keep(): LabFile["keep"] {
    return this.#file.keep;
  }

  /** Undefined where the lab is no class. */
  get class(): ClassLab | undefined {
    return this.#file.class && this.#parts.classes.lab;
  }

  /** Reads the file and adds what it names; nothing is started. Throws where it is wrong. */
  async addAll(): Promise<Instance[]> {
    const { supervisor, entries, userRoles, classes } = this.#parts;
    this.#file = await this.#read();
    userRoles.installFromLab(this.#file.brought);
    await this.#fillBook();
    await this.#faultsOf(this.#file, []);
    const requests = this.#requestsOf(this.#file);
    await classes.reckon(this.#file, requests, (role) => supervisor.role(role));
    const added = requests.map((request) => supervisor.add(request));
    entries.remember(added);
    await classes.adopt(this.#file, added);
    await this.#putFaults(added);
    return added;
  }

  /** Checks the file whole, then drops what it no longer names and adds what is new. Throws and changes nothing where it is wrong. */
  reload(confirm?: ConfirmLeaving): Promise<void> {
    // Reloads come one after the other: a second word must find what the first has made.
    const reload = this.#reloading.then(() => this.#reload(confirm));
    this.#reloading = reload.catch(() => undefined);
    return reload;
  }

  async #reload(confirm?: ConfirmLeaving): Promise<void> {
    const { supervisor, entries, userRoles, warn } = this.#parts;
    const next = await this.#read();
    const { left = [] } = next.class ?? {};
    if (left.length > 0 && confirm && !(await confirm(left))) throw new NetlabError("students-leave");
    await this.#faultsOf(next, []);
    const { wanted, staying, leaving } = this.#checked(next);
    this.#file = next;
    await this.#fillBook();
    // All at once: each may take its whole time to let its peers finish.
    await Promise.all(leaving.map((instance) => supervisor.remove(instance)));
    for (const role of next.brought) unfitLines(userRoles.adopt(role)).forEach(warn);
    userRoles.dropFromLab(next.brought);
    const named = wanted.map((one) => staying.find(({ id }) => id === one.id) ?? supervisor.add(one));
    entries.remember(named);
    await this.#parts.classes.adopt(next, named);
    const added = named.filter((instance) => !staying.includes(instance));
    await this.#putFaults(named);
    for (const instance of added) instance.start();
    await Promise.all(added.map((instance) => instance.settled()));
  }

  /** The file's own faults are as it says now; those that an operator has put on stay. */
  async #putFaults(instances: readonly Instance[]): Promise<void> {
    const { faults } = this.#parts;
    faults.removeWhere(({ isFromLab }) => isFromLab === true);
    for (const request of await this.#faultsOf(this.#file, instances))
      faults.add({ ...request, isFromLab: true });
  }

  /** Throws with the place in the file of one that is wrong. `instances` are those of the file, in its order. */
  async #faultsOf(file: LabFile, instances: readonly { readonly id: string }[]): Promise<FaultRequest[]> {
    if (!hasFaults(file)) return [];
    const { faultTable } = await import("../faults/fault-folder.ts");
    const table = await faultTable();
    const roles = new Map([
      ...this.#parts.supervisor.roles,
      ...file.brought.map((one) => [one.name, one] as const),
    ]);
    return file.roles.flatMap(({ role, given, faults = [] }, index) => {
      const definition = roles.get(role) ?? this.#parts.supervisor.role(role);
      const { transport, side } = playedRole(definition, parseOptions(definition, given), roles);
      const target = instances[index]?.id ?? "";
      return faults.map((fault) => labFaultRequest(fault, { target, transport, side }, table));
    });
  }

  /** Works out what would change, with the roles that the file brings installed. Throws, and nothing is installed, where it is wrong. */
  #checked(next: LabFile) {
    const { supervisor, userRoles } = this.#parts;
    const undo = userRoles.installFromLab(next.brought);
    try {
      const wanted = this.#requestsOf(next);
      // A role whose options changed leaves and comes.
      const staying = supervisor.instances.filter((one) => wanted.some((request) => isStill(request, one)));
      const leaving = supervisor.instances.filter((one) => one.spec.isFromLab && !staying.includes(one));
      const coming = wanted.filter((request) => !staying.some((one) => one.id === request.id));
      supervisor.checkAll(coming, leaving);
      return { wanted, staying, leaving };
    } catch (error) {
      undo();
      throw error;
    }
  }

  /** A lab's names are a beginning: a book that has entries, its operator's or an earlier start's, stays as it is. */
  async #fillBook(): Promise<void> {
    const { book } = this.#parts;
    const { book: file, bookRows } = this.#file;
    if (file === undefined || book.size > 0) return;
    await book.import(bookRows ?? (await import("./lab-book.ts")).readBook(file));
  }

  async #read(): Promise<LabFile> {
    const { lab, portOffset } = this.#options;
    const { roles } = this.#parts.supervisor;
    if (lab === "none") return NO_LAB;
    const files = readdirSync(labsFolder).filter((file) => file.endsWith(".yaml"));
    const shipped = { folder: labsFolder, names: files.map((file) => path.basename(file, ".yaml")).sort() };
    const file = findLabFile(lab, shipped);
    return shiftPorts(preparedLab(file) ?? (await this.#readYaml(file)), roles, portOffset);
  }

  /** Reads what is no shipped lab, with code that is loaded for it. */
  async #readYaml(file: string): Promise<LabFile> {
    const { supervisor, userRoles } = this.#parts;
    const { labOf, openLabFile } = await import("./lab-yaml.ts");
    const { bringRoles } = await import("./brought-roles.ts");
    const open = openLabFile(file);
    const brought = await bringRoles(open, userRoles.readFile);
    if (open.top.sections.size === 0) return labOf(open, supervisor.roles, brought);
    return this.#parts.classes.read(open, supervisor.roles, brought);
  }

  #requestsOf(file: LabFile): SpawnRequest[] {
    const { defaults, entries } = this.#parts;
    const roles = file.roles.map(({ role, given }) => ({ role, given: defaults.withHost(role, given) }));
    return entries.withIds(file, roles);
  }
}
