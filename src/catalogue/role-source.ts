/**
 * A role of somebody's own, from its TypeScript source into the running daemon: types checked where a compiler is at
 * hand, bundled by esbuild so that `netlabd`, `xstate` and `zod` are our own, imported, and checked like ours.
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { type BuildFailure, build } from "esbuild";
import { messageOf, NetlabError } from "../errors.ts";
import type { Role } from "../machines/_role.ts";
import { installedFolder, ownModule, typesFile } from "../places.ts";
import { faultsOf } from "./role-folder.ts";

const run = promisify(execFile);
/** What a role may import: ours, so that its machine is of the XState that runs it. */
const OURS = ["netlabd", "xstate", "zod"] as const;

let loads = 0;

/** Rejects with a NetlabError that names file, line and reason. `folder` is where the module is put to be imported. */
export async function loadRoleSource(source: string, fileName: string, folder: string): Promise<Role> {
  await mkdir(folder, { recursive: true });
  await checkTypes(source, fileName, folder);
  const code = await bundled(source, fileName, folder);
  loads += 1;
  const moduleFile = path.join(folder, `.load-${process.pid}-${loads}.mjs`);
  await writeFile(moduleFile, code);
  try {
    const module = (await import(pathToFileURL(moduleFile).href)) as { default?: unknown };
    const faults = faultsOf(module.default);
    if (faults.length > 0) throw badRole(fileName, faults.join("; "));
    return module.default as Role;
  } catch (error) {
    if (error instanceof NetlabError) throw error;
    throw badRole(fileName, `${messageOf(error)}${lineOf(error, moduleFile)}`, error);
  } finally {
    await rm(moduleFile, { force: true });
  }
}

const badRole = (fileName: string, why: string, cause?: unknown) =>
  new NetlabError("bad-role/faults", { file: fileName, why }, { cause });

async function bundled(source: string, fileName: string, folder: string): Promise<string> {
  try {
    const { outputFiles } = await build({
      stdin: { contents: source, loader: "ts", sourcefile: fileName, resolveDir: folder },
      bundle: true,
      write: false,
      format: "esm",
      platform: "node",
      sourcemap: "inline",
      logLevel: "silent",
      plugins: [
        {
          name: "ours",
          setup: (hooks) =>
            hooks.onResolve({ filter: /.*/ }, ({ path: name, kind }) => resolveImport(name, kind)),
        },
      ],
    });
    return outputFiles[0]?.text ?? "";
  } catch (error) {
    const [first] = (error as Partial<BuildFailure>).errors ?? [];
    if (!first) throw error;
    const { location, text } = first;
    throw new NetlabError(
      "bad-role/not-compiled",
      { file: fileName, line: location?.line ?? 1, column: (location?.column ?? 0) + 1, why: text },
      { cause: error },
    );
  }
}

function resolveImport(name: string, kind: string) {
  if (kind === "entry-point") return undefined;
  if (name.startsWith("node:")) return { path: name, external: true };
  const ours = OURS.find((one) => one === name);
  if (ours) return { path: ownModule(ours), external: true };
  return {
    errors: [{ text: `a role is one file: it may import ${OURS.join(", ")} and node:…, not ${name}` }],
  };
}

/** Where an import threw: the line in the user's file, where the stack tells it. */
function lineOf(error: unknown, moduleFile: string): string {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  const line = stack.split("\n").find((one) => one.includes(path.basename(moduleFile)));
  return line === undefined ? "" : ` (${line.trim()})`;
}

/** With the TypeScript of a checkout; an installed netlabd has none, and leaves types to the author's editor. */
async function checkTypes(source: string, fileName: string, folder: string): Promise<void> {
  const compiler = compilerPath();
  if (compiler === undefined || !fileName.endsWith(".ts")) return;
  const types = typesFile("index");
  if (types === undefined) return;
  const checkFolder = path.join(folder, `.check-${process.pid}`);
  await mkdir(checkFolder, { recursive: true });
  try {
    await writeFile(path.join(checkFolder, path.basename(fileName)), source);
    await writeFile(path.join(checkFolder, "tsconfig.json"), JSON.stringify(checkConfig(types)));
    await run(process.execPath, [compiler, "-p", checkFolder, "--pretty", "false"]);
  } catch (error) {
    const { stdout = "" } = error as { stdout?: string };
    const first = stdout.split("\n").find((line) => line.includes("error TS"));
    if (first === undefined) throw error;
    const place = /^.*?\((\d+),(\d+)\): error (TS\d+: .*)$/.exec(first);
    throw badRole(place ? `${fileName}:${place[1]}:${place[2]}` : fileName, place?.[3] ?? first, error);
  } finally {
    await rm(checkFolder, { recursive: true, force: true });
  }
}

function compilerPath(): string | undefined {
  const folder = installedFolder("typescript");
  return folder && path.join(folder, "bin", "tsc");
}

function checkConfig(index: string) {
  const modules = path.join(installedFolder("zod") ?? "", "..");
  return {
    compilerOptions: {
      target: "es2024",
      module: "nodenext",
      strict: true,
      skipLibCheck: true,
      noEmit: true,
      allowImportingTsExtensions: true,
      typeRoots: [path.join(modules, "@types")],
      types: existsSync(path.join(modules, "@types", "node")) ? ["node"] : [],
      paths: { netlabd: [index], xstate: [path.join(modules, "xstate")], zod: [path.join(modules, "zod")] },
    },
    include: ["*.ts"],
  };
}
