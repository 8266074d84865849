/**
 * A file that is swapped for another between a look and the next step. The moment is made certain: the file system's
 * own functions are wrapped, and the swap happens just before or after one of them.
 */
import { execFileSync } from "node:child_process";
import { mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { localFiles } from "../../src/actors/files.ts";
import { temporaryFolder } from "./harness.ts";

const moments = vi.hoisted(() => ({
  afterRealpath: async (_asked: string) => {},
  beforeOpen: async (_asked: string) => {},
}));

vi.mock("node:fs/promises", async (importOriginal) => {
  const real = await importOriginal<typeof import("node:fs/promises")>();
  return {
    ...real,
    realpath: async (asked: string) => {
      const found = await real.realpath(asked);
      await moments.afterRealpath(asked);
      return found;
    },
    open: async (asked: string, ...rest: [string | number]) => {
      await moments.beforeOpen(asked);
      return real.open(asked, ...rest);
    },
  };
});

let folder: string;
let pdf: string;

beforeEach(async () => {
  moments.afterRealpath = moments.beforeOpen = async () => {};
  folder = await temporaryFolder();
  pdf = path.join(folder, "root", "server.pdf");
  await mkdir(path.join(folder, "root"));
  await writeFile(pdf, "what was asked for");
  await writeFile(path.join(folder, "secret.pdf"), "a secret");
});

const asks = () => localFiles(() => path.join(folder, "root"), folder).open("", "server.pdf", "pdf");

/** Does it once, when this file's turn comes. */
function once(moment: "afterRealpath" | "beforeOpen", swap: () => Promise<void>): { isDone: boolean } {
  const told = { isDone: false };
  moments[moment] = async (asked) => {
    if (told.isDone || !asked.endsWith("server.pdf")) return;
    told.isDone = true;
    await swap();
  };
  return told;
}

async function becomesLink(): Promise<void> {
  await rm(pdf);
  await symlink("../secret.pdf", pdf);
}

describe("a file that is swapped while it is asked for", () => {
  it.each([
    ["afterRealpath", /not a regular file/],
    ["beforeOpen", /./],
  ] as const)("for a link out of the root is not handed out: %s", async (moment, why) => {
    const swap = once(moment, becomesLink);
    expect(await asks()).toMatchObject({ ok: false, why: expect.stringMatching(why) });
    expect(swap.isDone).toBe(true);
  });

  it("for another file is not handed out", async () => {
    once("beforeOpen", () => rename(path.join(folder, "secret.pdf"), pdf));
    expect(await asks()).toEqual({ ok: false, why: "it was replaced while it was being opened" });
  });

  it("for a FIFO holds nobody up", async () => {
    once("beforeOpen", async () => {
      await rm(pdf);
      execFileSync("mkfifo", [pdf]);
    });
    expect(await asks()).toEqual({ ok: false, why: "it was replaced while it was being opened" });
  });

  it("is not handed out where a folder on its way becomes a link out of the root", async () => {
    await mkdir(path.join(folder, "root", "inner"));
    await writeFile(path.join(folder, "root", "inner", "server.pdf"), "what was asked for");
    await mkdir(path.join(folder, "elsewhere"));
    await writeFile(path.join(folder, "elsewhere", "server.pdf"), "a secret");
    const files = localFiles(() => path.join(folder, "root"), folder);
    const inner = path.join(folder, "root", "inner");
    const swap = once("afterRealpath", async () => {
      await rename(inner, path.join(folder, "root", "before"));
      await symlink("../elsewhere", inner);
    });
    expect(await files.open("", "inner/server.pdf", "pdf")).toEqual({
      ok: false,
      why: "it was replaced while it was being opened",
    });
    expect(swap.isDone).toBe(true);
  });

  it("for nothing is not there", async () => {
    once("beforeOpen", () => rm(pdf));
    expect(await asks()).toEqual({ ok: false, why: "there is no such file", listed: [] });
  });
});
