/**
 * The pipelines of examples/ci: their YAML, and their commands, run by a shell as a runner runs them. Programs that a runner has and a
 * test must not use - npm, apt-get, sudo, useradd, chown - tell how they were called.
 */
import { copyFileSync, readFileSync, realpathSync } from "node:fs";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { parseDocument } from "yaml";
import { dist, peers, Scene } from "../e2e/scene.ts";

const folder = path.join(import.meta.dirname, "../../examples/ci");

interface Pipeline {
  readonly env: Readonly<Record<string, string>>;
  /** Commands of each step, in their order. */
  readonly steps: readonly string[];
}

function yamlOf(name: string): unknown {
  const document = parseDocument(readFileSync(path.join(folder, name), "utf8"), { strict: true });
  expect([...document.errors, ...document.warnings]).toEqual([]);
  return document.toJS();
}

const pipelines: Readonly<Record<string, () => Pipeline>> = {
  "github-actions.yml": () => {
    const { env, jobs } = yamlOf("github-actions.yml") as {
      env: Record<string, string>;
      jobs: { check: { steps: { run?: string }[] } };
    };
    return { env, steps: jobs.check.steps.flatMap(({ run }) => run ?? []) };
  },
  "gitlab-ci.yml": () => {
    const { variables, netlab } = yamlOf("gitlab-ci.yml") as {
      variables: Record<string, string>;
      netlab: { before_script: string[]; script: string[] };
    };
    return { env: variables, steps: [netlab.before_script.join("\n"), netlab.script.join("\n")] };
  },
};

const TOLD = `#!/bin/sh\necho "$(basename "$0") $*" >> "$CALLS"\n`;
/** Runs what stands after its own options. */
const SETPRIV = `${TOLD}while [ "\${1#--}" != "$1" ]; do case $1 in --clear-groups) shift ;; *) shift 2 ;; esac; done\nexec "$@"\n`;
/** Whether this machine has a box is no question of the pipeline's. */
const NETLABCTL = `#!/bin/sh
for word; do shift; [ "$word" = --box ] || set -- "$@" "$word"; done
exec "${process.execPath}" "${path.join(dist, "netlabctl.js")}" "$@"
`;

/** A runner in a repository with these files. */
function runner(files: Readonly<Record<string, string>>) {
  const scene = new Scene();
  onTestFinished(() => scene.end());
  const tool = (name: string, text: string) =>
    scene.run("chmod", ["+x", scene.file(`bin/${name}`, text)]).ended;
  for (const [name, text] of Object.entries(files)) scene.file(name, text);
  const ready = Promise.all([
    ...["npm", "apt-get", "sudo", "useradd", "chown"].map((name) => tool(name, TOLD)),
    tool("setpriv", SETPRIV),
    tool("netlabctl", NETLABCTL),
  ]);
  const env = { PATH: `${scene.path("bin")}:${process.env.PATH}`, CALLS: scene.path("calls") };
  return {
    scene,
    calls: () => readFileSync(scene.path("calls"), "utf8").trim().split("\n"),
    async run(step: string, given: Readonly<Record<string, string>>) {
      await ready;
      // A runner ends a step at its first command that fails.
      return scene.run("bash", ["-e", "-o", "pipefail", "-c", step], { env: { ...env, ...given } }).ended;
    },
  };
}

describe.each(Object.entries(pipelines))("examples/ci/%s", (_, pipeline) => {
  it("installs the package that NETLABD names, and says what to do where it is not there", async () => {
    const { env, steps } = pipeline();
    const [install = ""] = steps;
    const { run, scene, calls } = runner({});
    const without = await run(install, env);
    expect(without.exit).toBe(1);
    expect(without.stdout).toContain(
      `NETLABD is ${env.NETLABD}, and there is no such file here: see the top of`,
    );
    // By its whole path: npm takes tools/netlabd.tgz for a repository.
    for (const NETLABD of [env.NETLABD ?? "", "tools/netlabd.tgz", "netlabd.tgz"]) {
      const file = scene.file(NETLABD, "a package");
      expect(await run(install, { ...env, NETLABD })).toMatchObject({ exit: 0 });
      expect(calls()).toContain(`npm install --global ${realpathSync(file)}`);
    }
    const url = "https://example.org/netlabd-0.1.0.tgz";
    expect(await run(install, { ...env, NETLABD: url })).toMatchObject({ exit: 0 });
    expect(calls()).toContain(`npm install --global ${url}`);
  });

  it("checks the program, is red where a MUST fails, and leaves the reports that it keeps", async () => {
    const { env, steps } = pipeline();
    const { run, scene } = runner({});
    copyFileSync(path.join(peers, "calculator_server.py"), scene.path("calculator.py"));
    // One case is enough: which there are is no question of the pipeline's.
    const check = `${steps.at(-1)?.trimEnd()} --case CALC-2.division-by-zero`;
    const good = await run(check, env);
    expect(good.stdout).toContain("1 passed: 2 of 2 points");
    expect(good.exit).toBe(0);
    for (const name of ["netlab.xml", "netlab.html"])
      expect(readFileSync(scene.path(name), "utf8")).toContain("CALC-2.division-by-zero");
    const server = readFileSync(path.join(peers, "calculator_server.py"), "utf8");
    scene.file("calculator.py", server.replaceAll("Division by zero", "Nan"));
    expect(await run(check, env)).toMatchObject({ exit: 1 });
    expect(readFileSync(scene.path("netlab.xml"), "utf8")).toContain("<failure");
  });
});
