/** `netlabctl dissector`: Wireshark learns what the messages of roles are. Needs no daemon. */

import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import path from "node:path";
import * as z from "zod";
import { noSuchRole } from "../catalogue/instance-options.ts";
import { isModuleName } from "../catalogue/module-name.ts";
import { shippedRoles } from "../catalogue/shipped-roles.ts";
import { version } from "../config.ts";
import { type DissectedRole, dissectorLua } from "../dissector/dissector.ts";
import { luaFolder } from "../dissector/lua-folder.ts";
import { exitCodes, NetlabError } from "../errors.ts";
import type { Role } from "../machines/_role.ts";
import { notWritten } from "../os/not-written.ts";
import { defineStandalone } from "./standalone-command.ts";

const FILE_NAME = "netlabd.lua";

export default defineStandalone({
  name: "dissector",
  summary: "writes a dissector for Wireshark: what each message of a role is, with its fields",
  args: [
    {
      name: "role",
      summary: "servers, or files of roles of your own; default all of netlabd's",
      isOptional: true,
      isVariadic: true,
      completes: "role",
    },
  ],
  options: z.object({
    out: z.string().min(1).optional().describe("the file; without it, standard output"),
    install: z.boolean().default(false).describe("write it where Wireshark looks for plugins of yours"),
    port: z
      .array(z.coerce.number().int().min(1).max(65_535))
      .default([])
      .describe("ports to look at besides, of one role, e.g. 43389"),
  }),
  example: "netlabctl dissector --install",
  notes: [
    "Fields are filters, as in: tshark -r c17.pcapng -Y 'netlabd_calculator.error'",
    "Other ports: Decode As in Wireshark, -d tcp.port==43389,netlabd_calculator in tshark, or the protocol's preferences.",
  ],
  async run({ rest, options, isJson, out, err, data }) {
    if (options.out !== undefined && options.install) throw new NetlabError("usage/dissector-twice");
    if (options.port.length > 0 && rest.length !== 1) throw new NetlabError("usage/dissector-ports");
    const roles = await chosen(rest, options.port);
    const text = dissectorLua(roles, version);
    const asked = options.install ? tsharkFolders() : undefined;
    const files = asked ? [path.join(luaFolder(homedir(), asked.text), FILE_NAME)] : [];
    if (options.out !== undefined) files.push(options.out);
    for (const file of files) write(file, text, options.install);
    if (isJson) data({ roles: roles.map(({ role }) => role.name), files });
    else out(files.length === 0 ? text.trimEnd() : files.map((file) => `wrote ${file}`).join("\n"));
    if (asked && !asked.isThere)
      err("tshark was not found, so nothing says whether this is where Wireshark looks");
    else if (asked && !isJson) err("Wireshark reads it when it is started the next time");
    return exitCodes.done;
  },
});

async function chosen(names: readonly string[], ports: readonly number[]): Promise<DissectedRole[]> {
  const shipped = await shippedRoles();
  if (names.length === 0) return [...shipped.values()].flatMap((role) => dissected(role, ports) ?? []);
  return Promise.all(
    names.map(async (name) => {
      const role = await roleNamed(name, shipped);
      const found = dissected(role, ports);
      if (!found) throw new NetlabError("usage/dissector-no-data", { role: role.name });
      return found;
    }),
  );
}

async function roleNamed(name: string, shipped: ReadonlyMap<string, Role>): Promise<Role> {
  if (isModuleName(name)) return ownRole(name);
  const role = shipped.get(name);
  if (role) return role;
  const servers = [...shipped.values()].filter(({ wire }) => wire).map((one) => one.name);
  throw noSuchRole(name, servers);
}

async function ownRole(file: string): Promise<Role> {
  const { loadRoleSource, readRoleFile } = await import("../catalogue/role-source.ts");
  const folder = path.join(tmpdir(), `netlabd-dissector-${process.pid}`);
  return loadRoleSource(await readRoleFile(path.resolve(file)), file, folder);
}

const dissected = (role: Role, ports: readonly number[]): DissectedRole | undefined =>
  role.wire && { role, form: role.wire, ports: [role.port, ...ports] };

function tsharkFolders() {
  const asked = spawnSync("tshark", ["-G", "folders"], { encoding: "utf8" });
  return { text: asked.stdout ?? "", isThere: !asked.error };
}

function write(file: string, text: string, isInstalled: boolean): void {
  try {
    if (isInstalled) mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  } catch (error) {
    throw notWritten(file, error);
  }
}
