/**
 * Roles of users in a lab that runs: brought in by `load` or by the lab file, and taken out again. An instance of a role that
 * comes anew takes the new edition for its new connections, with what it was given read anew; where that fits no more, it
 * keeps the edition that it has, and says so.
 */
import type { Supervisor } from "../actors/supervisor.ts";
import type { RoleLibrary } from "../catalogue/role-library.ts";
import { messageOf, NetlabError } from "../errors.ts";
import type { Role } from "../machines/_role.ts";
import type { LoadedRole } from "./lab.ts";

/** Outcome for the instances of a role that came anew. */
type Adoption = Pick<LoadedRole, "instances" | "unfit">;

export class UserRoles {
  readonly #library: RoleLibrary;
  readonly #supervisor: Supervisor;

  constructor(library: RoleLibrary, supervisor: Supervisor) {
    this.#library = library;
    this.#supervisor = supervisor;
  }

  /** Throws a NetlabError with file, line and reason. */
  async load(source: string, fileName: string): Promise<LoadedRole> {
    const loaded = await this.#library.load(source, fileName);
    return { ...loaded, ...this.adopt(loaded.role) };
  }

  /** Throws where an instance plays it, or it is none that was loaded. */
  unload(name: string): void {
    this.#library.checkUnloadable(name);
    const players = this.#playersOf(name).map(({ id }) => id);
    if (players.length > 0)
      throw new NetlabError("wrong-state/role-played", { name, players, terms: players.join(" ") });
    this.#library.uninstall(name);
  }

  /** New connections are this role's; those under way, and their hub, finish on the old one. */
  adopt(role: Role): Adoption {
    const instances: string[] = [];
    const unfit: { id: string; why: string }[] = [];
    for (const instance of this.#playersOf(role.name)) {
      try {
        if (instance.role !== role) instance.adopt(role);
        instances.push(instance.id);
      } catch (error) {
        if (!(error instanceof NetlabError)) throw error;
        unfit.push({ id: instance.id, why: messageOf(error) });
      }
    }
    return { instances, unfit };
  }

  /** A role from its file, not installed yet. */
  readonly readFile = (file: string): Promise<Role> => this.#library.parseFile(file);

  /** Installs what a lab file brings; instances do not play it before `adopt`. Returns what takes it back. */
  installFromLab(brought: readonly Role[]): () => void {
    const before = brought.map((role) => this.#library.install(role, "lab file").undo);
    return () => {
      for (const undo of before.reverse()) undo();
    };
  }

  /** Forgets roles that a lab file brought and brings no more, save those that an instance plays. */
  dropFromLab(brought: readonly Role[]): void {
    const wanted = new Set(brought.map(({ name }) => name));
    for (const name of this.#library.fromLabFile)
      if (!wanted.has(name) && this.#playersOf(name).length === 0) this.#library.uninstall(name);
  }

  #playersOf(name: string) {
    return this.#supervisor.instances.filter(({ role }) => role.name === name);
  }
}

/** `chat-2 keeps the old one: unknown option --topc`, for each. */
export const unfitLines = ({ unfit }: Pick<Adoption, "unfit">): string[] =>
  unfit.map(({ id, why }) => `${id} keeps the edition it has: ${why}`);
