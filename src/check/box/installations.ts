/**
 * Programs that a command names, and what has to be seen of the machine for them to run: their installations by their real paths, also
 * out of a home - pyenv, nvm, sdkman, conda - and nothing else of it.
 *
 * A command is an instructor's word. A first line `#!` is the hand-in's, so that it may name a few interpreters, and no path.
 */
import { execFile } from "node:child_process";
import { accessSync, constants, existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";

export interface Installations {
  /** Files and folders to be seen, read-only, by their real paths. */
  readonly places: readonly string[];
  /** Folders that PATH has in the box, before the system's own. */
  readonly path: readonly string[];
}

export const SYSTEM_PATH = ["/usr/local/bin", "/usr/bin", "/bin"];
/** Seen in every box, as they are. */
export const SYSTEM_FOLDERS = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store"];

/** Of all programs that these commands name, found as the user would start them. */
export async function installationsOf(
  commands: readonly string[],
  { folder, env = process.env }: { readonly folder: string; readonly env?: NodeJS.ProcessEnv },
): Promise<Installations> {
  const words = commands.flatMap(wordsOf);
  const interpreters = words.flatMap((word) => interpreterOf(path.resolve(folder, word)) ?? []);
  const places = new Set<string>();
  const folders = new Set<string>();
  for (const word of new Set([...words, ...interpreters])) {
    const found = word.includes("/") ? absolute(word) : onPath(word, env);
    if (found === undefined || isOfTheSystem(realpathSync(found))) continue;
    const program = (await behindShim(found, word, env)) ?? found;
    for (const place of [...installation(program), ...(word.includes("/") ? [found] : [])]) places.add(place);
    folders.add(path.dirname(program));
  }
  return { places: [...places], path: [...folders] };
}

/** Words of a shell's line, without its signs; what is no program is not found later. */
function wordsOf(command: string): string[] {
  const words = command.split(/[\s;|&()<>]+/).map((word) => word.replaceAll(/^\w+=|["']/g, ""));
  return words.filter((word) => word !== "" && !word.startsWith("-"));
}

/** Interpreters that a hand-in may ask for by its first line. */
const INTERPRETERS = /^(?:python|pypy|node|deno|bun|ruby|perl|php|lua|tclsh)[\d.]*$/;

function interpreterOf(file: string): string | undefined {
  try {
    if (!statSync(file).isFile()) return undefined;
    const [line = ""] = readFileSync(file, "latin1").slice(0, 128).split("\n");
    const name = /^#!\s*\/usr\/bin\/env\s+(?:-S\s+)?(\S+)/.exec(line)?.[1];
    return name !== undefined && INTERPRETERS.test(name) ? name : undefined;
  } catch {
    return undefined;
  }
}

const absolute = (word: string) => (path.isAbsolute(word) && isProgram(word) ? word : undefined);

function onPath(name: string, env: NodeJS.ProcessEnv): string | undefined {
  const folders = (env.PATH ?? "").split(path.delimiter).filter(path.isAbsolute);
  return folders.map((folder) => path.join(folder, name)).find(isProgram);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

const isOfTheSystem = (file: string) => SYSTEM_FOLDERS.some((folder) => file.startsWith(`${folder}/`));

const run = promisify(execFile);

/** `~/.pyenv/shims/python3` is a script that looks for the real one: its manager, as `pyenv which python3`, tells where that is. */
async function behindShim(file: string, name: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const shims = path.dirname(file);
  if (path.basename(shims) !== "shims") return undefined;
  const root = path.dirname(shims);
  const manager = path.basename(root).replace(/^\./, "");
  const own = [
    path.join(root, "bin", manager),
    path.join(root, "libexec", manager),
    onPath(manager, env),
  ].find((place) => place !== undefined && isProgram(place));
  if (own === undefined) return undefined;
  const answer = await run(own, ["which", path.basename(name)], { env, timeout: 10_000 }).catch(
    () => undefined,
  );
  const real = answer?.stdout.trim() ?? "";
  return path.isAbsolute(real) && isProgram(real) ? real : undefined;
}

const BIN = new Set(["bin", "sbin", "libexec"]);

/** The folder that a program was installed in, and that of the environment that it is a link from. */
function installation(program: string): string[] {
  const real = realpathSync(program);
  const places = [folderOf(real)];
  // A virtual environment is a folder with a link to its Python.
  const environment = path.dirname(path.dirname(program));
  const config = path.join(environment, "pyvenv.cfg");
  if (existsSync(config) && !isTooWide(environment)) {
    places.push(realpathSync(environment));
    const home = /^home\s*=\s*(.+)$/m.exec(readFileSync(config, "utf8"))?.[1]?.trim();
    if (home !== undefined && existsSync(home))
      places.push(folderOf(path.join(realpathSync(home), "python")));
  }
  return [...new Set(places)].filter((place) => !isOfTheSystem(`${place}/`));
}

function folderOf(real: string): string {
  const folder = path.dirname(real);
  const whole = BIN.has(path.basename(folder)) ? path.dirname(folder) : folder;
  return isTooWide(whole) ? real : whole;
}

/** Folders of a home in which programs lie beside keys and sources. */
const SHARED = new Set([".local", ".config", ".cargo", "go"]);

/** A home, or what stands beside others' things: of that, the program alone is seen. */
function isTooWide(folder: string): boolean {
  const homes = [os.homedir(), "/root"].map((home) => (existsSync(home) ? realpathSync(home) : home));
  const isAHome = homes.includes(folder) || path.dirname(folder) === "/home" || folder === "/home";
  const isShared = homes.includes(path.dirname(folder)) && SHARED.has(path.basename(folder));
  return isAHome || isShared || folder === "/" || homes.some((home) => home.startsWith(`${folder}/`));
}
