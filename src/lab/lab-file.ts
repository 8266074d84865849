/** A lab: which roles a daemon plays, as its file says, and the same some ports higher. How a file is read: lab-yaml.ts. */
import path from "node:path";
import { type InstanceOptions, nearest, parseOptions } from "../catalogue/instance-options.ts";
import type { RoleTable } from "../catalogue/role-folder.ts";
import type { ClassPlan } from "../class/class-file.ts";
import { NetlabError } from "../errors.ts";
import { formatHostPort } from "../machines/_options.ts";
import type { Role } from "../machines/_role.ts";
import type { HostPort } from "../machines/_world.ts";
import type { Row } from "./address-csv.ts";
import type { LabFault } from "./lab-faults.ts";

export interface LabRole {
  readonly role: string;
  readonly given: Readonly<Record<string, unknown>>;
  /** On the lines of its connections, from the start. */
  readonly faults?: readonly LabFault[];
}

export interface LabFile {
  /** `default`, or the file's base name. */
  readonly name: string;
  readonly title: string | undefined;
  readonly file: string | undefined;
  readonly roles: readonly LabRole[];
  /** Roles that the lab brings itself, from files beside it. */
  readonly brought: readonly Role[];
  /** The CSV file with which an empty address book begins. */
  readonly book?: string | undefined;
  /** Entries of that file, where they have been read already. */
  readonly bookRows?: readonly Row[];
  /** How long evidence is kept: weeks or days, `15w`. */
  readonly keep?: { readonly journal: string } | undefined;
  /** Students, and what is played for them, where the lab is of a class. */
  readonly class?: ClassPlan;
}

export const NO_LAB: LabFile = { name: "none", title: undefined, file: undefined, roles: [], brought: [] };

/** The labs that come with netlabd. */
export interface ShippedLabs {
  readonly folder: string;
  readonly names: readonly string[];
}

/** `files` is one of the shipped labs; anything with a slash or an ending is a file of the user's. */
export function findLabFile(nameOrFile: string, shipped: ShippedLabs): string {
  if (nameOrFile.includes("/") || /\.ya?ml$/.test(nameOrFile)) return path.resolve(nameOrFile);
  if (!shipped.names.includes(nameOrFile)) throw noSuchLab(nameOrFile, shipped.names);
  return path.join(shipped.folder, `${nameOrFile}.yaml`);
}

function noSuchLab(name: string, known: readonly string[]): NetlabError {
  const near = nearest(name, known);
  const hint = near === undefined ? "" : `did you mean ${near}? `;
  return new NetlabError("bad-lab-file/no-such-lab", { name, hint, known });
}

const LOOPBACK = ["localhost", "127.0.0.1", "::1"];

/**
 * The same lab some ports higher, for several people on one machine. A loopback address that names a port of this lab
 * moves along: a file server finds its own lab's registry, and a client its own lab's server.
 */
export function shiftPorts(lab: LabFile, known: RoleTable, offset: number): LabFile {
  if (offset === 0) return lab;
  const roles: RoleTable = new Map([...known, ...lab.brought.map((role) => [role.name, role] as const)]);
  const parsed = lab.roles.map((one) => parseRole(one, roles));
  const ports = new Set(parsed.filter(({ isServer }) => isServer).map(({ options }) => options.port));
  const isOurs = ({ host, port }: HostPort) => LOOPBACK.includes(host) && ports.has(port);
  return { ...lab, roles: parsed.map((one) => ({ ...one.entry, given: shifted(one, isOurs, offset) })) };
}

interface ParsedRole extends LabRole {
  /** As it was written. */
  readonly entry: LabRole;
  readonly isServer: boolean;
  readonly options: InstanceOptions;
}

function parseRole(entry: LabRole, roles: RoleTable): ParsedRole {
  const { role: name, given } = entry;
  const role = roles.get(name);
  if (!role) throw new NetlabError("no-such-role/unknown", { name });
  return { role: name, given, entry, isServer: role.side !== "client", options: parseOptions(role, given) };
}

function shifted(
  { given, isServer, options }: ParsedRole,
  isOurs: (at: HostPort) => boolean,
  offset: number,
): Record<string, unknown> {
  const moved: Record<string, unknown> = { ...given };
  for (const [key, value] of Object.entries(options)) {
    if (isHostPort(value) && isOurs(value))
      moved[key] = formatHostPort({ host: value.host, port: value.port + offset });
  }
  const { port } = options;
  if (isServer ? port !== 0 : isOurs(options)) moved.port = port + offset;
  return moved;
}

const isHostPort = (value: unknown): value is HostPort =>
  typeof value === "object" && value !== null && "host" in value && "port" in value;
