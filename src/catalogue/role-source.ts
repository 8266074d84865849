/**
 * A user's role, into the running daemon: from the bundle that the operator's side has made of its files, or from the text of
 * one file, as an older client sends it, and as an older data folder keeps it.
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { messageOf, NetlabError, stackOf } from "../errors.ts";
import { definitionStack, type Role } from "../machines/_role.ts";
import { placeIn } from "../stack-place.ts";
import { guarded } from "./guarded-call.ts";
import { type FaultListener, guardedRole } from "./guarded-role.ts";
import { markLoaded } from "./loaded-roles.ts";
import { bundleRoleFile, bundleRoleText, closed, entryOf, isBundle, isOpenModule } from "./role-bundle.ts";
import { faultsOf } from "./role-folder.ts";
import { checkRoleTypes } from "./role-types.ts";

let loads = 0;

/** Of a file and those that it imports, their types checked where they can be. Rejects with a NetlabError that says where and why. */
export async function readRoleFile(file: string): Promise<string> {
  const bundle = await bundleRoleFile(file);
  await checkRoleTypes(path.resolve(file));
  return bundle;
}

/** Tries a module where it harms nothing. Rejects with the reason why it must not be imported here. */
export type TryModule = (file: string) => Promise<void>;

/** `text`: a bundle, or the source of one file. Rejects as `readRoleFile`. `folder` is where the module is put to be imported. */
export async function loadRoleSource(
  text: string,
  fileName: string,
  folder: string,
  tryModule?: TryModule,
  onFault: FaultListener = () => undefined,
): Promise<Role> {
  const bundle = isBundle(text) ? text : await bundleText(text, path.basename(fileName));
  const entry = entryOf(bundle);
  // Before it is imported: only then is its source map read.
  process.setSourceMapsEnabled(true);
  await mkdir(folder, { recursive: true });
  loads += 1;
  const moduleFile = path.join(folder, `.load-${process.pid}-${loads}.mjs`);
  await writeFile(moduleFile, closed(bundle));
  try {
    await tryModule?.(moduleFile);
    const module = await (tryModule ? readApart(bundle, moduleFile) : readHere(moduleFile));
    const faults = guarded(() => faultsOf(module.default));
    if ((module.default as Partial<Role> | undefined)?.side === "proxy")
      faults.push("side: a role is a server or a client");
    if (faults.length > 0) throw badRole(entry, definitionStack(module.default), faults.join("; "));
    const role = guardedRole(module.default as Role, onFault);
    markLoaded(role, closed(bundle));
    return role;
  } catch (error) {
    if (error instanceof NetlabError) throw error;
    throw badRole(entry, stackOf(error), messageOf(error), error);
  } finally {
    await rm(moduleFile, { force: true });
  }
}

interface RoleModule {
  readonly default?: unknown;
}

/** In a process that lives for this role. */
const readHere = async (file: string): Promise<RoleModule> => await import(pathToFileURL(file).href);

/** In one that lives for others too. */
async function readApart(bundle: string, file: string): Promise<RoleModule> {
  const { readModule } = await import("./module-realm.ts");
  return readModule(closed(bundle), pathToFileURL(file).href, isOpenModule);
}

/** Types are checked in a file that is there for no longer. */
async function bundleText(text: string, name: string): Promise<string> {
  const bundle = await bundleRoleText(text, name);
  const folder = await mkdtemp(path.join(tmpdir(), "netlabd-role-"));
  try {
    const file = path.join(folder, name);
    await writeFile(file, text);
    await checkRoleTypes(file);
    return bundle;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function badRole(entry: string, stack: string | undefined, why: string, cause?: unknown): NetlabError {
  const place = placeIn(stack, path.dirname(entry)) ?? path.basename(entry);
  return new NetlabError("bad-role/faults", { file: place, why }, { cause });
}
