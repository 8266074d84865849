/**
 * Types of a user's role, where a compiler is at hand: a checkout's TypeScript. An installed netlabd has none, and leaves types to
 * the author's editor.
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { NetlabError } from "../errors.ts";
import { installedFolder, typesFile } from "../places.ts";
import { shownFrom } from "../stack-place.ts";

const run = promisify(execFile);

/** Checks a file and what it imports. Rejects with a NetlabError that names file, line and reason. */
export async function checkRoleTypes(file: string): Promise<void> {
  const compiler = installedFolder("typescript");
  const types = typesFile("index");
  if (compiler === undefined || types === undefined || !/\.m?ts$/.test(file)) return;
  const folder = await mkdtemp(path.join(tmpdir(), "netlabd-types-"));
  try {
    const config = path.join(folder, "tsconfig.json");
    await writeFile(config, JSON.stringify(checkConfig(types, file)));
    const tsc = path.join(compiler, "bin", "tsc");
    await run(process.execPath, [tsc, "-p", config, "--pretty", "false"], { cwd: path.dirname(file) });
  } catch (error) {
    const { stdout = "" } = error as { stdout?: string };
    const first = stdout.split("\n").find((line) => line.includes("error TS"));
    if (first === undefined) throw error;
    throw NetlabError.worded("bad-role", complaint(first, file), { cause: error });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** `role.ts(3,7): error TS2322: …`, as seen from the role's folder. */
function complaint(line: string, file: string): string {
  const place = /^(.*?)\((\d+),(\d+)\): error (TS\d+: .*)$/.exec(line);
  if (!place) return `${path.basename(file)}: ${line}`;
  const [, where = "", row, column, what] = place;
  const folder = path.dirname(file);
  return `${shownFrom(folder, path.resolve(folder, where))}:${row}:${column}: ${what}`;
}

function checkConfig(index: string, file: string) {
  const modules = path.join(installedFolder("zod") ?? "", "..");
  return {
    compilerOptions: {
      target: "es2024",
      module: "preserve",
      moduleResolution: "bundler",
      strict: true,
      skipLibCheck: true,
      noEmit: true,
      allowImportingTsExtensions: true,
      typeRoots: [path.join(modules, "@types")],
      types: existsSync(path.join(modules, "@types", "node")) ? ["node"] : [],
      paths: { netlabd: [index], xstate: [path.join(modules, "xstate")], zod: [path.join(modules, "zod")] },
    },
    files: [file],
  };
}
