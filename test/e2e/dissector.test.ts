/** `netlabctl dissector` of the built program: into a file, to where Wireshark looks, and of a role of one's own. */

import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { hasTshark } from "../has-tshark.ts";
import { checkout, dist, Scene } from "./scene.ts";

const scene = new Scene();
afterAll(() => scene.end());

const home = scene.path("home");
const netlabctl = (...words: string[]) =>
  spawnSync(process.execPath, [join(dist, "netlabctl.js"), "dissector", ...words], {
    encoding: "utf8",
    env: { ...process.env, HOME: home, XDG_CONFIG_HOME: "" },
  });

describe("netlabctl dissector", () => {
  it("writes the roles that are named, or all that say what their messages are", () => {
    expect(netlabctl("calculator", "--port", "43389").stdout).toContain('["ports"] = "4389,43389"');
    const { stdout, status } = netlabctl("--out", scene.path("all.lua"), "--json");
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      roles: expect.arrayContaining(["address-book", "bootstrap", "chat", "file-server", "relay"]),
      files: [scene.path("all.lua")],
    });
  });

  it.each([
    [["calculatr"], 4, /did you mean calculator\?/],
    [["calculator-client"], 2, /calculator-client does not say what its messages are/],
    [["--port", "99"], 2, /--port is for one role/],
    [["--out", "/no/such/x.lua"], 1, /there is no such folder/],
  ])("says why not: %j", (words, exit, why) => {
    const { stderr, status } = netlabctl(...words);
    expect({ stderr, status }).toEqual({ stderr: expect.stringMatching(why), status: exit });
  });

  it.skipIf(!hasTshark)("installs it where tshark finds it (skipped without tshark)", () => {
    const { stdout, stderr, status } = netlabctl(join(checkout, "examples/guess-number.ts"), "--install");
    expect({ stderr, status }).toEqual({
      stderr: "Wireshark reads it when it is started the next time\n",
      status: 0,
    });
    expect(stdout).toMatch(/^wrote .*plugins\/netlabd\.lua\n$/);
    const file = stdout.slice("wrote ".length).trim();
    expect(readFileSync(file, "utf8")).toContain("netlabctl dissector");
    const protocols = spawnSync("tshark", ["-G", "protocols"], {
      encoding: "utf8",
      env: { ...process.env, HOME: home },
    });
    expect(protocols.stdout).toContain("netlabd_guess_number");
    expect(readdirSync(home)).toContain(".local");
  });
});
