/** Conversations typed with ncat, as the first screen and the README show them. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestDaemon } from "./daemon.ts";
import { allListed, type FileLab, fileLab } from "./file-lab.ts";
import { Scene, sampleFiles } from "./scene.ts";

const hasNcat = spawnSync("ncat", ["--version"]).status === 0;
const hasIpv6 =
  spawnSync(process.execPath, [
    "-e",
    'require("net").createServer().on("error", () => process.exit(1)).listen(0, "::1", () => process.exit(0))',
  ]).status === 0;

describe.skipIf(!hasNcat)("ncat (skipped without it)", () => {
  const scene = new Scene();
  let lab: FileLab;

  beforeAll(async () => {
    lab = await fileLab();
    await TestDaemon.start(scene, { lab: lab.text });
    await allListed(lab);
  });
  afterAll(() => scene.end());

  const ncat = (input: string, ...args: (string | number)[]) =>
    scene.run("ncat", args.map(String), { input }).ended;

  it.for(["127.0.0.1", ...(hasIpv6 ? ["::1"] : [])])(
    "gets a file in lines from %s, though it closes its side first [FRAME-2, FRAME-8]",
    async (host) => {
      const { stdout, stderr, exit } = await ncat("server3\nserver.txt\n", host, lab.ports.txt);
      const text = readFileSync(join(sampleFiles, "server.txt"), "utf8");
      expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
      // A line peer hears lines; 2128 = 0x0850.
      expect(stdout).toBe(`valid\nfound\n\x50\x08\0\0${text}`);
    },
  );

  it("is told Invalid, and nothing else", async () => {
    expect(await ncat("server9\nserver.txt\n", "127.0.0.1", lab.ports.txt)).toMatchObject({
      exit: 0,
      stdout: "Invalid\n",
      stderr: "",
    });
  });

  it("discovers by datagram [BOOT-4]", async () => {
    // It leaves when its input ends, without waiting for answers.
    const asking = scene.run("ncat", ["-u", "127.0.0.1", String(lab.registry)], {
      input: "DISCOVERY",
      isInputOpen: true,
    });
    await asking.says("end");
    asking.endInput();
    const { stdout, exit } = await asking.ended;
    expect(stdout).toMatch(/^127\.0\.0\.1(,\d+,(mp4|pdf|txt|png),server[1-4]){4}end$/);
    expect(exit).toBe(0);
  });
});
