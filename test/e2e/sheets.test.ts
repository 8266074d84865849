/** The lab sheets of `examples/`, one a lab: each is true of the lab that it says, played unattended against the daemon. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { TestDaemon } from "./daemon.ts";
import { freeOffset } from "./free-ports.ts";
import { checkout, Scene } from "./scene.ts";

const scene = new Scene();
afterAll(() => scene.end());

const labs = readdirSync(join(checkout, "data/labs")).map((name) => name.replace(/\.yaml$/, ""));
const sheetOf = (lab: string) => join(checkout, "examples", `${lab}.md`);

/** The ports that a lab names, and those that its roles take where it names none. */
const PORTS = [
  1_234, 1_236, 1_237, 1_238, 1_239, 4_386, 4_387, 4_388, 4_389, 4_390, 4_444, 5_000, 5_001, 8_080,
];
const portsOf = (lab: string) => {
  const named = readFileSync(join(checkout, "data/labs", `${lab}.yaml`), "utf8").matchAll(/port: (\d+)/g);
  return lab === "default" ? PORTS : [...named].map(([, port]) => Number(port));
};

/** The shipped lab, on ports that nobody has. */
async function playing(lab: string): Promise<TestDaemon> {
  const ports = portsOf(lab);
  // What lies above cannot be moved up by much: the same lab, its ports as far below.
  const isHigh = Math.min(...ports) > 32_000;
  if (!isHigh) {
    const args = ["--lab", lab, "--port-offset", String(await freeOffset(ports))];
    return TestDaemon.start(scene, { name: lab, args });
  }
  const text = readFileSync(join(checkout, "data/labs", `${lab}.yaml`), "utf8");
  return TestDaemon.start(scene, { name: lab, lab: text.replace(/port: \d+/, "port: 0") });
}

describe.concurrent.each(labs)("the sheet of the lab %s", (lab) => {
  it("is there, and says all that the daemon does, as often as it is played", async () => {
    const daemon = await playing(lab);
    for (const _time of [1, 2]) {
      const { stdout, stderr, exit } = await daemon.ctl("play", sheetOf(lab), "--check");
      expect({ stderr, exit }).toEqual({ stderr: "", exit: 0 });
      expect(stdout).toMatch(/: \d+ commands, \d+ expected lines, all as it says/);
    }
    await daemon.stop();
  });
});

it("no two sheets give a role the same name", () => {
  const names = labs.flatMap((lab) => [
    ...new Set(
      [...readFileSync(sheetOf(lab), "utf8").matchAll(/^spawn \S+ (\w\S*)/gm)].map(([, name]) => name),
    ),
  ]);
  expect(names).toEqual([...new Set(names)]);
});

/** Sheets that are no lab's own, and the lab that each is played in; a test of its own plays it. */
const lessons: Readonly<Record<string, string>> = { wireshark: "tcp-calculator" };

it("each sheet is of a lab that there is, and says how to start it", () => {
  const sheets = readdirSync(join(checkout, "examples")).filter((name) => name.endsWith(".md"));
  expect(sheets.map((name) => name.replace(/\.md$/, ""))).toEqual([...labs, ...Object.keys(lessons)].sort());
  for (const [lesson, lab] of Object.entries(lessons))
    expect(readFileSync(sheetOf(lesson), "utf8")).toContain(`npx netlabd --lab ${lab}`);
  for (const lab of labs) {
    expect(existsSync(sheetOf(lab))).toBe(true);
    expect(readFileSync(sheetOf(lab), "utf8")).toContain(
      lab === "default" ? "npx netlabd`" : `npx netlabd --lab ${lab}`,
    );
  }
});
