/** Scripts as a person runs them: `-c`, `-f`, standard input; the first error stops them, and says where it was. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestDaemon } from "./daemon.ts";
import { Scene } from "./scene.ts";

const scene = new Scene();
let daemon: TestDaemon;

beforeAll(async () => {
  const roles = [{ role: "calculator", port: 0, name: "sums" }];
  daemon = await TestDaemon.start(scene, { lab: JSON.stringify({ roles }) });
});
afterAll(() => scene.end());

const script = (...lines: string[]) => scene.file("lab.nlab", `${lines.join("\n")}\n`);

describe("a script", () => {
  it("plays a client against a role, waits for states, and checks what was said", async () => {
    const file = script(
      "# one client, from its name to its goodbye",
      "spawn calculator-client ann --port @sums --as ann",
      "wait-for sums computing --timeout 30s",
      "",
      "say ann 15 + 35",
      "expect --conn sums --within 30s 15 + 35",
      "expect --conn sums 50.0 --within 30s",
      "! wait-for sums computing --count 7 --timeout 10ms",
      "expect --exit 124",
      "expect 'not 7 of sums are computing'",
      "expect --not /is stopped/",
    );
    const { stdout, stderr, exit } = await daemon.ctl("-f", file);
    expect(stderr).toMatch(
      /^wait-for: after 0\.01 s not 7 of sums are computing: calculator-1 is running.*\n$/,
    );
    expect(stdout).toMatch(
      /^calculator-client-1 \(ann\) is running.*\ncalculator-1\/c2 is computing\nsaid by calculator-client-1\n$/,
    );
    expect(exit).toBe(0);
    // It would be told of in ls as one that waits, where others are slow.
    await daemon.ctl("remove", "ann");
  });

  it.each([
    ["wait-for sums stopped --timeout 10ms", 124],
    ["show nobody", 4],
    ["ls | grep nobody", 1],
    ["ls > /no/such/folder", 1],
    ["spawn calculator --name 'x", 2],
  ])("stops at %s with exit status %i, and says where", async (line, status) => {
    const file = script("ls --json", line, "info");
    const { stdout, stderr, exit } = await daemon.ctl("-f", file);
    expect(exit).toBe(status);
    expect(stderr).toContain(`${file}:2: ended with exit status ${status}: ${line}\n`);
    expect(stdout).not.toContain("netlabd");
  });

  it("that expects something else is told what was said instead", async () => {
    const { stderr, exit } = await daemon.ctl("-c", "! show nobody; expect 'no role … here, alas'");
    expect(stderr).toBe(
      [
        `no role "nobody" here; ls lists them`,
        "expected: no role … here, alas",
        "but the output was:",
        `  no role "nobody" here; ls lists them`,
        "-c:1: ended with exit status 1: ! show nobody; expect 'no role … here, alas'",
        "",
      ].join("\n"),
    );
    expect(exit).toBe(1);
  });

  it("of -c runs in order, filters, and writes files where the client is", async () => {
    const { stdout, stderr, exit } = await daemon.ctl(
      "-c",
      "ls | grep sums > roles.txt; ls --json | head -n 1 >> roles.txt; roles | tail -1",
    );
    expect({ stderr, exit }).toEqual({ stderr: "", exit: 0 });
    expect(stdout).toBe("spawn <role> starts one; help spawn <role> shows its options\n");
    const [first = "", second = ""] = readFileSync(scene.path("roles.txt"), "utf8").split("\n");
    expect(first).toMatch(/^calculator-1 +sums +running .* adds, subtracts/);
    expect(JSON.parse(second)).toContainEqual(expect.objectContaining({ id: "calculator-1" }));
  });

  it("takes the rest of the line as it is in say and send", async () => {
    await daemon.ctl("-c", "spawn calculator-client bob --port @sums --as bob\nwait-for bob listening");
    const { exit } = await daemon.ctl(
      "-c",
      "say bob 1 | 2 > 3; # 4\nexpect --conn bob --within 30s '1 | 2 > 3; # 4'",
    );
    expect(exit).toBe(0);
  });

  it("ends live output as soon as head has its lines", async () => {
    const tap = daemon.startCtl("-c", "tap sums | head -n 3");
    await tap.says("following sums");
    await daemon.ctl("-c", "spawn calculator-client cy --port @sums --as cy");
    const { stdout, exit } = await tap.ended;
    expect(stdout.trim().split("\n")).toHaveLength(3);
    expect(exit).toBe(0);
  });

  it.each([
    [["-f", "no.nlab"], 4, "netlabctl: cannot read no.nlab: there is no such file (ENOENT)\n"],
    [["-c", "ls", "ls"], 2, /cannot be combined/],
    [["-c", "ls", "-f", "x"], 2, /cannot be combined/],
  ])("%j is refused", async (args, status, words) => {
    const { stderr, exit } = await daemon.ctl(...args);
    expect(stderr).toMatch(words);
    expect(exit).toBe(status);
  });
});

describe("watch", () => {
  it("runs a line again and again, so many times", async () => {
    const { stdout, exit } = await daemon.ctl("-c", "watch --n 3 100ms ls | grep sums");
    expect(stdout.match(/^every 0\.1 s: ls \| grep sums {3}\d\d:\d\d:\d\d$/gm)).toHaveLength(3);
    expect(stdout.match(/^calculator-1 /gm)).toHaveLength(3);
    expect(exit).toBe(0);
  });

  it("ends with the command that cannot run, and with Ctrl-C", async () => {
    expect((await daemon.ctl("watch", "1s", "show", "nobody")).exit).toBe(4);
    const endless = daemon.startCtl("watch", "100ms", "ls");
    await endless.says(/(every 0\.1 s: ls[\s\S]*){2}/);
    endless.signal("SIGINT");
    expect(await endless.ended).toMatchObject({ exit: 130, signal: null });
  });
});
