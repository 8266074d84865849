/**
 * A user's role as one module: its file and those beside it that it imports, bundled by esbuild where the user is, so that the
 * daemon opens no file of theirs. What it imports of netlabd stays open until the daemon imports the bundle, for its machine
 * must be of the very XState that runs it; the source map stays with it, so that stacks tell the user's own files.
 */
import path from "node:path";
import { pathToFileURL } from "node:url";
import { type BuildFailure, type BuildOptions, build, type Message, type Plugin } from "esbuild";
import { NetlabError } from "../errors.ts";
import { ownModule } from "../places.ts";
import { shownFrom } from "../stack-place.ts";

/** Modules that a role may import beside Node's own and the user's files. */
const OURS = ["netlabd", "xstate", "zod"] as const;
/** Stands in a bundle for a module of ours: `"netlabd-own:xstate"`. */
const OPEN = "netlabd-own:";
const MARK = "// netlabd role bundle 1: ";

export const isBundle = (text: string): boolean => text.startsWith(MARK);

/** The user's file that this was bundled from. */
export const entryOf = (bundle: string): string => bundle.slice(MARK.length, bundle.indexOf("\n"));

/** From a file, and those that it imports. Rejects with a NetlabError that names file, line and reason. */
export const bundleRoleFile = (file: string): Promise<string> =>
  bundled({ entryPoints: [path.resolve(file)] }, path.resolve(file));

/** From a text alone: it can import no file. */
export const bundleRoleText = (contents: string, name: string): Promise<string> =>
  bundled({ stdin: { contents, loader: "ts", sourcefile: name } }, path.resolve("/", name));

/** The module's text as this process can import it. */
export const closed = (bundle: string): string =>
  OURS.reduce((text, name) => text.replaceAll(`"${OPEN}${name}"`, JSON.stringify(ownModule(name))), bundle);

/** A module of ours, as a closed bundle asks for it. */
export const isOpenModule = (name: string): boolean => OURS.some((one) => ownModule(one) === name);

async function bundled(entry: Pick<BuildOptions, "entryPoints" | "stdin">, file: string): Promise<string> {
  const folder = path.dirname(file);
  try {
    const { outputFiles = [] } = await build({
      ...entry,
      absWorkingDir: folder,
      outfile: path.join(folder, "role.js"),
      bundle: true,
      write: false,
      format: "esm",
      platform: "node",
      target: "node22",
      sourcemap: "external",
      banner: { js: MARK + file },
      logLevel: "silent",
      // The folder's own settings are for the user's other programs.
      tsconfigRaw: "{}",
      plugins: [ours],
    });
    const text = (ending: string) => outputFiles.find((one) => one.path.endsWith(ending))?.text ?? "";
    return `${text(".js")}${mapComment(text(".map"), folder)}`;
  } catch (error) {
    const [first] = (error as Partial<BuildFailure>).errors ?? [];
    if (!first) throw error;
    throw new NetlabError(
      "bad-role/faults",
      { file: placeOf(first, file), why: first.text },
      { cause: error },
    );
  }
}

/** Sources as URLs: wherever the module is put, its stacks tell where the files are. */
function mapComment(text: string, folder: string): string {
  const map = JSON.parse(text) as { sources: string[] };
  map.sources = map.sources.map((source) => pathToFileURL(path.resolve(folder, source)).href);
  const data = Buffer.from(JSON.stringify(map)).toString("base64");
  return `//# sourceMappingURL=data:application/json;base64,${data}\n`;
}

function placeOf({ location }: Message, file: string): string {
  if (!location) return path.basename(file);
  const folder = path.dirname(file);
  return `${shownFrom(folder, path.resolve(folder, location.file))}:${location.line}:${location.column + 1}`;
}

const ours: Plugin = {
  name: "ours",
  setup: (hooks) => {
    hooks.onResolve({ filter: /.*/ }, ({ path: name, kind }) => {
      if (kind === "entry-point" || /^\.{0,2}\//.test(name)) return undefined;
      if (name.startsWith("node:")) return { path: name, external: true };
      if (OURS.some((one) => one === name)) return { path: OPEN + name, external: true };
      const allowed = `${OURS.join(", ")}, node:… and files of yours`;
      return { errors: [{ text: `a role may import ${allowed}, not ${name}` }] };
    });
  },
};
