/** The box of `unshare`: what of a hand-in's ways out it closes, on a machine that allows user namespaces. */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import path from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { boxedCheck } from "../../../src/check/box/boxed-check.ts";
import { DEFAULT_LIMITS } from "../../../src/check/box/limits.ts";
import { chooseRung } from "../../../src/check/box/rung.ts";
import type { Report } from "../../../src/check/report.ts";
import { scratchFolder } from "./programs.ts";

const rung = await chooseRung({ wanted: "unshare", isUnsafe: false }).catch(() => undefined);
const itBoxed = it.skipIf(!rung);
/** The checkout lies where the box has memory of its own, and nothing of this machine. */
const isTemporary = /^\/(var\/)?tmp\//.test(import.meta.dirname);
const name = (what: string) => (rung ? what : `${what} (skipped without user namespaces)`);

/** Builds with this Python and answers the report. */
async function built(code: string, argument: string): Promise<Report> {
  if (!rung) throw new Error("there is no such box");
  const folder = scratchFolder();
  writeFileSync(path.join(folder, "hand-in.py"), code);
  const answer = await boxedCheck({
    rung,
    folder,
    build: `python3 hand-in.py ${argument}; exit 9`,
    request: { side: "server", role: "calculator", run: "true", cases: [], seed: 1, repeat: 1 },
    limits: DEFAULT_LIMITS,
    slot: 0,
    signal: new AbortController().signal,
  });
  if ("fault" in answer) throw new Error(answer.fault);
  return answer.report;
}

const toldBy = ({ program }: Report) =>
  JSON.parse(program.build?.output.match(/^{.*}$/m)?.[0] ?? "{}") as Record<string, unknown>;

const NETWORK = `
import json, socket, sys, threading
def reaches(*place):
    try:
        return socket.create_connection(place, 1).recv(9).decode()
    except OSError as error:
        return type(error).__name__
own = socket.create_server(("127.0.0.1", 0))
threading.Thread(target=lambda: own.accept()[0].sendall(b"mine"), daemon=True).start()
print(json.dumps({
    "the machine's loopback": reaches("127.0.0.1", int(sys.argv[1])),
    "the world": reaches("192.0.2.1", 80),
    "its own loopback": reaches(*own.getsockname()),
    "interfaces": [name for _, name in socket.if_nameindex()],
}), flush=True)
`;

itBoxed(name("a hand-in has a network of its own in it"), { timeout: 120_000 }, async () => {
  const host = createServer((socket) => socket.end("reached")).listen(0, "127.0.0.1");
  await once(host, "listening");
  onTestFinished(() => void host.close());
  const report = await built(NETWORK, String((host.address() as AddressInfo).port));
  expect(toldBy(report)).toEqual({
    "the machine's loopback": "ConnectionRefusedError",
    "the world": "OSError",
    "its own loopback": "mine",
    interfaces: ["lo"],
  });
});

const PROCESSES = `
import json, os, signal, subprocess, sys
told = [open(f"/proc/{pid}/cmdline").read() for pid in os.listdir("/proc") if pid.isdigit()]
rights = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("CapEff"))
daughter = "import time; time.sleep(600)"
subprocess.Popen([sys.executable, "-c", daughter, sys.argv[1]], start_new_session=True)
print(json.dumps({"testers": [line for line in told if "tester" in line], "rights": int(rights, 16)}), flush=True)
os.kill(-1, signal.SIGKILL)
`;

itBoxed(
  name("a hand-in sees and ends no process but its own in it, and leaves none behind"),
  { timeout: 120_000 },
  async () => {
    const marker = `netlabd-unshare-${process.pid}`;
    const report = await built(PROCESSES, marker);
    expect(report.ended).toMatchObject({ code: "not-built" });
    expect(toldBy(report)).toEqual({ testers: [], rights: 0 });
    const all = execFileSync("ps", ["-eo", "args"]).toString().split("\n");
    expect(all.filter((line) => line.includes(marker) && line.includes("sleep"))).toEqual([]);
  },
);

const FILES = `
import json, os, sys
home, work = sys.argv[1:3]
def told(call, *words):
    try:
        return call(*words)
    except OSError as error:
        return type(error).__name__
print(json.dumps({
    "the secret": told(lambda: open(home + "/secret").read()),
    "the home": told(os.path.exists, home),
    "where grading began": told(os.path.exists, work + "/test"),
    "writes there": told(lambda: open(work + "/mine", "w").name),
}), flush=True)
`;

itBoxed(
  name("a hand-in sees nothing of a home in it, nor of where grading began, but what it needs to run"),
  { timeout: 120_000 },
  async () => {
    const home = scratchFolder();
    chmodSync(home, 0o755);
    writeFileSync(path.join(home, "secret"), "of a person", { mode: 0o644 });
    vi.stubEnv("HOME", home);
    const report = await built(FILES, `${home} ${process.cwd()}`).finally(() => vi.unstubAllEnvs());
    const mine = path.join(process.cwd(), "mine");
    expect(toldBy(report)).toEqual({
      "the secret": "FileNotFoundError",
      "the home": false,
      "where grading began": false,
      // Under a folder for temporary files it has memory of its own in that place.
      "writes there": isTemporary ? mine : "OSError",
    });
    expect(existsSync(mine)).toBe(false);
  },
);

itBoxed(
  name("the report tells what it keeps from a program, and what not"),
  { timeout: 120_000 },
  async () => {
    const { box } = await built("pass", "");
    expect(box.kind).toBe("unshare");
    expect(box.notes).toContain(
      "the program reads this machine's files as this user does, but for homes, hand-ins and temporary files, and writes none of them",
    );
  },
);

(isTemporary ? it.skip : itBoxed)(
  name("it is the box of a machine without bubblewrap, and the report tells why"),
  { timeout: 60_000 },
  async () => {
    // In the box there is none of this machine's folders for temporary files.
    const folder = mkdtempSync(path.join(import.meta.dirname, "programs-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    for (const program of ["unshare", "setpriv", "true"])
      symlinkSync(`/usr/bin/${program}`, path.join(folder, program));
    chmodSync(folder, 0o755);
    vi.stubEnv("PATH", folder);
    const { report } = await chooseRung({ wanted: "auto", isUnsafe: false }).finally(() =>
      vi.unstubAllEnvs(),
    );
    expect(report.kind).toBe("unshare");
    expect(report.notes[0]).toMatch(/^no bubblewrap: .*(not installed|No such file)/);
  },
);
