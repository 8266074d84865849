/** What a start of the daemon reads: few files, and of these no more than a start wants. */
import { globSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import { describe, expect, it } from "vitest";
import { preparedLab } from "../../src/lab/prepared-lab.ts";
import { TestDaemon } from "./daemon.ts";
import { freeOffset } from "./free-ports.ts";
import { checkout, dist, Scene } from "./scene.ts";

const chunk = (name: string) => globSync(`chunks/${name}-*.js`, { cwd: dist }).join();

/** Files that are loaded with this one. */
function loadedWith(file: string, files = new Set<string>()): Set<string> {
  if (files.has(file)) return files;
  files.add(file);
  const text = readFileSync(path.join(dist, file), "utf8");
  for (const [, name = ""] of text.matchAll(/(?:\bfrom|\bimport)\s*"(\.{1,2}\/[^"]+)"/g))
    loadedWith(path.join(path.dirname(file), name), files);
  return files;
}

/** Rooms of src, each with its files, that are imported by the daemon before it does anything; its own files have none. */
async function roomsOfStart(): Promise<Map<string, string[]>> {
  const late: Plugin = {
    name: "late",
    setup: (hooks) =>
      hooks.onResolve({ filter: /.*/ }, ({ path: name, kind }) =>
        kind === "dynamic-import" ? { path: name, external: true } : undefined,
      ),
  };
  const { metafile } = await build({
    entryPoints: [path.join(checkout, "src/daemon-main.ts")],
    absWorkingDir: checkout,
    bundle: true,
    platform: "node",
    format: "esm",
    packages: "external",
    plugins: [late],
    metafile: true,
    write: false,
  });
  const files = Object.keys(metafile.inputs).map((file) => path.relative("src", file));
  return Map.groupBy(files, (file) => (file.includes("/") ? path.dirname(file) : ""));
}

/** Of the default lab. */
const DEFAULT_PORTS = [1234, 1236, 1237, 1238, 1239, 4386, 4387, 4388, 4389, 4390, 4444, 5000, 5001, 8080];

/** Files of dist, and Node's own modules, that a daemon has loaded by the time it says that it is ready. */
async function loadedBeforeReady(): Promise<{ files: string[]; modules: string[] }> {
  const scene = new Scene();
  try {
    const list = scene.path("loaded.json");
    const hook = scene.file("hook.cjs", listWhenReady(list));
    const offset = String(await freeOffset(DEFAULT_PORTS));
    const { ready } = await TestDaemon.start(scene, {
      args: ["--lab", "default", "--port-offset", offset],
      run: { node: ["--require", hook] },
    });
    expect(ready.instances.map(({ state }) => state)).toEqual(ready.instances.map(() => "running"));
    return JSON.parse(readFileSync(list, "utf8"));
  } finally {
    await scene.end();
  }
}

const listWhenReady = (list: string) => `
  const urls = [];
  require("node:module").registerHooks({ load: (url, context, next) => (urls.push(url), next(url, context)) });
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = (text, ...more) => {
    if (String(text).includes('"ready"')) {
      const modules = process.moduleLoadList.filter((one) => one.startsWith("NativeModule "));
      require("node:fs").writeFileSync(${JSON.stringify(list)}, JSON.stringify({ files: urls, modules }));
    }
    return write(text, ...more);
  };`;

const bytesOf = (files: Iterable<string>) =>
  [...files].reduce((sum, file) => sum + statSync(path.join(dist, file)).size, 0);

describe("a start of the built daemon", () => {
  const daemon = loadedWith(chunk("daemon-main"));

  it("reads few files of ours", () => {
    expect(daemon.size).toBeGreaterThan(2);
    expect(daemon.size).toBeLessThanOrEqual(10);
    expect(bytesOf(daemon)).toBeLessThan(1_500_000);
  });

  it("imports these rooms alone, whatever else there is", async () => {
    const rooms = await roomsOfStart();
    expect([...rooms.keys()].sort()).toEqual([
      "",
      "actors",
      "apart",
      "catalogue",
      "control",
      "faults",
      "lab",
      "link",
      "machines",
      "os",
      "stores",
      "stories",
      "wire",
    ]);
    expect(rooms.get("control")).toHaveLength(5);
    expect(rooms.get("faults")).toHaveLength(4);
  });

  it("has loaded nothing else when it is ready, and not what Node takes long to load", async () => {
    const { files, modules } = await loadedBeforeReady();
    const loaded = files.filter((url) => url.startsWith("file:")).map((url) => fileURLToPath(url));
    const [ours, others] = [true, false].map((isOurs) =>
      loaded.filter((file) => file.startsWith(dist + path.sep) === isOurs),
    );
    const wanted = [...loadedWith("netlabd.js"), ...daemon].map((file) => path.join(dist, file));
    expect(ours?.toSorted()).toEqual([...new Set(wanted)].toSorted());
    expect(others?.map((file) => path.basename(file))).toEqual(["binding.js"]);
    expect(modules).toContain("NativeModule net");
    for (const late of ["crypto", "vm", "repl", "http", "inspector"])
      expect(modules).not.toContain(`NativeModule ${late}`);
  });

  it.each(["table", "lab-yaml", "lab-book", "control-session", "evaluation", "web-door", "cluster-keeper"])(
    "leaves out what is loaded when it is wanted: %s",
    (name) => {
      expect(readFileSync(path.join(dist, chunk(name)), "utf8")).not.toBe("");
      expect(daemon).not.toContain(chunk(name));
    },
  );

  it("finds the diagnoses, a fifth of all, in none of its files", () => {
    const diagnoses = [...loadedWith(chunk("table"))].filter((file) => !daemon.has(file));
    expect(bytesOf(diagnoses)).toBeGreaterThan(200_000);
  });

  it("has each shipped lab as the build has read it", () => {
    const labs = globSync("data/labs/*.yaml", { cwd: checkout });
    const prepared = labs.map((file) => preparedLab(path.join(checkout, file), path.join(dist, "labs")));
    expect(prepared.filter((lab) => lab !== undefined)).toHaveLength(labs.length);
    expect(labs.length).toBeGreaterThan(5);
  });
});
