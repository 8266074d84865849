/** `check --box --unsafe` as root of a container without namespaces, which is Gradescope's: no bubblewrap, no unshare. */
import { chmodSync, copyFileSync, existsSync, mkdirSync, symlinkSync } from "node:fs";
import path from "node:path";
import { afterAll, expect, it } from "vitest";
import { mayDrop } from "../../src/check/box/outer-command.ts";
import { dist, Scene } from "./scene.ts";

const scene = new Scene();
afterAll(() => scene.end());

/** Looks for the checker's process, says what it gets of it, and is no server. */
const CURIOUS = `import os
def tried(what):
    try:
        what()
        return "done"
    except OSError as error:
        return type(error).__name__
testers = 0
for pid in filter(str.isdigit, os.listdir("/proc")):
    try:
        words = open(f"/proc/{pid}/cmdline").read().split("\\0")
        if os.stat(f"/proc/{pid}").st_uid != os.getuid() and not words[0].endswith("/unread"): continue
    except OSError: continue
    if len(words) > 1 and words[0].endswith("/unread") and "tester-process" in words[1]:
        testers += 1
        print("looked", tried(lambda: open(f"/proc/{pid}/environ").read(1)))
        print("spoke", tried(lambda: open(f"/proc/{pid}/fd/1", "w").write("{}")))
print(testers, "tester, as root" if os.getuid() == 0 else "tester, as another user", flush=True)
`;

const TOOLS = ["setpriv", "env", "sh", "chown", "prlimit", "python3"].map((name) =>
  path.join("/usr/bin", name),
);
/** Another user has to be able to start what lies here. */
const isPossible =
  process.getuid?.() === 0 &&
  TOOLS.every((tool) => existsSync(tool)) &&
  (await mayDrop([path.join(dist, "x")]));

it.skipIf(!isPossible)(
  "runs a hand-in without rights, and the checker lets none look into it whose Node cannot be read",
  async () => {
    mkdirSync(scene.path("bin"));
    for (const tool of TOOLS) symlinkSync(tool, scene.path("bin", path.basename(tool)));
    // Other users pass through, as in a container.
    chmodSync(scene.folder, 0o755);
    copyFileSync(process.execPath, scene.path("unread"));
    chmodSync(scene.path("unread"), 0o711);
    scene.file("hand-in/curious.py", CURIOUS);
    const { stdout, stderr, exit } = await scene.run(
      scene.path("unread"),
      [
        path.join(dist, "netlabctl.js"),
        ...["check", "server", "ack", "--box", "--unsafe", "--run", "python3 curious.py"],
      ],
      { cwd: scene.path("hand-in"), env: { PATH: scene.path("bin") } },
    ).ended;
    expect(exit, stderr).toBe(6);
    expect(stdout).toContain(
      "  looked PermissionError\n  spoke PermissionError\n  1 tester, as another user\n",
    );
  },
);
