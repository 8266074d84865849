/** The lesson on the handshake: what its sheet shows is what tshark shows, of our capture and, where one may capture, of a real one. */

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasTshark } from "../has-tshark.ts";
import { TestDaemon } from "./daemon.ts";
import { eventually } from "./eventually.ts";
import { checkout, Scene } from "./scene.ts";

const mayCapture =
  hasTshark && spawnSync("tshark", ["-i", "lo", "-a", "duration:0", "-w", "/dev/null"]).status === 0;

const sheet = join(checkout, "examples/wireshark.md");
const scene = new Scene();
let daemon: TestDaemon;
let port = 0;

beforeAll(async () => {
  daemon = await TestDaemon.start(scene, {
    lab: JSON.stringify({ roles: [{ role: "calculator", port: 0 }] }),
  });
  port = daemon.ready.instances[0]?.port ?? 0;
});
afterAll(() => scene.end());

/** What the sheet shows after commands of tshark, by their last line. */
function shownInSheet(): Map<string, string> {
  const text = readFileSync(sheet, "utf8");
  const pairs = [...text.matchAll(/```sh\n([^`]+)\n```\n\n```text\n([^`]*?)\n```/g)];
  return new Map(pairs.map(([, commands = "", output = ""]) => [commands.split("\n").at(-1) ?? "", output]));
}

/** Ports of a session are others each time. */
const plain = (text: string, server: number) =>
  text
    .replaceAll(String(server), "SERVER")
    .replaceAll(/\b\d{5}(?= → |\n)|(?<= → |127\.0\.0\.1:)\d{5}\b/g, "CLIENT")
    .trim();

function run(command: string): string {
  const args = command.replaceAll("43389", String(port));
  return spawnSync("sh", ["-c", args], { cwd: scene.folder, encoding: "utf8" }).stdout;
}

/** Everything that one side said, and who ended first, of a capture. */
function told(file: string) {
  const fields = ["tcp.srcport", "tcp.flags.syn", "tcp.flags.fin", "tcp.payload"].flatMap((one) => [
    "-e",
    one,
  ]);
  const { stdout } = spawnSync("tshark", ["-r", file, "-T", "fields", ...fields], { encoding: "utf8" });
  const packets = stdout
    .trimEnd()
    .split("\n")
    .map((line) => line.split("\t"));
  const who = (source: string | undefined) => (Number(source) === port ? "server" : "client");
  return {
    handshake: packets.slice(0, 3).map(([source, syn]) => `${who(source)} ${syn}`),
    said: packets.flatMap(([source, , , payload = ""]) =>
      payload === "" ? [] : [`${who(source)} ${payload}`],
    ),
    fins: packets.flatMap(([source, , fin]) => (fin === "1" || fin === "True" ? [who(source)] : [])),
  };
}

describe.skipIf(!hasTshark)("the lesson with Wireshark (skipped without tshark)", () => {
  it("is as its sheet says, and what it shows of tshark is what tshark shows", async () => {
    const { stderr, exit } = await daemon.ctl("play", sheet, "--check");
    expect({ stderr, exit }).toEqual({ stderr: "", exit: 0 });
    const lua = await daemon.ctl(
      "dissector",
      "calculator",
      "--port",
      String(port),
      "--out",
      scene.path("calculator.lua"),
    );
    expect(lua.exit).toBe(0);
    const shown = [...shownInSheet()].filter(([command]) => command.startsWith("tshark"));
    expect(shown.length).toBe(3);
    for (const [command, output] of shown) expect(plain(run(command), port)).toBe(plain(output, 43_389));
  }, 60_000);

  it("fits a terminal of 80 columns in all that it shows", () => {
    const wide = [...shownInSheet().values()]
      .flatMap((output) => output.split("\n"))
      .filter((line) => line.length > 80);
    expect(wide).toEqual([]);
  });

  it.skipIf(!mayCapture)(
    "has the same bytes, handshake and ends as a capture of the kernel's (skipped without the right)",
    async () => {
      const real = scene.path("real.pcapng");
      const capture = spawn("tshark", ["-i", "lo", "-f", `tcp port ${port}`, "-w", real], {
        stdio: "ignore",
      });
      try {
        // The file is there as soon as it captures; a session before that is not in it.
        await eventually(() => {
          expect(existsSync(real) && statSync(real).size > 0).toBe(true);
        });
        const file = scene.file(
          "session.nlab",
          [
            "spawn calculator-client olga --port @calculator --as olga",
            "wait-for olga listening --timeout 20s",
            "say olga 15 + 35",
          ]
            .concat([
              "expect --conn olga 50.0 --within 20s",
              "say olga q",
              "wait-for olga stopped --timeout 20s",
            ])
            .concat(["capture @last --out ours.pcapng"])
            .join("\n"),
        );
        expect((await daemon.ctl("-f", file)).exit).toBe(0);
        await eventually(() => {
          expect(told(real).fins.length).toBe(2);
        });
        expect(told(real)).toEqual(told(scene.path("ours.pcapng")));
      } finally {
        capture.kill("SIGINT");
        await once(capture, "exit");
      }
    },
    90_000,
  );
});
