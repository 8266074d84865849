/** What systemd is told, through a program of the system's that hands it on. */
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import calculator from "../../src/machines/calculator.ts";
import { ServiceManager } from "../../src/ops/service-manager.ts";
import { eventually } from "../actors/harness.ts";
import { daemon, useDaemon } from "../repl/own-daemon.ts";

useDaemon([calculator]);

const hasSystemd =
  spawnSync("systemd-notify", ["--version"]).status === 0 && spawnSync("python3", ["-V"]).status === 0;

function folder(): string {
  const made = mkdtempSync(path.join(tmpdir(), "netlab-notify-"));
  onTestFinished(() => rmSync(made, { recursive: true }));
  return made;
}

/** Stands in for systemd-notify: writes down what it was given, a line a call. */
function fakeNotifier() {
  const place = folder();
  const said = path.join(place, "said");
  const program = path.join(place, "systemd-notify");
  writeFileSync(program, `#!/bin/sh\nprintf '%s|' "$@" >> ${said}\necho "$NOTIFY_SOCKET" >> ${said}\n`);
  chmodSync(program, 0o755);
  const lines = () => (existsSync(said) ? readFileSync(said, "utf8").trim().split("\n") : []);
  return { env: { PATH: `${place}:${process.env.PATH}`, NOTIFY_SOCKET: "/run/n" }, lines };
}

function manager(env: NodeJS.ProcessEnv, warnings: string[] = []): ServiceManager {
  const made = new ServiceManager({ lab: daemon.lab, env, warn: (sentence) => void warnings.push(sentence) });
  onTestFinished(() => made.stopping());
  return made;
}

describe("systemd", () => {
  it("is told that the lab is ready and how it stands, and that it ends", async () => {
    const { env, lines } = fakeNotifier();
    await daemon.lab.spawn("calculator", { port: 0 });
    const told = manager(env);
    told.ready();
    await told.stopping();
    await told.stopping();
    expect(lines()).toEqual([
      "READY=1|STATUS=1 role runs; 0 peers|/run/n",
      "STOPPING=1|STATUS=stopping: peers are told, transfers finish|/run/n",
    ]);
  });

  it("is told that the event loop turns, twice in the time that it waits, and what is news with it", async () => {
    const { env, lines } = fakeNotifier();
    const told = manager({ ...env, WATCHDOG_USEC: "200000", WATCHDOG_PID: String(process.pid) });
    told.ready();
    await daemon.lab.spawn("calculator", { port: 0 });
    await eventually(() => expect(lines()).toContain("WATCHDOG=1|STATUS=1 role runs; 0 peers|/run/n"));
    await eventually(() => expect(lines()).toContain("WATCHDOG=1|/run/n"));
  });

  it("waits for no sign of a process that is another", async () => {
    const { env, lines } = fakeNotifier();
    const told = manager({ ...env, WATCHDOG_USEC: "20000", WATCHDOG_PID: "1" });
    told.ready();
    await told.stopping();
    expect(lines().filter((line) => line.includes("WATCHDOG"))).toEqual([]);
  });

  it("that is not there is told of once, and harms nothing", async () => {
    const warnings: string[] = [];
    const told = manager({ PATH: folder(), NOTIFY_SOCKET: "/run/n" }, warnings);
    told.ready();
    await told.stopping();
    expect(warnings).toEqual([expect.stringMatching(/^systemd cannot be told how the lab stands: .*ENOENT/)]);
  });

  it.skipIf(!hasSystemd)(
    "hears it as its own program says it (skipped without systemd-notify or python3)",
    async () => {
      const socket = path.join(folder(), "notify");
      const receiver = spawn("python3", [
        "-uc",
        `import socket
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind("${socket}")
print("bound")
while True:
    data, ancillary, *_ = s.recvmsg(4096, 4096)
    print(data.decode().replace("\\n", "|"))`,
      ]);
      onTestFinished(() => void receiver.kill("SIGKILL"));
      let heard = "";
      receiver.stdout.setEncoding("utf8").on("data", (text: string) => {
        heard += text;
      });
      await eventually(() => expect(heard).toContain("bound"));
      manager({ ...process.env, NOTIFY_SOCKET: socket }).ready();
      await eventually(() => expect(heard).toMatch(/^READY=1\|STATUS=0 roles run; 0 peers/m));
    },
  );
});
