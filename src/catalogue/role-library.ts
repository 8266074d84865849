/** Roles that a daemon can play: those of netlabd, and those loaded by a user, which the data folder keeps. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { messageOf, NetlabError } from "../errors.ts";
import type { Role } from "../machines/_role.ts";
import type { RoleTable } from "./role-folder.ts";

export interface InstalledRole {
  readonly role: Role;
  /** There was a loaded one of this name before. */
  readonly isReplaced: boolean;
}

export class RoleLibrary {
  readonly roles: RoleTable;
  readonly #folder: string;
  /** Names of roles that came in by `load`. */
  readonly #loaded = new Set<string>();

  /** `folder`: where sources of loaded roles are kept. */
  constructor(shipped: RoleTable, folder: string) {
    this.roles = new Map(shipped);
    this.#folder = folder;
  }

  /** Roles that were loaded into earlier runs; one that no longer fits is told, and its file left alone. */
  async loadSaved(warn: (sentence: string) => void): Promise<void> {
    const names = existsSync(this.#folder) ? readdirSync(this.#folder) : [];
    for (const name of names.filter((one) => /^[^.].*\.ts$/.test(one))) {
      try {
        this.#install(await this.#parse(readFileSync(path.join(this.#folder, name), "utf8"), name));
      } catch (error) {
        warn(`a role of an earlier run is not loaded: ${messageOf(error)}`);
      }
    }
  }

  /** Throws a NetlabError with file, line and reason. */
  async load(source: string, fileName: string): Promise<InstalledRole> {
    const role = await this.#parse(source, path.basename(fileName));
    this.#checkLoadable(role);
    // What cannot be kept is refused: it would be gone at the next start.
    writeFileSync(path.join(this.#folder, `${role.name}.ts`), source);
    return this.#install(role);
  }

  /** The bundler is only for those who load roles: it is not imported before. */
  async #parse(source: string, fileName: string): Promise<Role> {
    const { loadRoleSource } = await import("./role-source.ts");
    return loadRoleSource(source, fileName, this.#folder);
  }

  #checkLoadable(role: Role): void {
    if (this.roles.has(role.name) && !this.#loaded.has(role.name))
      throw new NetlabError("bad-role/name-of-ours", { name: role.name });
  }

  #install(role: Role): InstalledRole {
    this.#checkLoadable(role);
    const isReplaced = this.#loaded.has(role.name);
    this.#loaded.add(role.name);
    this.roles.set(role.name, role);
    return { role, isReplaced };
  }
}
