/** A hand-in that tries to get out of its box, by every way that we know of. Nothing of it succeeds. */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { boxedCheck } from "../../../src/check/box/boxed-check.ts";
import { DEFAULT_LIMITS } from "../../../src/check/box/limits.ts";
import { chooseRung } from "../../../src/check/box/rung.ts";
import type { Report } from "../../../src/check/report.ts";
import { scratchFolder } from "./programs.ts";

const rung = await chooseRung({ wanted: "auto", isUnsafe: true });
const hasBox = rung.report.kind === "bwrap";

const MiB = 1024 * 1024;

it.skipIf(!hasBox)(
  "a hand-in gets nothing but its own folder, its own network and its limits",
  { timeout: 60_000 },
  async () => {
    const folder = scratchFolder();
    const [mine, neighbour, secret] = ["mine", "neighbour", "secret"].map((name) =>
      path.join(folder, name),
    ) as [string, string, string];
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
      score: { got: 0, max: 0 },
      ended: { code: "not-built" },
    });
    const output = report.program.build?.output ?? "";
    const got = JSON.parse(output.match(/^{"home".*$/m)?.[0] ?? output) as Record<string, unknown>;
    const { forks, megabytes, ...rest } = got;
    expect(rest).toEqual({
      home: "no: FileNotFoundError",
      secret: "no: FileNotFoundError",
      "through a link": "no: FileNotFoundError",
      "another hand-in": "no: FileNotFoundError",
      accounts: [],
      shadow: "no: FileNotFoundError",
      "the machine's loopback": "no: ConnectionRefusedError",
      "the world": "no: OSError",
      interfaces: [],
      "other processes": [],
      // Where a checkout lies below a folder that the box has of its own, it is not even seen.
      "write where the checker lies": [expect.any(Boolean), []],
      "write to the system": [],
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
