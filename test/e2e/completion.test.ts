/** Completion as a shell asks for it: the script that `netlabctl completion` prints, in the real bash where there is one. */
import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestDaemon } from "./daemon.ts";
import { eventually } from "./eventually.ts";
import { dist, Scene } from "./scene.ts";

const hasBash = spawnSync("bash", ["--version"]).status === 0;
const scene = new Scene();
let daemon: TestDaemon;
let env: Record<string, string>;

beforeAll(async () => {
  const roles = [
    { role: "calculator", port: 0, name: "sums" },
    { role: "echo", port: 0 },
  ];
  daemon = await TestDaemon.start(scene, { lab: JSON.stringify({ roles }) });
  env = { NETLABD_SOCKET: daemon.socket };
});
afterAll(() => scene.end());

const words = async (shell: string, line: string, socket = daemon.socket) => {
  const asking = scene.node("netlabctl", ["completion", "words", shell, line], {
    env: { NETLABD_SOCKET: socket },
  });
  const { stdout, stderr, exit } = await asking.ended;
  expect({ stderr, exit }).toEqual({ stderr: "", exit: 0 });
  return stdout.split("\n").filter(Boolean);
};

/** A Tab waits for a second at most, which a busy daemon may need: then there is another one. */
const tabbed = eventually<void>;

describe.skipIf(!hasBash)("bash (skipped without it)", () => {
  it.each([
    ["netlabctl cal", ["calc"]],
    ["netlabctl --so", ["--socket"]],
    ["netlabctl ls su", ["sums"]],
    ["netlabctl --json show calc", ["calculator-1"]],
    ["netlabctl conns sta", ["state="]],
    ["netlabctl spawn chat-client --log", ["--login"]],
    ["netlabctl completion z", ["zsh"]],
    ["netlabctl -f lab", []],
    ["netlabd --lab tcp-k", ["tcp-knock"]],
    ["netlabd --log j", ["json"]],
    ["netlabd --port", ["--port-offset"]],
    ["netlabd --lab none --det", ["--detach"]],
    ["netlabctl play exa", []],
  ])("after %j offers %j", async (line, expected) => {
    const script = [
      `netlabctl() { "${process.execPath}" "${dist}/netlabctl.js" "$@"; }`,
      `source <(netlabctl completion bash)`,
      `complete -p netlabctl`,
      `COMP_LINE='${line}'; COMP_POINT=\${#COMP_LINE}`,
      `_netlabctl 2>/dev/null`,
      `printf '%s\\n' "\${COMPREPLY[@]}"`,
    ].join("\n");
    await tabbed(async () => {
      const { stdout, stderr } = await scene.run("bash", ["--norc", "-c", script], { env }).ended;
      expect(stderr).toBe("");
      const [registered, ...offered] = stdout.trimEnd().split("\n");
      expect(registered).toBe("complete -o default -F _netlabctl netlabctl");
      expect(offered.filter(Boolean)).toEqual(expected);
    });
  });
});

describe("candidates", () => {
  it("come with what they mean where the shell shows it", async () => {
    expect(await words("fish", "netlabctl wait")).toEqual([
      "wait-for\twaits until a role or a connection is in a state, or until a text has gone over it",
    ]);
    await tabbed(async () =>
      expect(await words("zsh", "netlabctl ls su")).toEqual(["sums:calculator-1, running"]),
    );
  });

  it("are commands and options where no daemon answers", async () => {
    const nowhere = scene.path("nobody.sock");
    expect(await words("bash", "netlabctl expl", nowhere)).toEqual(["explain"]);
    expect(await words("bash", "netlabctl wait-for x --t", nowhere)).toEqual(["--timeout", "--text"]);
    expect(await words("bash", "netlabctl ls su", nowhere)).toEqual([]);
  });

  it("are asked of the daemon that the line names", async () => {
    await tabbed(async () =>
      expect(
        await words("bash", `netlabctl --socket ${daemon.socket} ls su`, scene.path("nobody.sock")),
      ).toEqual(["sums"]),
    );
  });
});

it.each(["bash", "zsh", "fish"])("there is a script for %s", async (shell) => {
  const { stdout, exit } = await daemon.ctl("completion", shell);
  expect(stdout).toContain(`netlabctl completion words ${shell}`);
  expect(exit).toBe(0);
});

it("there is none for a shell that is not known", async () => {
  const { stderr, exit } = await daemon.ctl("completion", "csh");
  expect(stderr).toBe("netlabctl: completion: there is no script for csh; choose one of bash, zsh, fish\n");
  expect(exit).toBe(2);
});
