/**
 * Fewer files of the same code. What several programs share is split by the bundler as finely as their needs differ, and each file that
 * is found, read and linked costs a start a third of a millisecond. Chunks that the same *programs* need are loaded together anyway, so
 * they become one file; a chunk that something else needs alone brings its neighbours along.
 */
import path from "node:path";
import { build } from "esbuild";

/** Lines of a stack are to be found again. */
const LINE_CHARS = 120;

/**
 * `entries`: sources of the programs, the daemon's first; `later`: those that it loads when they are wanted, beside what it has. `apart`:
 * those that must stay small. Answers the files, ready to be written.
 */
export async function mergedChunks({ outputFiles, metafile }, { external, ...programs }) {
  const { outputs } = metafile;
  const texts = new Map(outputFiles.map((file) => [path.relative(process.cwd(), file.path), file.text]));
  const groupOf = grouped(outputs, programs);
  const groups = Map.groupBy(groupOf.keys(), (key) => groupOf.get(key));
  const exported = new Map([...groups].map(([group, keys]) => [group, exportsOf(keys, outputs)]));
  const others = [...texts.keys()].filter((key) => !groupOf.has(key));

  /** Names that a chunk had, where another file imports them: from the file that the chunk is in now. */
  const stub = (key, from) => {
    const file = relative(path.dirname(from), groupOf.get(key));
    const names = exported.get(groupOf.get(key)).get(key);
    const list = [...names].map(([name, as]) => `${as} as ${name}`);
    return `export { ${list.join(", ")} } from ${JSON.stringify(file)}`;
  };
  const pieces = {
    name: "pieces",
    setup: (hooks) => {
      hooks.onResolve({ filter: /.*/ }, ({ path: name, importer, kind, namespace }) => {
        if (kind === "entry-point") {
          // It begins with "./" where the build of before has a file of that name.
          const key = path.normalize(name);
          return { path: key, namespace: groups.has(key) ? "group" : "piece" };
        }
        if (namespace === "group") return { path: name, namespace: "piece" };
        if (namespace === "stub" || kind === "dynamic-import" || !name.startsWith("."))
          return { path: name, external: true };
        const key = path.join(path.dirname(importer), name);
        if (!groupOf.has(key)) return { path: name, external: true };
        if (groupOf.get(key) === groupOf.get(importer)) return { path: key, namespace: "piece" };
        return { path: `${path.dirname(importer)}/|${key}`, namespace: "stub" };
      });
      hooks.onLoad({ filter: /.*/, namespace: "piece" }, ({ path: key }) => ({ contents: texts.get(key) }));
      hooks.onLoad({ filter: /.*/, namespace: "stub" }, ({ path: both }) => {
        const [from, key] = both.split("|");
        return { contents: stub(key, `${from}x`) };
      });
      hooks.onLoad({ filter: /.*/, namespace: "group" }, ({ path: group }) => ({
        contents: [...exported.get(group)]
          .map(
            ([key, names]) =>
              `export { ${[...names].map(([name, as]) => `${name} as ${as}`)} } from "${key}"`,
          )
          .join("\n"),
      }));
    },
  };
  const merged = await build({
    entryPoints: [...groups.keys(), ...others].map((key) => ({ in: key, out: key.replace(/\.js$/, "") })),
    outdir: ".",
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node22",
    external,
    plugins: [pieces],
    // Text that is read, and kept in memory, at each start; names stay, so that a stack can be read.
    minifyWhitespace: true,
    minifySyntax: true,
    lineLimit: LINE_CHARS,
    write: false,
    logLevel: "warning",
  });
  return merged.outputFiles;
}

/** Chunks by the file that they come into: named after the programs that load them. */
function grouped(outputs, { entries, later, apart }) {
  const entryOf = (source) => Object.keys(outputs).find((key) => outputs[key].entryPoint === source);
  const small = new Set(apart.flatMap((source) => [...closure(outputs, entryOf(source))]));
  const needsOf = (sources) =>
    sources.map((source) => [path.basename(source, ".ts"), closure(outputs, entryOf(source))]);
  const [needs, laterNeeds] = [needsOf(entries), needsOf(later)];
  const [[, daemons]] = needs;
  const groups = new Map();
  for (const key of Object.keys(outputs)) {
    if (outputs[key].entryPoint || small.has(key)) continue;
    const loaders = daemons.has(key) ? needs : [...needs, ...laterNeeds];
    const names = loaders.filter(([, keys]) => keys.has(key)).map(([name]) => name);
    if (names.length > 0) groups.set(key, `dist/chunks/of-${names.join("-and-")}.js`);
  }
  return groups;
}

/** Everything that is loaded with it. */
function closure(outputs, entry, keys = new Set()) {
  if (keys.has(entry) || !outputs[entry]) return keys;
  keys.add(entry);
  for (const { path: key, kind } of outputs[entry].imports)
    if (kind === "import-statement") closure(outputs, key, keys);
  return keys;
}

/** Each chunk's exports under names that no other chunk of the file has. */
function exportsOf(keys, outputs) {
  const taken = new Set();
  return new Map(
    keys.map((key, index) => {
      const names = outputs[key].exports.map((name) => {
        const as = taken.has(name) ? `${name}_${index}` : name;
        taken.add(as);
        return [name, as];
      });
      return [key, new Map(names)];
    }),
  );
}

function relative(from, to) {
  const way = path.relative(from, to);
  return way.startsWith(".") ? way : `./${way}`;
}
