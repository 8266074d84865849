/** What a daemon cannot start with: told in a sentence, before anything runs. */
import { spawnSync } from "node:child_process";
import { afterAll, describe, expect, it } from "vitest";
import { launch } from "./daemon.ts";
import { Scene } from "./scene.ts";

const SYSTEM_NODE = "/usr/bin/node";
/** `v20.20.2`, or nothing where there is none. */
const systemNode = spawnSync(SYSTEM_NODE, ["--version"], { encoding: "utf8" }).stdout?.trim() ?? "";
const isOld = /^v(\d|1\d|20|21)\.|^v22\.(\d|1[01])\./.test(systemNode);

const scene = new Scene();
afterAll(() => scene.end());

describe.concurrent("a lab file that is wrong", () => {
  const cases: [name: string, text: string, sentence: string | RegExp][] = [
    ["an unknown role", "roles:\n  - role: bootstrp", ':2: unknown role "bootstrp"; did you mean bootstrap?'],
    ["no role", "roles:\n  - port: 0", ":2: role: is needed"],
    [
      "an unknown option",
      "title: Mine\nroles:\n  - role: bootstrap\n  - role: file-server\n    servce: pdf\n    token: a",
      ":5: unknown key servce; did you mean service?",
    ],
    ["an unknown key at the top", "titel: Mine\nroles: []", ":1: unknown key titel; did you mean title?"],
    [
      "an option that is missing",
      "roles:\n  - role: file-server\n    service: pdf",
      ":2: file-server: --token is needed",
    ],
    [
      "a value that is none",
      "roles:\n  - role: bootstrap\n    port: 70000",
      /:2: bootstrap: --port: .*65535/,
    ],
    ["roles that are no list", "roles: bootstrap", ":1: roles: must be a list"],
    ["no YAML", "roles:\n  - role: [bootstrap\n", /:\d: /],
    ["nothing", "", ": needs roles: at its top"],
  ];

  for (const [name, text, sentence] of cases) {
    it(`(${name}) ends with 2, the line and a suggestion`, async () => {
      const file = name.replaceAll(" ", "-");
      const { stdout, stderr, exit } = await launch(scene, { name: file, lab: text }).ended;
      expect(stderr).toMatch(sentence);
      expect(stderr).toMatch(new RegExp(`^netlabd: ${file}\\.yaml:.*\\n$`));
      expect({ exit, stdout }).toEqual({ exit: 2, stdout: "" });
    });
  }

  it("(none of that name) ends with 2 and what there is", async () => {
    const { stderr, exit } = await launch(scene, { name: "misspelt", args: ["--lab", "defualt"] }).ended;
    expect(stderr).toMatch(/no lab "defualt": did you mean default\? choose address-book, default, /);
    expect(exit).toBe(2);
  });
});

describe.concurrent("a command line that is wrong", () => {
  const cases: [argv: string[], sentence: string][] = [
    [["--prot-offset", "5"], "Did you mean --port-offset?"],
    [["--port-offset", "many"], "a whole number from 0 to 60000"],
    [["--log", "loud"], "Allowed choices are pretty, json"],
    [["default"], "default"],
  ];

  for (const [argv, sentence] of cases) {
    it(`(${argv.join(" ")}) ends with 2 and what is right`, async () => {
      const { stderr, exit, stdout } = await scene.node("netlabd", argv).ended;
      expect(stderr).toContain(sentence);
      expect({ exit, stdout }).toEqual({ exit: 2, stdout: "" });
    });
  }
});

describe.concurrent("a Node that is too old", () => {
  const sentence = (program: string, version: string) =>
    `${program} needs Node 22.12 or later and this is Node ${version}: in a checkout use npm start or npx ${program}, elsewhere install a newer Node from nodejs.org\n`;
  const pretending = (version: string) => [
    "--import",
    `data:text/javascript,Object.defineProperty(process,"versions",{value:{...process.versions,node:"${version}"}})`,
  ];

  for (const program of ["netlabd", "netlabctl"] as const) {
    for (const version of ["18.20.8", "20.20.2", "22.11.0"]) {
      it(`(${version}) ends ${program} with 2 and one sentence`, async () => {
        const outcome = await scene.node(program, ["--help"], { node: pretending(version) }).ended;
        expect(outcome).toMatchObject({ exit: 2, stdout: "", stderr: sentence(program, version) });
      });
    }

    it(`(22.12.0) does not concern ${program}`, async () => {
      const outcome = await scene.node(program, ["--version"], { node: pretending("22.12.0") }).ended;
      expect(outcome).toMatchObject({ exit: 0, stderr: "", stdout: expect.stringMatching(/^\d/) });
    });

    it.skipIf(!isOld)(`of this machine ends ${program} likewise (skipped without one)`, async () => {
      const outcome = await scene.node(program, ["--help"], { command: SYSTEM_NODE }).ended;
      expect(outcome).toMatchObject({ exit: 2, stdout: "", stderr: sentence(program, systemNode.slice(1)) });
    });
  }
});
