/** A class of 200 with three roles each: ready within a second of one processor, and shown at once. */
import { readFileSync } from "node:fs";
import { afterAll, expect, it } from "vitest";
import type { StudentRow } from "../../src/lab/lab.ts";
import { TestDaemon } from "./daemon.ts";
import { Scene } from "./scene.ts";

const scene = new Scene();
afterAll(() => scene.end());

/** A second, and half of it for a machine that does much else. */
const MOST_SECONDS = 1.5;
const TICKS_PER_SECOND = 100;

it("a class of 200 x 3 roles is ready within a second of processor time", async () => {
  const roster = Array.from({ length: 200 }, (_, index) => `s${index + 1},Name ${index + 1},${index % 4}\n`);
  scene.file("roster.csv", `id,name,group\n${roster.join("")}`);
  const lab =
    'roster: ./roster.csv\neach:\n  - role: calculator\n  - role: chat\n  - { role: file-server, service: "{id}", token: "{token}", bootstrap: "localhost:9" }\n';
  const daemon = await TestDaemon.start(scene, { lab });
  const fields = readFileSync(`/proc/${daemon.ready.pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  const seconds = (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  expect(daemon.ready.instances.filter(({ state }) => state === "running")).toHaveLength(600);
  expect(seconds).toBeLessThan(MOST_SECONDS);
  expect(await daemon.document<StudentRow[]>("class")).toHaveLength(200);
  await daemon.stop();
});
