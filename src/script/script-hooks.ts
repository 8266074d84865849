/**
 * How the modules of a user's script are found and read while `netlabctl run` has it: TypeScript is an ES module in whatever
 * folder it lies, and `netlabd/client` is ours, installed there or not. Each file is compiled by itself, so `import.meta.url` and
 * the lines of a stack are the script's own.
 *
 * They run in the thread of the script (`registerHooks`), or in a thread of Node's own where it is older (`register`); there
 * `next` answers with a promise, which is handed on.
 */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type TransformFailure, transformSync } from "esbuild";
import { isOurModule, ownModule } from "../places.ts";

interface ResolveContext {
  readonly parentURL?: string | undefined;
}

type Next<Context, Answer> = (word: string, context?: Context) => Answer;
type Loaders = Readonly<Record<string, "ts" | "tsx">>;

const LOADERS: Loaders = { ".ts": "ts", ".mts": "ts", ".tsx": "tsx" };

export function resolve<Context extends ResolveContext, Answer>(
  specifier: string,
  context: Context,
  next: Next<Context, Answer>,
): Answer | { url: string; shortCircuit: true } {
  if (isOurModule(specifier)) return { url: ownModule(specifier), shortCircuit: true };
  const source = sourceOf(specifier, context.parentURL);
  return next(source ?? specifier, context);
}

export function load<Context, Answer>(
  url: string,
  context: Context,
  next: Next<Context, Answer>,
): Answer | { format: "module"; source: string; shortCircuit: true } {
  const file = url.startsWith("file:") ? fileURLToPath(new URL(url)) : "";
  const loader = LOADERS[path.extname(file)];
  if (loader === undefined) return next(url, context);
  return { format: "module", source: compiled(file, loader), shortCircuit: true };
}

/** TypeScript writes `./lib.js`, or nothing behind the name, where `lib.ts` is meant. */
function sourceOf(specifier: string, parentURL: string | undefined): string | undefined {
  if (!/^\.{0,2}\//.test(specifier) || !parentURL?.startsWith("file:")) return undefined;
  const meant = fileURLToPath(new URL(specifier, parentURL));
  if (path.extname(meant) !== "" && existsSync(meant)) return undefined;
  const candidates = [meant.replace(/\.(m?)js$/, ".$1ts"), `${meant}.ts`, path.join(meant, "index.ts")];
  const source = candidates.find((one) => one !== meant && existsSync(one));
  return source && pathToFileURL(source).href;
}

function compiled(file: string, loader: "ts" | "tsx"): string {
  try {
    const source = readFileSync(file, "utf8");
    return transformSync(source, {
      loader,
      sourcefile: file,
      sourcemap: "inline",
      target: "node22",
      logLevel: "silent",
    }).code;
  } catch (error) {
    const [first] = (error as Partial<TransformFailure>).errors ?? [];
    if (!first?.location) throw error;
    const { line, column } = first.location;
    throw new SyntaxError(`${file}:${line}:${column + 1}: ${first.text}`);
  }
}
