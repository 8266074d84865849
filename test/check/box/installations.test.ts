/** Programs in homes, laid out as their installers do, and what of them a box is to see. */
import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { installationsOf } from "../../../src/check/box/installations.ts";
import { scratchFolder } from "./programs.ts";

let home: string;
let handIn: string;

function program(name: string, text = "#!/bin/sh\n"): string {
  const file = path.join(home, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text, { mode: 0o755 });
  return file;
}

const found = (commands: string[], ...onPath: string[]) =>
  installationsOf(commands, {
    folder: handIn,
    env: { PATH: [...onPath.map((name) => path.join(home, name)), "/usr/bin"].join(":"), HOME: home },
  });

beforeEach(() => {
  home = realpathSync(scratchFolder());
  handIn = path.join(home, "hand-in");
  mkdirSync(handIn);
  vi.stubEnv("HOME", home);
  return () => vi.unstubAllEnvs();
});

describe("a program that a command names", () => {
  it("is seen with the folder that it was installed in, and with nothing beside that", async () => {
    program(".nvm/versions/node/v24/bin/node");
    expect(await found(["node server.js {port}"], ".nvm/versions/node/v24/bin")).toEqual({
      places: [path.join(home, ".nvm/versions/node/v24")],
      path: [path.join(home, ".nvm/versions/node/v24/bin")],
    });
  });

  it("is asked for where its manager has a shim for it", async () => {
    const real = program(".pyenv/versions/3.99/bin/python3");
    program(".pyenv/bin/pyenv", `#!/bin/sh\n[ "$1 $2" = "which python3" ] && echo ${real}\n`);
    program(".pyenv/shims/python3");
    expect(await found(["python3 server.py"], ".pyenv/shims")).toEqual({
      places: [path.join(home, ".pyenv/versions/3.99")],
      path: [path.join(home, ".pyenv/versions/3.99/bin")],
    });
  });

  it("is seen by its real path behind a link, as sdkman and conda have them", async () => {
    program(".sdkman/candidates/java/17/bin/java");
    symlinkSync("17", path.join(home, ".sdkman/candidates/java/current"));
    const { places } = await found(["cd src && java Main {port}"], ".sdkman/candidates/java/current/bin");
    expect(places).toEqual([path.join(home, ".sdkman/candidates/java/17")]);
  });

  it("is seen with its virtual environment, and with the Python that this one is made of", async () => {
    const base = program(".pyenv/versions/3.99/bin/python3");
    mkdirSync(path.join(home, "course/venv/bin"), { recursive: true });
    symlinkSync(base, path.join(home, "course/venv/bin/python"));
    writeFileSync(path.join(home, "course/venv/pyvenv.cfg"), `home = ${path.dirname(base)}\n`);
    const { places } = await found([`${home}/course/venv/bin/python server.py`]);
    expect(places.toSorted()).toEqual([
      path.join(home, ".pyenv/versions/3.99"),
      path.join(home, "course/venv"),
      path.join(home, "course/venv/bin/python"),
    ]);
  });

  it.each(["bin/tool", ".local/bin/tool", ".cargo/bin/tool", "tool"])(
    "is seen alone where its folder is a home's own: %s",
    async (name) => {
      const file = program(name);
      expect((await found(["tool"], path.dirname(name))).places).toEqual([file]);
    },
  );

  it("needs nothing where the system has it", async () => {
    expect(await found(["sh -c 'cat | sort' && /usr/bin/env true"])).toEqual({ places: [], path: [] });
  });
});

describe("the first line of a hand-in", () => {
  const script = (line: string) => writeFileSync(path.join(handIn, "server"), `${line}\n`, { mode: 0o755 });

  it("may name an interpreter", async () => {
    program(".nvm/bin/node");
    script("#!/usr/bin/env node");
    expect((await found(["./server {port}"], ".nvm/bin")).places).toEqual([path.join(home, ".nvm")]);
  });

  it("opens no folder of a home by a path, nor by a name that is no interpreter's", async () => {
    const key = program("private/bin/key");
    for (const line of [`#!${key}`, "#!/usr/bin/env key", `#!/usr/bin/env ${key}`]) {
      script(line);
      expect((await found(["./server {port}"], "private/bin")).places).toEqual([]);
    }
  });
});
