/** The package that `npm pack` makes: what it carries, what it does not, and that it starts. */
import { cpSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "./eventually.ts";
import { freeOffset } from "./free-ports.ts";
import { checkout, Scene } from "./scene.ts";

/** What a checkout has without its history, its tools and what was made in it. */
const SOURCES = ["package.json", "tsconfig.json", "tsconfig.build.json", "src", "scripts", "docs", "contrib"];
const EXTRAS = ["examples", "man"];
const DOCUMENTS = ["README.md", "LICENSE", "CHANGELOG.md"];
const DATA = ["data/labs", "data/books", "data/files", "data/schema.sql", "data/wireshark"];
const FILE_PORTS = [1234, 1236, 1237, 1238, 1239];
/** Of all roles, as wire.md has them: the default lab plays what there is. */
const LAB_PORTS = [...FILE_PORTS, 4386, 4387, 4388, 4389, 4390, 4444, 5000, 5001, 8080];

/** Of somebody who has netlabd, or only netlabctl at hand. */
const SCRIPT = `import { attach } from "netlabd/client";
const lab = await attach();
const document = await lab.spawn("echo", { port: 0 }); console.log(document.type, document.state);
`;

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly bin: Readonly<Record<string, string>>;
}

describe("the packed package", () => {
  const scene = new Scene();
  const copy = scene.path("checkout");
  const unpacked = scene.path("package");
  let manifestBefore: string;
  let files: string[];

  /** As a fresh clone, nothing built; with a database, which is nobody else's business. */
  beforeAll(async () => {
    for (const name of [...SOURCES, ...DOCUMENTS, ...DATA, ...EXTRAS])
      cpSync(join(checkout, name), join(copy, name), { recursive: true });
    scene.file("checkout/data/netlab.db", "mine");
    symlinkSync(join(checkout, "node_modules"), join(copy, "node_modules"));
    manifestBefore = readFileSync(join(copy, "package.json"), "utf8");
    const pack = await scene.run("npm", ["pack", "--loglevel=error", "--pack-destination", scene.folder], {
      cwd: copy,
    }).ended;
    expect(pack).toMatchObject({ exit: 0, stderr: "" });
    const tarball = scene.names().find((name) => name.endsWith(".tgz")) ?? "no tarball";
    await scene.run("tar", ["xzf", tarball]).ended;
    files = (await scene.run("tar", ["tzf", tarball]).ended).stdout.trim().split("\n");
  }, 60_000);
  afterAll(() => scene.end());

  it("carries the programs, the labs, the sample files, the schema and the documents", () => {
    const wanted = [
      "dist/netlabd.js",
      "dist/netlabctl.js",
      "dist/index.d.ts",
      "dist/client.js",
      "dist/client.d.ts",
      "dist/labs/default.json",
      "data/labs/default.yaml",
      "data/books/names.csv",
      "data/files/server.pdf",
      "data/schema.sql",
      "data/wireshark/texts.lua",
      "docs/wire.md",
      "contrib/netlabd.service",
      "examples/files.md",
      "examples/guess-number.ts",
      "man/netlabd.1",
      "man/netlabctl.1",
      ...DOCUMENTS,
    ];
    expect(files).toEqual(expect.arrayContaining(wanted.map((name) => `package/${name}`)));
  });

  it("carries no sources, tests, tools or data of the checkout", () => {
    const strange = files.filter(
      (name) => !/^package\/(dist|data|docs|contrib|examples|man)\/|^package\/[A-Z]+(\.md)?$/.test(name),
    );
    expect(strange).toEqual(["package/package.json"]);
    expect(files.filter((name) => /netlab\.|\.part$|\.kept$/.test(name))).toEqual([]);
  });

  it("depends on no Node and on no tool, and runs no script where it is installed", () => {
    const manifest = JSON.parse(readFileSync(join(unpacked, "package.json"), "utf8")) as Manifest;
    const original = JSON.parse(manifestBefore) as Manifest;
    expect(manifest.dependencies).toEqual(original.dependencies);
    expect(Object.keys(manifest.dependencies).filter((name) => /^node(-|$)/.test(name))).toEqual([]);
    for (const absent of ["optionalDependencies", "devDependencies", "scripts", "allowScripts"])
      expect(manifest).not.toHaveProperty(absent);
    for (const program of Object.values(manifest.bin))
      expect(readFileSync(join(unpacked, program), "utf8")).toMatch(/^#!\/usr\/bin\/env node\n/);
  });

  it("leaves package.json as it was, also where an earlier pack was cut short", async () => {
    const manifest = () => readFileSync(join(copy, "package.json"), "utf8");
    const strip = (word: string) =>
      scene.run(process.execPath, ["scripts/strip-node.mjs", word], { cwd: copy }).ended;
    expect(manifest()).toBe(manifestBefore);
    await strip("strip");
    expect(manifest()).not.toBe(manifestBefore);
    await strip("strip");
    await strip("restore");
    expect(manifest()).toBe(manifestBefore);
    expect(scene.names("checkout")).not.toContain("package.json.kept");
  });

  it("types its client for who has it installed", async () => {
    const consumer = scene.path("consumer");
    mkdirSync(join(consumer, "node_modules"), { recursive: true });
    symlinkSync(unpacked, join(consumer, "node_modules/netlabd"));
    scene.file("consumer/package.json", '{ "type": "module" }');
    scene.file("consumer/script.ts", SCRIPT.replace("console.log", "document satisfies number; console.log"));
    const tsc = join(checkout, "node_modules/typescript/bin/tsc");
    const types = ["--typeRoots", join(checkout, "node_modules/@types"), "--types", "node"];
    const options = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2024", "--skipLibCheck"];
    const { stdout } = await scene.run(process.execPath, [tsc, ...options, ...types, "script.ts"], {
      cwd: consumer,
    }).ended;
    expect(stdout.trim().split("\n")).toEqual([
      expect.stringMatching(/^script\.ts\(3,\d+\): error TS1360: .* 'number'/),
    ]);
  });

  it("starts, plays its default lab elsewhere, and fetches from it", async () => {
    symlinkSync(join(checkout, "node_modules"), join(unpacked, "node_modules"));
    mkdirSync(scene.path("elsewhere"));
    const offset = await freeOffset(LAB_PORTS);
    const run = (program: string, ...args: string[]) =>
      scene.run(process.execPath, [join(unpacked, "dist", program), "--socket", scene.path("s"), ...args], {
        cwd: scene.path("elsewhere"),
      });
    const places = ["--data", scene.path("data"), "--port-offset", String(offset)];
    const daemon = run("netlabd.js", ...places, "--no-repl", "--ready-json");
    await daemon.says(/^\{"event":"ready".*\n/m);
    const { instances } = JSON.parse(daemon.stdout) as { instances: { port: number; state: string }[] };
    expect(instances.slice(0, FILE_PORTS.length).map(({ port }) => port - offset)).toEqual(FILE_PORTS);
    expect(instances.filter(({ state }) => state !== "running")).toEqual([]);
    const registry = ["--bootstrap", `localhost:${1234 + offset}`];
    await eventually(async () =>
      expect((await run("netlabctl.js", "discover", ...registry).ended).stdout).toContain("pdf"),
    );
    expect(await run("netlabctl.js", "fetch", "pdf", "server.pdf", ...registry).ended).toMatchObject({
      exit: 0,
      stdout: expect.stringContaining("110592 bytes"),
    });
    const script = scene.file("elsewhere/script.ts", SCRIPT);
    expect(await run("netlabctl.js", "run", script).ended).toMatchObject({
      exit: 0,
      stdout: "echo running\n",
    });
    expect(await run("netlabctl.js", "shutdown", "--yes").ended).toMatchObject({ exit: 0 });
    expect(await daemon.ended).toMatchObject({ exit: 0 });
  });
});
