/** `netlabctl` in a script: what it prints where, and the exit status that says how it went. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestDaemon } from "./daemon.ts";
import { eventually } from "./eventually.ts";
import { conversations, FalseServers } from "./false-servers.ts";
import { allListed, type FileLab, fileLab } from "./file-lab.ts";
import { freePort } from "./free-ports.ts";
import { discover } from "./registry-client.ts";
import { Scene } from "./scene.ts";

const scene = new Scene();
const others = new FalseServers();
let lab: FileLab;
let daemon: TestDaemon;
/** Words that the cases below fill in. */
let words: Record<string, string>;

beforeAll(async () => {
  lab = await fileLab();
  daemon = await TestDaemon.start(scene, { lab: lab.text });
  words = {
    OURS: `localhost:${lab.registry}`,
    NOBODY: `localhost:${await freePort()}`,
    SILENT: `localhost:${await others.startSilentRegistry()}`,
    HELLO: `localhost:${await others.start(conversations.saysHello)}`,
  };
  await allListed(lab);
});
afterAll(async () => {
  others.end();
  await scene.end();
});

const cases: { line: string; exit: number; says: string | RegExp }[] = [
  // done
  { line: "ls", exit: 0, says: /^bootstrap-1 +running/m },
  { line: "ls state=failed", exit: 0, says: "no role matches" },
  { line: "tap --for 10ms", exit: 0, says: /^\d+ entries shown; ended after 0\.01 s$/m },
  { line: "discover --bootstrap OURS", exit: 0, says: /^127\.0\.0\.1 +\d+ +pdf +\*{4}/m },
  {
    line: "register 10.0.0.1 4000 gif secret --bootstrap OURS",
    exit: 0,
    says: "registered: the registry lists",
  },
  {
    line: "fetch txt server.txt --bootstrap OURS",
    exit: 0,
    says: /^saved .*server\.txt {2}2128 bytes {2}sha256 \w{64}$/m,
  },
  { line: "help spawn file-server", exit: 0, says: "--also-swapped" },
  { line: "tap --help", exit: 0, says: /^Usage: tap \[options\] \[selector\.\.\.\]/ },
  { line: "spawn file-server --help", exit: 0, says: "--also-swapped" },
  { line: "fetch --help", exit: 0, says: "--connect-host" },
  { line: "--version", exit: 0, says: /^\d+\.\d+\.\d+/ },
  { line: "--help", exit: 0, says: "130 interrupted" },
  // usage
  { line: "spwan", exit: 2, says: 'no command "spwan"; did you mean spawn?' },
  { line: "ls --jsno", exit: 2, says: "--json" },
  { line: "--sockte x ls", exit: 2, says: "--socket" },
  { line: "show", exit: 2, says: "usage: show <selector>" },
  { line: "conns stat=x", exit: 2, says: "did you mean state=?" },
  { line: "spawn file-server --service pdf", exit: 2, says: "--token is needed" },
  { line: "spawn file-server --servcie pdf --token x", exit: 2, says: "--service" },
  { line: "spawn file-server --service pdf --token x --port 70000", exit: 2, says: "--port" },
  { line: "register 10.0.0 4000 gif secret", exit: 2, says: "ip is not an IPv4 or IPv6 address" },
  { line: "register 10.0.0.1 4000 gif a,b --bootstrap OURS", exit: 2, says: "and no comma" },
  { line: "fetch pdf", exit: 2, says: "usage: fetch <service> <filename> [options]" },
  { line: "fetch pdf server.pdf --bootstrap nonsense", exit: 2, says: "host:port" },
  { line: "tap --for soon", exit: 2, says: "write 30s, 500ms, 2m or 1h" },
  // no daemon
  { line: "--socket NOWHERE ls", exit: 3, says: "no daemon answers at NOWHERE: start one with netlabd" },
  { line: "--socket NOWHERE --json ls", exit: 3, says: "no daemon answers at NOWHERE" },
  { line: "--socket NOWHERE conns --help", exit: 0, says: /^Usage: conns \[options\] \[selector\.\.\.\]/ },
  { line: "--socket NOWHERE help spawn file-server", exit: 0, says: "--also-swapped" },
  { line: "--socket NOWHERE send c1 -- --help", exit: 3, says: "no daemon answers at NOWHERE" },
  // no such thing
  { line: "show file-sevrer-1", exit: 4, says: "did you mean file-server-1?" },
  { line: "spawn file-servr", exit: 4, says: "did you mean file-server?" },
  { line: "stop nobody", exit: 4, says: 'no role "nobody" here' },
  { line: "show c999", exit: 4, says: "no connection c999" },
  { line: "kill c999", exit: 4, says: "no connection c999" },
  { line: "explain file-server-1/c999", exit: 4, says: "conns --all lists them" },
  { line: "deregister 10.0.0.2 4000", exit: 4, says: "no file server is registered at 10.0.0.2:4000" },
  { line: "discover --bootstrap OURS --service tar", exit: 4, says: "no file server is registered for tar" },
  { line: "fetch tar x.tar --bootstrap OURS", exit: 4, says: 'lists no server for "tar"' },
  { line: "fetch pdf nope.pdf --bootstrap OURS", exit: 4, says: 'no file "nope.pdf" (not found)' },
  // refused
  {
    line: "fetch pdf server.pdf --bootstrap OURS --token wrong",
    exit: 5,
    says: "refuses the token (Invalid)",
  },
  { line: "shutdown", exit: 5, says: "shutdown --yes" },
  { line: "spawn file-server bootstrap --service a --token b", exit: 5, says: "choose another name" },
  // peer or protocol
  { line: "fetch bin x.bin --bootstrap HELLO", exit: 6, says: 'answers "hello"' },
  { line: "discover --bootstrap NOBODY", exit: 6, says: "no program listens there (ECONNREFUSED)" },
  {
    line: "fetch pdf server.pdf --bootstrap NOBODY",
    exit: 6,
    says: "no program listens there (ECONNREFUSED)",
  },
  // time-out
  { line: "discover --bootstrap SILENT --timeout 200ms", exit: 124, says: "within 0.2 s" },
  { line: "fetch pdf server.pdf --bootstrap SILENT --timeout 200ms", exit: 124, says: "within 0.2 s" },
  { line: "register 10.0.0.1 4000 a b --bootstrap SILENT --timeout 200ms", exit: 124, says: "within 0.2 s" },
];

describe.concurrent("netlabctl", () => {
  for (const { line, exit, says } of cases) {
    it(`${line} → ${exit}`, () => check(line, exit, says));
  }

  async function check(line: string, exit: number, says: string | RegExp): Promise<void> {
    const nowhere = scene.path("nowhere.sock");
    const argv = line.split(" ").map((word) => (word === "NOWHERE" ? nowhere : (words[word] ?? word)));
    const outcome = await daemon.ctl(...argv);
    const sentence = typeof says === "string" ? says.replace("NOWHERE", nowhere) : says;
    const [told, silent] =
      exit === 0 ? [outcome.stdout + outcome.stderr, ""] : [outcome.stderr, outcome.stdout];
    expect(told).toMatch(sentence);
    expect(silent).toBe("");
    expect(outcome.exit).toBe(exit);
    // One failure is one sentence, never a stack.
    if (exit !== 0) expect(told).not.toMatch(/\n +at /);
  }

  it.each(["tap", "tap --json", "logs --follow", "registry --watch --json"])(
    "%s, interrupted → 130",
    async (line) => {
      const command = daemon.startCtl(...line.split(" "));
      if (line.startsWith("tap")) {
        // Something to show is how it is known to follow.
        await eventually(async () => {
          await discover(lab.registry);
          expect(command.stdout).toContain("DISCOVERY");
        });
      } else {
        await command.says(line.startsWith("logs") ? "listens on" : "lastSeenAt");
      }
      command.signal("SIGINT");
      expect(await command.ended).toMatchObject({ exit: 130, signal: null });
    },
  );

  it("echo, interrupted → 130", async () => {
    const port = await freePort();
    expect(await daemon.ctl("spawn", "echo", "--port", String(port))).toMatchObject({ exit: 0 });
    // Its input is open: at the end of that it leaves by itself.
    const command = scene.node("netlabctl", ["--socket", daemon.socket, "echo", "--port", String(port)], {
      input: "",
      isInputOpen: true,
    });
    await command.says("Enter your command please");
    command.signal("SIGINT");
    expect(await command.ended).toMatchObject({ exit: 130, signal: null });
    expect(await daemon.ctl("remove", "echo")).toMatchObject({ exit: 0 });
  });

  it("fetch, interrupted → 130, and nothing is left", async () => {
    const port = await others.start(conversations.stopsHalfWay);
    const command = daemon.startCtl(
      "fetch",
      "bin",
      "half.bin",
      "--bootstrap",
      `localhost:${port}`,
      "--explain",
    );
    await command.says("the file has 1000000 bytes");
    command.signal("SIGINT");
    expect(await command.ended).toMatchObject({ exit: 130, stdout: "" });
    expect(scene.names().filter((name) => name.startsWith("half.bin"))).toEqual([]);
  });
});

describe("a script on standard input", () => {
  it("runs line by line, and ends at the first that fails, with its exit status", async () => {
    const script = "# a comment\nls --json\n\nshow nobody\nregistry\n";
    const { stdout, stderr, exit } = await scene.node("netlabctl", ["--socket", daemon.socket], {
      input: script,
    }).ended;
    expect(JSON.parse(stdout)).toHaveLength(5);
    expect(stderr).toContain("line 4 ended with exit status 4: show nobody");
    expect(exit).toBe(4);
  });

  it("exits 0 when all of it is done", async () => {
    const { stderr, exit } = await scene.node("netlabctl", ["--socket", daemon.socket], {
      input: "ls\nquit\nnix\n",
    }).ended;
    expect({ stderr, exit }).toEqual({ stderr: "", exit: 0 });
  });
});
