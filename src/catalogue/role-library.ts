/**
 * Roles that a daemon can play: those of netlabd; those loaded by a user, which the data folder keeps - a bundle each, as the
 * operator's side has made it, or the source of one file, as older versions kept it - and those that the lab file brings.
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { messageOf, NetlabError } from "../errors.ts";
import type { Role } from "../machines/_role.ts";
import type { FaultListener } from "./guarded-role.ts";
import { nearest } from "./instance-options.ts";
import type { RoleTable } from "./role-folder.ts";
import type { TryModule } from "./role-source.ts";

/** Origin of a role that is not netlabd's own, at each start. */
export type RoleOrigin = "data folder" | "lab file";

export interface InstalledRole {
  readonly role: Role;
  /** Replaced a role of this name. */
  readonly isReplaced: boolean;
  /** Puts back what was there before; for who finds afterwards that it cannot be. */
  readonly undo: () => void;
}

/** How a bundle is kept, and how older versions kept a source. */
const ENDINGS = [".js", ".ts"];

export class RoleLibrary {
  readonly roles: RoleTable;
  readonly #folder: string;
  readonly #tryModule: TryModule | undefined;
  readonly #onFault: FaultListener | undefined;
  /** Of roles that are not netlabd's own, by name. */
  readonly #origins = new Map<string, RoleOrigin>();

  /** Roles last read of files that the lab file names. */
  readonly #files = new Map<string, { readonly bundle: string; readonly role: Role }>();

  /** `folder`: where loaded roles are kept. */
  constructor(shipped: RoleTable, folder: string, tryModule?: TryModule, onFault?: FaultListener) {
    this.roles = new Map(shipped);
    this.#folder = folder;
    this.#tryModule = tryModule;
    this.#onFault = onFault;
  }

  /** Roles that were loaded into earlier runs; one that no longer fits is told, and its file left alone. */
  async loadSaved(warn: (sentence: string) => void): Promise<void> {
    const names = existsSync(this.#folder) ? readdirSync(this.#folder) : [];
    for (const name of names.filter((one) => /^[^.].*\.[jt]s$/.test(one))) {
      try {
        const role = await this.parse(readFileSync(path.join(this.#folder, name), "utf8"), name);
        this.install(role, "data folder");
      } catch (error) {
        warn(`a role of an earlier run is not loaded: ${messageOf(error)}`);
      }
    }
  }

  /** `source`: a bundle, or the text of one file. Throws a NetlabError with file, line and reason. */
  async load(source: string, fileName: string): Promise<InstalledRole> {
    const role = await this.parse(source, fileName);
    this.#checkName(role);
    const { isBundle } = await import("./role-bundle.ts");
    // A role that cannot be kept is refused: it would be gone at the next start.
    const ending = isBundle(source) ? ".js" : ".ts";
    writeFileSync(this.#kept(role.name, ending), source);
    this.#discard(role.name, ending);
    return this.install(role, "data folder");
  }

  /** Reads a role without installing it. The bundler is only for those who bring roles: it is not imported before. */
  async parse(source: string, fileName: string): Promise<Role> {
    const { loadRoleSource } = await import("./role-source.ts");
    return loadRoleSource(source, fileName, this.#folder, this.#tryModule, this.#onFault);
  }

  /** The same of a file, and of those that it imports; the very role of last time where none of them has changed. */
  async parseFile(file: string): Promise<Role> {
    const { readRoleFile } = await import("./role-source.ts");
    const bundle = await readRoleFile(file);
    const last = this.#files.get(file);
    if (last?.bundle === bundle) return last.role;
    const role = await this.parse(bundle, file);
    this.#checkName(role);
    this.#files.set(file, { bundle, role });
    return role;
  }

  install(role: Role, origin: RoleOrigin): InstalledRole {
    this.#checkName(role);
    const [before, from] = [this.roles.get(role.name), this.#origins.get(role.name)];
    this.#origins.set(role.name, origin);
    this.roles.set(role.name, role);
    const undo = () => {
      this.roles.delete(role.name);
      this.#origins.delete(role.name);
      if (before) this.roles.set(role.name, before);
      if (from) this.#origins.set(role.name, from);
    };
    return { role, isReplaced: before !== undefined, undo };
  }

  /** Names of roles that the lab file brought. */
  get fromLabFile(): string[] {
    return [...this.#origins].filter(([, origin]) => origin === "lab file").map(([name]) => name);
  }

  /** Throws a NetlabError where this name is none that `unload` may take away. */
  checkUnloadable(name: string): void {
    if (!this.roles.has(name)) {
      const near = nearest(name, [...this.#origins.keys()]);
      throw new NetlabError("no-such-role/not-loaded", { name, hint: near ? `; did you mean ${near}?` : "" });
    }
    const origin = this.#origins.get(name);
    if (origin === undefined) throw new NetlabError("wrong-state/role-of-ours", { name });
    if (origin === "lab file") throw new NetlabError("wrong-state/role-of-lab", { name });
  }

  /** Forgets a role, and what is kept of it where `load` brought it. */
  uninstall(name: string): void {
    // Removed first: what the disk refuses has not happened.
    if (this.#origins.get(name) === "data folder") this.#discard(name);
    this.#origins.delete(name);
    this.roles.delete(name);
  }

  #checkName(role: Role): void {
    if (this.roles.has(role.name) && !this.#origins.has(role.name))
      throw new NetlabError("bad-role/name-of-ours", { name: role.name });
  }

  #discard(name: string, save?: string): void {
    for (const ending of ENDINGS) if (ending !== save) rmSync(this.#kept(name, ending), { force: true });
  }

  #kept(name: string, ending: string): string {
    return path.join(this.#folder, name + ending);
  }
}
