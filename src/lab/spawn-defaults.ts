/** Options that the daemon's command line gives to instances that do not say them themselves. */
import type { RoleTable } from "../catalogue/role-folder.ts";

export type Given = Readonly<Record<string, unknown>>;

export interface SpawnDefaultsOptions {
  /** Address on which servers listen; undefined: what each role says. */
  readonly host: string | undefined;
  readonly portOffset: number;
}

export class SpawnDefaults {
  readonly #options: SpawnDefaultsOptions;
  readonly #roles: RoleTable;

  constructor(options: SpawnDefaultsOptions, roles: RoleTable) {
    this.#options = options;
    this.#roles = roles;
  }

  /** `--host` is for servers that say nothing themselves; a client's host is its server's. */
  withHost(role: string, given: Given): Record<string, unknown> {
    const { host } = this.#options;
    const side = this.#roles.get(role)?.side;
    return host && side && side !== "client" ? { host, ...given } : { ...given };
  }

  /** Under `--port-offset` a role's default port, and the registry that a client asks, are this lab's own. */
  withOffset(roleName: string, given: Given, registryPort: number | undefined): Record<string, unknown> {
    const role = this.#roles.get(roleName);
    const { portOffset } = this.#options;
    if (!role || portOffset === 0) return { ...given };
    const shifted: Record<string, unknown> = role.port === 0 ? {} : { port: role.port + portOffset };
    if (role.side === "client" && "bootstrap" in role.options.shape && registryPort !== undefined)
      shifted.bootstrap = `localhost:${registryPort}`;
    return { ...shifted, ...given };
  }
}
