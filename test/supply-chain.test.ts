/** What is installed with us: from one registry, each with its digest, and running nothing that was not looked at. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";

const checkout = path.join(import.meta.dirname, "..");
const read = (name: string) => readFileSync(path.join(checkout, name), "utf8");

interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
  readonly link?: boolean;
}
interface Manifest {
  readonly allowScripts: Readonly<Record<string, boolean>>;
  readonly [group: string]: Readonly<Record<string, string | boolean>>;
}

const locked = Object.entries(
  (JSON.parse(read("package-lock.json")) as { packages: Record<string, Locked> }).packages,
)
  .filter(([place]) => place !== "")
  .map(([place, one]) => ({ place, name: place.replace(/^.*node_modules\//, ""), ...one }));
const manifest = JSON.parse(read("package.json")) as Manifest;

describe("the lock file", () => {
  it("names packages of the registry alone, each with a strong digest", () => {
    expect(locked.length).toBeGreaterThan(50);
    const strange = locked.filter(({ integrity, resolved, link }) => {
      const isElsewhere = resolved !== undefined && !/^https:\/\/registry\.npmjs\.org\//.test(resolved);
      return link || isElsewhere || !/^sha512-/.test(integrity ?? "");
    });
    expect(strange).toEqual([]);
  });

  it("has install scripts of none but those that were looked at, and each decision is still needed", () => {
    const withScripts = locked.filter(({ hasInstallScript }) => hasInstallScript).map(({ name }) => name);
    const decided = Object.keys(manifest.allowScripts);
    expect(withScripts.filter((name) => !decided.includes(name))).toEqual([]);
    expect(decided.filter((name) => !locked.some((one) => one.name === name))).toEqual([]);
    const allowed = decided.filter((name) => manifest.allowScripts[name]);
    expect(allowed).toEqual(["esbuild"]);
  });

  it("is what package.json asks for, and asks for exact versions", () => {
    for (const group of ["dependencies", "devDependencies", "optionalDependencies"]) {
      for (const [name, version] of Object.entries(manifest[group] ?? {})) {
        expect(version, name).toMatch(/^\d+\.\d+\.\d+$/);
        expect(locked.find((one) => one.place === `node_modules/${name}`)?.version, name).toBe(version);
      }
    }
  });
});

const hasAnalyze = spawnSync("systemd-analyze", ["--version"]).status === 0;

describe("contrib/netlabd.service", () => {
  /** The unit with a program that is there, as a file of the test's own. */
  function unit(): string {
    const folder = mkdtempSync(path.join(tmpdir(), "netlab-unit-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = path.join(folder, "netlabd.service");
    writeFileSync(
      file,
      read("contrib/netlabd.service").replace(
        /^ExecStart=\/usr\/bin\/netlabd/m,
        `ExecStart=${process.execPath}`,
      ),
    );
    return file;
  }

  it.skipIf(!hasAnalyze)(
    "is understood by systemd, every line of it (skipped without systemd-analyze)",
    () => {
      const { status, stderr } = spawnSync("systemd-analyze", ["verify", "--man=no", unit()], {
        encoding: "utf8",
      });
      expect([status, stderr.split("\n").filter((line) => line.includes("netlabd.service"))]).toEqual([
        0,
        [],
      ]);
    },
  );

  it.skipIf(!hasAnalyze)(
    "leaves it little to do, in systemd's judgement (skipped without systemd-analyze)",
    () => {
      const judged = ["security", "--no-pager", "--offline=true", "--threshold=15", unit()];
      const { status, stdout } = spawnSync("systemd-analyze", judged, {
        encoding: "utf8",
        env: { ...process.env, LC_ALL: "C.UTF-8" },
      });
      expect([status, stdout.split("\n").filter((line) => line.startsWith("→"))]).toEqual([
        0,
        [expect.stringMatching(/level .*: [01]\.\d OK/)],
      ]);
    },
  );

  it("names the options and folders that the programs have", () => {
    const text = read("contrib/netlabd.service");
    const config = read("src/netlabd-program.ts");
    for (const [option] of text.matchAll(/--[a-z-]+(?=[ \n=])/g))
      if (!["--global", "--now"].includes(option))
        expect(config, option).toContain(option.replace("--no-", ""));
    expect(text).toContain("NETLABD_SOCKET=/run/netlabd/default.sock");
    expect(text).toMatch(/^RuntimeDirectory=netlabd$/m);
    expect(text).toMatch(/^StateDirectory=netlabd$/m);
  });
});

describe("docs/security.md", () => {
  it("names tests that are there", () => {
    const named = [...read("docs/security.md").matchAll(/`(test\/[^`\s]+)`/g)].map(([, name = ""]) => name);
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((name) => !existsSync(path.join(checkout, name)))).toEqual([]);
  });
});
