/** All instances: who they are, what they are called, and what an operator can do with them. */

import { madeSecrets } from "../catalogue/generated-secrets.ts";
import { noSuchRole, parseOptions } from "../catalogue/instance-options.ts";
import { playedRole } from "../catalogue/played-role.ts";
import type { RoleTable } from "../catalogue/role-folder.ts";
import { NetlabError } from "../errors.ts";
import type { Role } from "../machines/_role.ts";
import type { ConnectionControl } from "./connection-control.ts";
import { DRAIN_MS, Instance, type InstanceHooks, type InstanceSpec } from "./instance.ts";
import type { Environment } from "./service.ts";

export interface SpawnRequest {
  readonly role: string;
  readonly given: Readonly<Record<string, unknown>>;
  readonly id?: string;
  readonly isFromLab?: boolean;
  readonly preferredPort?: number;
}

export class Supervisor {
  readonly roles: RoleTable;
  readonly #environment: Environment;
  readonly #hooks: InstanceHooks;
  readonly #instances = new Map<string, Instance>();
  readonly #reserved = new Set<string>();

  constructor(roles: RoleTable, environment: Environment, hooks: InstanceHooks) {
    this.roles = roles;
    this.#environment = { ...environment, holderOf: (transport, port) => this.#holderOf(transport, port) };
    this.#hooks = hooks;
  }

  get instances(): Instance[] {
    return [...this.#instances.values()];
  }

  #holderOf(transport: "tcp" | "udp", port: number): string | undefined {
    const holder = this.instances.find(
      ({ role, service: { hosts, port: own, otherPorts = [] } }) =>
        role.transport === transport && hosts.length > 0 && [own, ...otherPorts].includes(port),
    );
    return holder?.id;
  }

  role(name: string): Role {
    const role = this.roles.get(name);
    if (role) return role;
    throw noSuchRole(name, [...this.roles.keys()]);
  }

  /** By id or name; undefined where there is none. */
  find(idOrName: string): Instance | undefined {
    return this.#instances.get(idOrName) ?? this.instances.find((one) => one.spec.options.name === idOrName);
  }

  /** The hand on a live peer, by the id of its story: `file-server-1/c17`. */
  control(id: string): ConnectionControl | undefined {
    return this.#instances.get(id.slice(0, id.lastIndexOf("/")))?.service.control(id);
  }

  /** Adds an instance; it starts when it is told to. Throws where an option is wrong or a name is taken. */
  add({ role: roleName, given, id, isFromLab = false, preferredPort = 0 }: SpawnRequest): Instance {
    const definition = this.role(roleName);
    const made = madeSecrets(definition, given);
    const options = parseOptions(definition, { ...given, ...made });
    const role = playedRole(definition, options, this.roles);
    if (options.name !== undefined) this.#checkName(options.name);
    const spec: InstanceSpec = {
      id: id ?? this.#freeId(role),
      role,
      options,
      given,
      made,
      isFromLab,
      preferredPort,
    };
    if (this.#instances.has(spec.id)) throw new NetlabError("name-taken/instance", { id: spec.id });
    const instance = new Instance(spec, this.#environment, this.#hooks);
    this.#instances.set(instance.id, instance);
    return instance;
  }

  /** Throws where these could not all be added once those have left; changes nothing. */
  checkAll(requests: readonly SpawnRequest[], leaving: readonly Instance[]): void {
    const staying = this.instances.filter((instance) => !leaving.includes(instance));
    const owners = new Map(
      staying.flatMap(({ id, spec }) => [id, spec.options.name ?? id].map((name) => [name, id] as const)),
    );
    for (const { role, given } of requests) {
      const options = parseOptions(this.role(role), given);
      playedRole(this.role(role), options, this.roles);
      const { name } = options;
      if (name === undefined) continue;
      const owner = owners.get(name);
      if (owner !== undefined) throw new NetlabError("name-taken/of-instance", { name, owner });
      if (this.roles.has(name)) throw new NetlabError("name-taken/of-role", { name });
      owners.set(name, `another ${role}`);
    }
  }

  #checkName(name: string): void {
    const other = this.find(name);
    if (other) throw new NetlabError("name-taken/of-instance", { name, owner: other.id });
    if (this.roles.has(name)) throw new NetlabError("name-taken/of-role", { name });
  }

  /** Ids of instances that may yet be added: no other gets them. */
  reserve(ids: Iterable<string>): void {
    for (const id of ids) this.#reserved.add(id);
  }

  #freeId(role: Role): string {
    for (;;) {
      const id = this.#environment.ids.instance(role.name);
      if (!this.#instances.has(id) && !this.#reserved.has(id)) return id;
    }
  }

  /** Stops it where it runs, and forgets it. */
  async remove(instance: Instance): Promise<void> {
    await this.stop(instance);
    instance.dispose();
    this.#instances.delete(instance.id);
    this.#hooks.onRemoved(instance);
  }

  /** Resolves when it is stopped: peers leave first, up to the limit. */
  async stop(instance: Instance, drainMs: number = DRAIN_MS): Promise<void> {
    instance.stop(drainMs);
    await instance.reaches((state) => state === "stopped" || state === "failed");
  }

  async stopAll(drainMs: number): Promise<void> {
    await Promise.all(this.instances.map((instance) => this.stop(instance, drainMs)));
  }
}
