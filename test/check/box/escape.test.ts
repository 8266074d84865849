/** A hand-in that tries to get out of its box, by every way that we know of. Nothing of it succeeds. */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { boxedCheck } from "../../../src/check/box/boxed-check.ts";
import { installationsOf } from "../../../src/check/box/installations.ts";
import { DEFAULT_LIMITS } from "../../../src/check/box/limits.ts";
import { ownCode } from "../../../src/check/box/own-code.ts";
import { chooseRung, type RungName } from "../../../src/check/box/rung.ts";
import type { Report } from "../../../src/check/report.ts";
import { checkout } from "../checking.ts";
import { scratchFolder } from "./programs.ts";

const MiB = 1024 * 1024;

/** Of rungs that this machine has. */
const rungOf = (wanted: RungName) => chooseRung({ wanted, isUnsafe: false }).catch(() => undefined);
const rungs = { bwrap: await rungOf("bwrap"), unshare: await rungOf("unshare") };

const NO_FILE = "no: FileNotFoundError";
const NO_ACCESS = "no: PermissionError";

/** Differences of the rungs, each told in docs/grade.md. */
const seen = {
  bwrap: { accounts: [], shadow: NO_FILE, memory: ["/dev/shm", "/hand-in", "/tmp"], temporary: ["/tmp"] },
  // Files of the machine are as its user may read them.
  unshare: {
    accounts: expect.arrayContaining([expect.stringMatching(/^root:/)]),
    shadow: NO_ACCESS,
    memory: ["/dev/shm", "/tmp", "/var/tmp"],
    temporary: [],
  },
};

/** Places in homes that the command needs: an installation of Python's there. */
async function neededOfHomes(folder: string): Promise<string[]> {
  const { places } = await installationsOf(["python3"], { folder });
  const needed = [...places, ...ownCode()].flatMap((place) => /^(?:\/root|\/home)\/[^/]+/.exec(place) ?? []);
  return [...new Set(needed)];
}

it.each((["bwrap", "unshare"] as const).filter((kind) => rungs[kind] !== undefined))(
  "a hand-in gets nothing but its own folder, its own network and its limits in the box of %s",
  { timeout: 120_000 },
  async (kind) => {
    const rung = rungs[kind];
    if (!rung) throw new Error("there is no such box");
    const folder = scratchFolder();
    const at = (name: string) => path.join(folder, name);
    const [mine, neighbour, secret] = [at("mine"), at("neighbour"), at("secret")];
    cpSync(path.join(import.meta.dirname, "hand-ins/escape"), mine, { recursive: true });
    mkdirSync(neighbour);
    writeFileSync(secret, "the exam");
    symlinkSync(secret, path.join(mine, "link"));
    const host = createServer((socket) => socket.end("reached")).listen(0, "127.0.0.1");
    await once(host, "listening");
    onTestFinished(() => void host.close());
    const { port } = host.address() as AddressInfo;
    const marker = `netlabd-escape-${process.pid}`;
    const limits = { ...DEFAULT_LIMITS, processes: 50, diskBytes: 4 * MiB };

    const answer = await boxedCheck({
      rung,
      folder: mine,
      build: `python3 escape.py ${secret} ${neighbour} ${port} ${marker}; exit 9`,
      request: { side: "server", role: "calculator", run: "true", cases: [], seed: 1, repeat: 1 },
      limits,
      slot: 0,
      signal: new AbortController().signal,
    });

    const report = (answer as { report: Report }).report;
    expect(report, JSON.stringify(answer)).toMatchObject({
      score: { got: 0 },
      ended: { code: "not-built" },
    });
    const output = report.program.build?.output ?? "";
    const got = JSON.parse(output.match(/^{"home".*$/m)?.[0] ?? output) as Record<string, unknown>;
    const { forks, megabytes, ...rest } = got;
    const { accounts, shadow, memory, temporary } = seen[kind];
    // Its walk leaves out these, and a box that has a folder for temporary files of its own for each program shows no checkout there.
    const isCodeSeen = !["/usr", "/dev", "/var", ...temporary].some((place) =>
      checkout.startsWith(`${place}/`),
    );
    expect(rest).toEqual({
      home: await neededOfHomes(mine),
      secret: NO_FILE,
      "through a link": NO_FILE,
      "another hand-in": NO_FILE,
      accounts,
      shadow,
      "the machine's loopback": "no: ConnectionRefusedError",
      "the world": "no: OSError",
      interfaces: [],
      "other processes": [],
      "write where the checker lies": [isCodeSeen, []],
      "folders to write to": memory,
      "a mount taken away": [],
      "namespace of its own": -1,
      root: "no: OSError",
      "raise a limit": expect.stringMatching(/^no: /),
      "a daughter that stays": "born",
    });
    // A build has four times the processes of a run, and this folder as much room as the limit
    // beside what is in it; of the 400 that it tries to write.
    expect(forks).toBeLessThanOrEqual(200);
    expect(forks).toBeGreaterThan(100);
    expect(megabytes).toBeLessThanOrEqual(20);
    const left = execFileSync("ps", ["-eo", "args"]).toString();
    expect(left.split("\n").filter((line) => line.includes(marker) && line.includes("setsid"))).toEqual([]);
  },
);
