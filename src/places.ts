/**
 * Places of this package's own files. The built programs are bundles whose chunks lie elsewhere than their sources did,
 * so no other file asks `import.meta.url`: places are told from the folder of package.json.
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = fileURLToPath(import.meta.url);

/** The folder of package.json: `src/` and `dist/` lie side by side in it. */
export const packageFolder = folderOfManifest(path.dirname(here));
const extension = path.extname(here);
export const codeFolder = path.join(packageFolder, extension === ".ts" ? "src" : "dist");

/** Files that come with netlabd: labs, books, examples of files to serve. */
export const packageData = path.join(packageFolder, "data");

/** A role's `--root`: the user's folder of that name in the data folder, else the one that comes with netlabd. */
export function rootFolder(dataFolder: string, root: string): string {
  const own = path.resolve(dataFolder, root);
  return existsSync(own) || path.isAbsolute(root) ? own : path.join(packageData, root);
}

/** The file of this module of ours, named as in `src/`, without its ending; run from source, or as built. */
export const codeFile = (module: string): string => path.join(codeFolder, `${module}${extension}`);

/** The same as built, also where this process runs from source. */
export const builtFile = (module: string): string => path.join(packageFolder, "dist", `${module}.js`);

/** Exports of this package, by the name that each is imported by, as modules of `src/`. */
const OUR_MODULES = { netlabd: "index", "netlabd/client": "client" } as const;
type OurModule = keyof typeof OUR_MODULES;

export const isOurModule = (name: string): name is OurModule => Object.hasOwn(OUR_MODULES, name);

/** A folder of `src/`, or what was built of it. */
export const codeSubfolder = (name: string): string => path.join(codeFolder, name);

/** File from which the types of this module of ours are read. */
export const typesFile = (module: string): string | undefined =>
  [".ts", ".d.ts"].map((ending) => path.join(codeFolder, module + ending)).find((file) => existsSync(file));

/**
 * The URL that a role of a user's own imports: the very XState that runs its machine, which as built is part of the bundle. A
 * zod of another copy does: schemas are told by what they can, and their registry is one for the process.
 */
export function ownModule(name: OurModule | "xstate" | "zod"): string {
  if (isOurModule(name)) return pathToFileURL(codeFile(OUR_MODULES[name])).href;
  const isBundled = name === "xstate" && extension === ".js";
  return isBundled ? pathToFileURL(codeFile("own/xstate")).href : import.meta.resolve(name);
}

/** Folder of an installed package of this name; undefined: it is not there. */
export function installedFolder(name: string): string | undefined {
  try {
    return path.dirname(require.resolve(`${name}/package.json`));
  } catch {
    return undefined;
  }
}

const require = createRequire(import.meta.url);

function folderOfManifest(folder: string): string {
  if (existsSync(path.join(folder, "package.json"))) return folder;
  const parent = path.dirname(folder);
  if (parent === folder) throw new Error(`no package.json above ${here}`);
  return folderOfManifest(parent);
}
