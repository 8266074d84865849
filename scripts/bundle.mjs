/**
 * The programs as they are shipped: one bundle in pieces. Five hundred small files that are found, read and linked one by one are
 * most of a start; the pieces are a few dozen. A role and a command stay a file each, because their folders are scanned.
 */
import { chmodSync, copyFileSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { mergedChunks } from "./merged-chunks.mjs";
import { nextBuild, takePlace } from "./next-build.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));
process.chdir(root);

const place = path.join(root, "dist");
/** Where a file of the build is, until it is whole. */
const next = (file) => path.join(nextBuild, path.relative(place, path.resolve(file)));

const ours = [
  ...globSync([
    "src/netlabd.ts",
    "src/netlabctl.ts",
    "src/index.ts",
    "src/client.ts",
    "src/script/script-hooks.ts",
  ]),
  // Found by scanning, or started as threads or processes.
  ...globSync([
    "src/repl/commands/[!_]*.ts",
    "src/check/cases/[!_]*.ts",
    "src/faults/kinds/[!_]*.ts",
    "src/**/*-worker.ts",
    "src/**/*-process.ts",
  ]),
].map((file) => ({ in: file, out: file.replace(/^src\/|\.ts$/g, "") }));
/** A user's role gets the very XState that runs its machine: see `ownModule` in src/places.ts. */
const own = [{ in: "xstate", out: "own/xstate" }];

/** Roles that are shipped, all in one piece instead of a folder to be scanned: what src/catalogue/shipped-roles.ts is from source. */
const shippedRoles = {
  name: "shipped-roles",
  setup: (hooks) =>
    hooks.onLoad({ filter: /[/\\]catalogue[/\\]shipped-roles\.ts$/ }, () => {
      const files = globSync("src/machines/[!_]*.ts").sort();
      const names = files.map((_, index) => `role${index}`);
      const imports = files.map(
        (file, index) => `import ${names[index]} from ${JSON.stringify(path.resolve(file))};`,
      );
      const table = `new Map([${names}].map((role) => [role.name, role]))`;
      return {
        contents: `${imports.join("\n")}
          export const shippedRoles = async () => ${table};
          export const shippedRole = async (name) => ${table}.get(name);`,
        resolveDir: root,
      };
    }),
};

/** Messages of validation are English: zod's forty other languages stay out. */
const english = {
  name: "english",
  setup: (hooks) =>
    hooks.onLoad({ filter: /zod.v4.locales.index\.js$/ }, () => ({
      contents: 'export { default as en } from "./en.js"',
      resolveDir: path.join(root, "node_modules/zod/v4/locales"),
    })),
};

/** Pino's transports are threads; our log is written in this one. */
const noThreads = {
  name: "no-threads",
  setup: (hooks) => {
    hooks.onResolve({ filter: /^(thread-stream|pino-abstract-transport)$/ }, ({ path: name }) => ({
      path: name,
      namespace: "unused",
    }));
    hooks.onLoad({ filter: /.*/, namespace: "unused" }, () => ({ contents: "module.exports = undefined" }));
  },
};

/**
 * An `import` of a module of Node's own reads every one of its exports once, the rarest included, and some of these load others. Asked
 * for directly, it costs what is used of it; and a CommonJS package finds it without a `require`. The late ones are not even loaded
 * before one of their functions is called.
 */
const LATE = ["node:child_process", "node:crypto", "node:dns/promises", "node:fs/promises", "node:v8"];
/** Functions that a CommonJS package asks for as it is read, and calls hardly ever. */
const LATE_FUNCTIONS = ["assert", "node:assert"];
const builtins = {
  name: "builtins",
  setup: (hooks) => {
    hooks.onResolve({ filter: /.*/ }, ({ path: name, kind }) => {
      if (!isBuiltin(name) || kind === "dynamic-import") return undefined;
      const namespace = kind === "import-statement" ? "builtin-import" : "builtin";
      return { path: name, namespace, sideEffects: false };
    });
    hooks.onLoad({ filter: /.*/, namespace: "builtin" }, ({ path: name }) => ({
      contents: `module.exports = ${LATE_FUNCTIONS.includes(name) ? lateFunction(name) : builtin(name)}`,
    }));
    hooks.onLoad({ filter: /.*/, namespace: "builtin-import" }, ({ path: name }) => ({
      contents: LATE.includes(name) ? lateModule(name) : directModule(name),
    }));
  },
};

const builtin = (name) => `process.getBuiltinModule(${JSON.stringify(name)})`;
const lateFunction = (name) =>
  `new Proxy(() => {}, { apply: (_, self, given) => ${builtin(name)}(...given), get: (_, key) => ${builtin(name)}[key] })`;

function directModule(name) {
  return `const it = ${builtin(name)};
    const of = (name) => it[name];
    export default it;
    ${exportsOf(name, () => "of")}`;
}

function lateModule(name) {
  return `const it = () => ${builtin(name)};
    const of = (name) => it()[name];
    const late = (name) =>
      new Proxy(() => {}, { apply: (_, self, given) => it()[name](...given), get: (_, key) => it()[name][key] });
    export default new Proxy({}, { get: (_, name) => it()[name] });
    ${exportsOf(name, (one, value) => (typeof value === "function" && /^[a-z]/.test(one) ? "late" : "of"))}`;
}

/** Each a constant, and none where nobody imports it. */
function exportsOf(name, by) {
  return Object.entries(process.getBuiltinModule(name))
    .filter(([one]) => /^[a-zA-Z]\w*$/.test(one))
    .map(
      ([one, value]) =>
        `const _${one} = /* @__PURE__ */ ${by(one, value)}("${one}"); export { _${one} as ${one} };`,
    )
    .join("\n");
}

/**
 * SQLite's JavaScript is fourteen small files, each of which would be found and read at a start: they are bundled. Only the one that looks
 * for the binary stays where it is, beside it.
 */
const sqliteBinding = {
  name: "sqlite-binding",
  setup: (hooks) => {
    const filter = /^\.\/binding$/;
    hooks.onResolve({ filter }, ({ path: name, importer }) =>
      /better-sqlite3.lib.index\.js$/.test(importer)
        ? { path: name, namespace: "sqlite-binding" }
        : undefined,
    );
    hooks.onLoad({ filter, namespace: "sqlite-binding" }, () => ({
      contents: `import { createRequire } from "node:module";
        import path from "node:path";
        const ownRequire = createRequire(import.meta.url);
        const file = () => path.join(path.dirname(ownRequire.resolve("better-sqlite3/package.json")), "lib/binding.js");
        export const getBinding = (given) => ownRequire(file()).getBinding(given);`,
      resolveDir: root,
    }));
  },
};

// A binary that is not wanted before it is asked for; and the client of NATS, which only a daemon with --cluster loads.
const external = ["esbuild", "@nats-io/*"];
const split = await build({
  entryPoints: [...ours, ...own],
  outdir: "dist",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node22",
  chunkNames: "chunks/[name]-[hash]",
  external,
  plugins: [shippedRoles, english, noThreads, builtins, sqliteBinding],
  metafile: true,
  write: false,
  logLevel: "warning",
});
const files = await mergedChunks(split, {
  entries: [
    "src/daemon-main.ts",
    "src/netlabctl-main.ts",
    "src/standalone/standalone-commands.ts",
    "src/client.ts",
    "src/stores/query-process.ts",
  ],
  later: [
    "src/diagnoses/table.ts",
    "src/control/control-session.ts",
    "src/repl/evaluation/evaluation.ts",
    "src/web/web-door.ts",
  ],
  // Until they have run, parsed code is not kept between starts.
  apart: ["src/netlabd.ts", "src/netlabctl.ts"],
  external,
});
for (const file of files) {
  mkdirSync(path.dirname(next(file.path)), { recursive: true });
  writeFileSync(next(file.path), file.contents);
}

// The page, for browsers: the plots are a piece of their own, loaded when they are looked at.
await build({
  entryPoints: [{ in: "src/page/main.tsx", out: "page" }],
  outdir: next("dist/page"),
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "browser",
  target: ["es2022", "firefox115", "safari16"],
  jsx: "automatic",
  jsxImportSource: "preact",
  minify: true,
  chunkNames: "[name]-[hash]",
  logLevel: "warning",
});
await build({
  entryPoints: [{ in: "src/page/page.css", out: "page" }],
  outdir: next("dist/page"),
  bundle: true,
  minify: true,
  logLevel: "warning",
});
copyFileSync("src/page/index.html", next("dist/page/index.html"));

// The labs are read by our own code, which this Node may not run from source.
const reader = next("dist/prepare-labs.mjs");
await build({
  stdin: {
    contents: `export { prepareLabs } from "./scripts/prepare-labs.ts";
      export { shippedRoles } from "./src/catalogue/shipped-roles.ts";`,
    resolveDir: root,
  },
  outfile: reader,
  bundle: true,
  format: "esm",
  platform: "node",
  packages: "external",
  plugins: [shippedRoles],
  logLevel: "warning",
});
const { prepareLabs, shippedRoles: rolesOfOurs } = await import(pathToFileURL(reader).href);
rmSync(reader);
prepareLabs("data/labs", next("dist/labs"), await rolesOfOurs());

// `npx` in a checkout runs the programs themselves, also after they were built anew.
const { bin } = JSON.parse(readFileSync("package.json", "utf8"));
for (const program of Object.values(bin)) chmodSync(next(program), 0o755);

takePlace(nextBuild, place);
