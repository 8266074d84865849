/** The class of a lab file, from its text to what is played: read, reckoned with, and taken on. Its code is loaded for a lab file that has one. */
import type { DescriptorBudget } from "../actors/descriptor-budget.ts";
import type { SpawnRequest } from "../actors/supervisor.ts";
import { parseOptions } from "../catalogue/instance-options.ts";
import type { RoleTable } from "../catalogue/role-folder.ts";
import type { ClassLab } from "../class/class-lab.ts";
import { NetlabError } from "../errors.ts";
import type { Role } from "../machines/_role.ts";
import type { LabDatabase } from "../stores/database.ts";
import type { LabFile } from "./lab-file.ts";
import type { OpenLabFile } from "./lab-yaml.ts";

export interface LabClassParts {
  readonly database: LabDatabase;
  readonly dataFolder: string;
  readonly portOffset: number;
  readonly now: () => number;
  readonly descriptors: Pick<DescriptorBudget, "limit" | "left" | "limitFor">;
  readonly say: (sentence: string) => void;
  /** Makes the class of this daemon, once. */
  readonly make: () => Promise<ClassLab>;
}

/** Connections of a student that are reckoned with. */
const PEERS_EACH = 2;

export class LabClass {
  readonly #parts: LabClassParts;
  #lab: ClassLab | undefined;

  constructor(parts: LabClassParts) {
    this.#parts = parts;
  }

  /** Undefined before there was a lab file with a class. */
  get lab(): ClassLab | undefined {
    return this.#lab;
  }

  /** The lab with all that its class plays. Rejects with a NetlabError where something in it is wrong; nothing is changed yet. */
  async read(open: OpenLabFile, roles: RoleTable, brought: RoleTable): Promise<LabFile> {
    const { database, dataFolder, portOffset, now } = this.#parts;
    const { labOf } = await import("./lab-yaml.ts");
    const { classTextOf } = await import("./class-yaml.ts");
    const { planClass } = await import("../class/class-file.ts");
    const { openClass } = await import("../stores/class.ts");
    const lab = labOf(open, roles, brought);
    const text = classTextOf(open, roles, brought);
    const store = openClass(database);
    const known = {
      students: store.students(),
      groups: store.groups(),
      nextSlot: store.nextSlot(),
      retired: store.retiredSlots(),
    };
    const plan = planClass(text, { dataFolder, known, now: now(), portOffset });
    return { ...lab, roles: [...lab.roles, ...plan.instances], class: plan };
  }

  /** Throws where the system has too little for all of it, or a port is taken: better no lab than one of which a third fails. */
  async reckon({ class: plan }: LabFile, requests: readonly SpawnRequest[], roleOf: (name: string) => Role) {
    if (!plan) return;
    const { checkFree } = await import("../class/class-ports.ts");
    const servers = requests.flatMap(({ role, given }) => {
      const definition = roleOf(role);
      const { host, port } = parseOptions(definition, given);
      const { side, transport } = definition;
      return side === "client" ? [] : [{ transport, port, isDual: host === "localhost" }];
    });
    this.#reckonDescriptors(servers, plan.students.length);
    checkFree(servers.filter(({ port }) => port !== 0));
  }

  #reckonDescriptors(servers: readonly { readonly isDual: boolean }[], students: number): void {
    const { descriptors } = this.#parts;
    const listeners = servers.reduce((sum, { isDual }) => sum + (isDual ? 2 : 1), 0);
    const peers = students * PEERS_EACH;
    if (listeners + peers <= descriptors.left) return;
    throw new NetlabError("bad-class/descriptors", {
      roles: servers.length,
      listeners,
      students,
      peers,
      limit: descriptors.limit,
      wanted: descriptors.limitFor(listeners + peers),
      orHost: servers.some(({ isDual }) => isDual) ? ", or --host 127.0.0.1 for half the listeners" : "",
    });
  }

  /** Takes it on: places are stored, files written, and it is said who came and who left. `made`: instances of the file, in its order. */
  async adopt({ class: plan }: LabFile, made: readonly { readonly id: string }[]): Promise<void> {
    if (!plan) return this.#lab?.adopt(undefined, []);
    const { writeClassFiles } = await import("../class/class-file.ts");
    writeClassFiles(plan);
    this.#lab ??= await this.#parts.make();
    await this.#lab.adopt(plan, made.slice(made.length - plan.instances.length));
    for (const sentence of changesOf(plan)) this.#parts.say(sentence);
  }
}

const MOST_TOLD = 5;

function changesOf({ added, left, students }: NonNullable<LabFile["class"]>): string[] {
  const came =
    added.length === 0
      ? ""
      : `, ${added.length} of them new${added.length < students.length ? ` (${few(added)})` : ""}`;
  const gone =
    left.length === 0
      ? []
      : [
          `${left.length} no longer in the roster (${few(left)}): their roles have left; their ports and all that was recorded stay`,
        ];
  return [`a class of ${students.length}${came}`, ...gone];
}

const few = (names: readonly string[]) =>
  `${names.slice(0, MOST_TOLD).join(", ")}${names.length > MOST_TOLD ? ` and ${names.length - MOST_TOLD} more` : ""}`;
