/** What the gate runs beside one another: nothing that fails there may pass. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";

const atOnce = path.join(import.meta.dirname, "../scripts/at-once.mjs");

function runs(scripts: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(path.join(tmpdir(), "netlab-scripts-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(path.join(folder, "package.json"), JSON.stringify({ scripts }));
  return spawnSync("node", [atOnce, ...Object.keys(scripts)], { cwd: folder, encoding: "utf8" });
}

it("is done where every script is, with what each said", () => {
  expect(runs({ lint: "echo clean", build: "echo built" })).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^(clean\nbuilt|built\nclean)\n$/),
    stderr: "",
  });
});

it("fails where one script does, says which, and shows what the others said as well", () => {
  const { status, stdout, stderr } = runs({ lint: "echo clean", types: "echo 'no number'; exit 2" });
  expect(status).toBe(1);
  expect(stdout.split("\n")).toEqual(expect.arrayContaining(["clean", "no number"]));
  expect(stderr).toContain("npm run types: failed (2)");
});
