/** The attached terminal in a real terminal emulator, which wraps, scrolls and rewraps as the model does not. */
import { execFileSync, spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../repl/eventually.ts";
import { FakeDaemon } from "../repl/fake-daemon.ts";

const hasTmux = spawnSync("tmux", ["-V"]).status === 0;
const PROGRAM = fileURLToPath(new URL("./attach-main.ts", import.meta.url));
const COLUMNS = 50;
const START_MS = 15_000;
let daemon: FakeDaemon;

/** A tmux server of this test alone, whose socket goes with the daemon's folder. */
function tmux(...command: string[]): string {
  const server = join(dirname(daemon.path), "tmux");
  return execFileSync("tmux", ["-u", "-S", server, "-f", "/dev/null", ...command], { encoding: "utf8" });
}

const typeText = (text: string) => tmux("send-keys", "-l", text);
const pressKeys = (...keys: string[]) => tmux("send-keys", ...keys);

/** The rows on the screen without the empty ones at the end; then where the cursor is. */
function screen(): { rows: string[]; cursor: string } {
  const rows = tmux("capture-pane", "-p").split("\n");
  while (rows.at(-1) === "") rows.pop();
  return { rows, cursor: tmux("display-message", "-p", "#{cursor_x}").trim() };
}

async function shows(...rows: string[]): Promise<void> {
  await eventually(() => expect(screen().rows.slice(-rows.length)).toEqual(rows), START_MS);
}

describe.skipIf(!hasTmux)("the attached terminal in tmux (skipped without tmux)", () => {
  beforeAll(async () => {
    daemon = await FakeDaemon.start(({ op, line }, reply) => {
      if (op === "run") reply({ out: `did ${line}` });
      reply({ exit: 0 });
    });
    const program = [process.execPath, "--experimental-strip-types", "--no-warnings", PROGRAM, daemon.path];
    // A window outlives its program here, so that its last words can be read.
    tmux(
      "start-server",
      ";",
      "set-option",
      "-g",
      "remain-on-exit",
      "on",
      ";",
      "new-session",
      "-d",
      "-x",
      `${COLUMNS}`,
      "-y",
      "10",
      "--",
      ...program,
    );
  });

  afterAll(async () => {
    tmux("kill-server");
    await daemon.stop();
  });

  it("keeps a wrapped line whole through notices, a narrower window and a wider one", {
    timeout: 4 * START_MS,
  }, async () => {
    await shows("Welcome.", "netlab>");
    typeText("a line that is longer than this window is wide, by far");
    pressKeys("Left");
    const first = "netlab> a line that is longer than this window is";
    await shows("Welcome.", first, "wide, by far");
    for (let count = 1; count <= 9; count += 1) daemon.push({ notice: `notice ${count}` });
    await shows("notice 8", "notice 9", first, "wide, by far");
    await eventually(() => expect(screen().cursor).toBe("11"));
    tmux("resize-window", "-x", "30");
    await shows("notice 9", "netlab> a line that is longer", "than this window is wide, by f", "ar");
    tmux("resize-window", "-x", "90");
    await shows("notice 8", "notice 9", "netlab> a line that is longer than this window is wide, by far");
    pressKeys("Enter");
    await shows(
      "netlab> a line that is longer than this window is wide, by far",
      "did a line that is longer than this window is wide, by far",
      "netlab>",
    );
    pressKeys("C-d");
    await eventually(() => expect(screen().rows.join("\n")).toContain("netlab>\nsession: left"), START_MS);
  });
});
