/** The roles that can be played: one file each, found by scanning the folder once. Nothing else lists them. */
import { readdir } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { AnyStateMachine, StateNode } from "xstate";
import * as z from "zod";
import { messageOf, NetlabError } from "../errors.ts";
import type { Role } from "../machines/_role.ts";
import { wireFaults } from "./wire-faults.ts";

export type RoleTable = Map<string, Role>;

/** Every role of the folder by name. Rejects with the file and the reason where one is malformed or a name is taken. */
export async function scanRoles(folder: string): Promise<RoleTable> {
  const names = (await readdir(folder)).filter((name) => /^[^_.][^.]*\.[jt]s$/.test(name)).sort();
  const roles: RoleTable = new Map();
  const loaded = await Promise.all(names.map((name) => loadRole(path.join(folder, name))));
  for (const [index, role] of loaded.entries()) {
    if (roles.has(role.name)) {
      throw new NetlabError("bad-role/name-in-folder", { file: names[index] ?? "", name: role.name });
    }
    roles.set(role.name, role);
  }
  return roles;
}

export async function loadRole(file: string): Promise<Role> {
  let module: { default?: unknown };
  try {
    module = (await import(pathToFileURL(file).href)) as { default?: unknown };
  } catch (error) {
    throw new NetlabError(
      "bad-role/faults",
      { file: path.basename(file), why: messageOf(error) },
      { cause: error },
    );
  }
  const faults = faultsOf(module.default);
  if (faults.length > 0)
    throw new NetlabError("bad-role/faults", { file: path.basename(file), why: faults.join("; ") });
  return module.default as Role;
}

const messageShape = () => z.looseObject({ name: z.string().min(1), rule: z.string().min(1) });

const newShape = () =>
  z.object({
    name: z.string().regex(/^[a-z][a-z0-9-]*$/, "lower-case letters, digits and -"),
    summary: z.string().min(1),
    side: z.enum(["server", "client", "proxy"]),
    transport: z.enum(["tcp", "udp"]),
    port: z.number().int().min(0).max(65_535),
    descriptors: z.number().int().min(1).optional(),
    options: z.instanceof(z.ZodObject),
    machine: z.custom<AnyStateMachine>(
      (value) => typeof value === "object" && value !== null && "root" in value,
      "an XState machine",
    ),
    phases: z.record(
      z.string(),
      z.looseObject({
        reads: z.enum(["text", "raw", "record"]),
        rule: z.string().min(1),
        expects: z.string().min(1),
      }),
    ),
    wire: z
      .strictObject({
        title: z.string().min(1),
        trims: z.enum(["both", "end", "line-end"]).optional(),
        fields: z.record(z.string(), z.looseObject({ kind: z.string(), label: z.string().min(1) })),
        client: z.record(z.string(), z.array(messageShape())),
        server: z.record(z.string(), z.array(messageShape())),
      })
      .optional(),
    dialogue: z
      .strictObject({
        given: z.record(z.string(), z.unknown()).optional(),
        lines: z
          .array(
            z.union([z.strictObject({ client: z.string().min(1) }), z.strictObject({ server: z.string() })]),
          )
          .min(1),
        closes: z.boolean().optional(),
      })
      .optional(),
  });

/** Built with the first role of a user's own: ours are looked at by the build. */
let shape: ReturnType<typeof newShape> | undefined;

/** Everything that is wrong with a would-be role, in words. */
export function faultsOf(candidate: unknown): string[] {
  shape ??= newShape();
  const parsed = shape.safeParse(candidate);
  if (!parsed.success) {
    return parsed.error.issues.map((issue) => {
      const where = issue.path.join(".");
      return where ? `${where}: ${issue.message}` : "it has no default export made by defineRole";
    });
  }
  const role = candidate as Role;
  return [...phaseFaults(role), ...(role.wire ? wireFaults(role.wire) : [])];
}

/** A phase for each state that waits for the peer, none for any other. */
function phaseFaults({ machine, phases, transport }: Role): string[] {
  const states = leafStates(machine.root);
  const faults = Object.keys(phases)
    .filter((name) => !states.has(name))
    .map((name) => `phases.${name}: the machine has no such state`);
  for (const [name, node] of states) {
    const phase = phases[name];
    if (phase?.reads === "record" && !phase.decode)
      faults.push(`phases.${name}: a record phase needs decode`);
    if (!phase && accepts(node, "peer.message"))
      faults.push(`state ${name} takes peer.message but has no phase`);
    if (phase && transport === "tcp" && !accepts(node, "peer.ended"))
      faults.push(`state ${name} waits for the peer but does not take peer.ended`);
    if (!phase && node.type !== "final" && !movesByItself(node))
      faults.push(`state ${name} waits for nothing: give it a phase, an invoke, after or always`);
  }
  if (transport === "tcp" && [...states.values()].every((node) => node.type !== "final"))
    faults.push("the machine has no final state");
  return faults;
}

/** Leaf states by the name that `stateName` gives them. */
function leafStates(root: StateNode, prefix = ""): Map<string, StateNode> {
  const leaves = new Map<string, StateNode>();
  for (const [key, node] of Object.entries(root.states)) {
    const name = prefix + key;
    const inner = leafStates(node, `${name}.`);
    if (inner.size === 0) leaves.set(name, node);
    for (const [innerName, innerNode] of inner) leaves.set(innerName, innerNode);
  }
  return leaves;
}

const accepts = (node: StateNode, event: string): boolean =>
  node.ownEvents.includes(event) || (node.parent !== undefined && accepts(node.parent, event));

const movesByItself = (node: StateNode) =>
  node.invoke.length > 0 ||
  node.after.length > 0 ||
  (node.always?.length ?? 0) > 0 ||
  node.ownEvents.length > 0;
