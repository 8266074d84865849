/** A user's registry in a process of its own, with a label: it has the label's entries and no others, over the end of either process. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type InstanceDocument, type RegistrationDocument, TestDaemon } from "./daemon.ts";
import { eventually } from "./eventually.ts";
import { freeOffset } from "./free-ports.ts";
import { discover, tell } from "./registry-client.ts";
import { checkout, Scene } from "./scene.ts";

const STUDENTS = ["s001", "s002"];
/** A student in whose registry nobody looks. */
const UNVISITED = "s003";
const scene = new Scene();
let daemon: TestDaemon;

beforeAll(async () => {
  scene.file("registry.ts", readFileSync(join(checkout, "test/fixtures/apart/registry.ts"), "utf8"));
  scene.file("roster.csv", `id\n${[...STUDENTS, UNVISITED].join("\n")}\n`);
  const first = 1 + (await freeOffset([1, 2, 3, 4, 5, 6]));
  const lab = `roster: ./roster.csv
class: { ports: ${first}-${first + 5} }
each:
  - { role: ./registry.ts, host: 127.0.0.1 }
  - { role: file-server, host: 127.0.0.1, service: txt, token: "of-{id}", bootstrap: "127.0.0.1:{port.registry}" }
`;
  daemon = await TestDaemon.start(scene, { lab });
}, 60_000);
afterAll(() => scene.end());

const instance = (name: string) => daemon.document<InstanceDocument>("show", name);
const registryOf = async (id: string) => (await instance(`${id}-registry`)).port;
const served = async (id: string) => `127.0.0.1,${(await instance(`${id}-file-server`)).port},txt,of-${id}`;
const listed = async (id: string) => discover(await registryOf(id));

describe("a registry of a user's own, with a student's label", () => {
  it("lists the student's file server, and no other's", async () => {
    for (const id of STUDENTS) {
      const own = await served(id);
      await eventually(async () => expect(await listed(id)).toEqual([own, "end"]));
    }
    expect(await daemon.document<RegistrationDocument[]>("registry")).toEqual([]);
  });

  it("has no visit of the student's when her own file server looks into it", async () => {
    await eventually(async () =>
      expect(await daemon.document<RegistrationDocument[]>("registry", UNVISITED)).toHaveLength(1),
    );
    expect(await daemon.ctl("explain", UNVISITED)).toMatchObject({ exit: 4 });
    const students = await daemon.document<{ id: string; connected: number }[]>("class");
    expect(students.find(({ id }) => id === UNVISITED)).toMatchObject({ connected: 0 });
  });

  it("takes what a program registers, and what an operator does", async () => {
    await tell(await registryOf("s001"), "REGISTRN,10.0.0.9,1300,pdf,of-a-program");
    await eventually(async () => expect(await listed("s001")).toContain("10.0.0.9,1300,pdf,of-a-program"));
    expect(await daemon.plain("register 10.0.0.8 1301 pdf of-an-operator --registry s001")).toBe(
      "registered in the registry of s001: 10.0.0.8:1301 serves pdf\n",
    );
    await eventually(async () => expect(await listed("s001")).toContain("10.0.0.8,1301,pdf,of-an-operator"));
    expect(await daemon.plain("deregister 10.0.0.8 1301 --registry s001-registry")).toContain(
      "from the registry of s001",
    );
    await eventually(async () => expect((await listed("s001")).join()).not.toContain("of-an-operator"));
    expect((await listed("s002")).join()).not.toContain("10.0.0.");
    const shown = await daemon.document<RegistrationDocument[]>("registry", "s001");
    expect(shown.map(({ ip, token }) => [ip, token])).toEqual([
      ["127.0.0.1", "****"],
      ["10.0.0.9", "****"],
    ]);
  });

  it("has its entries when its process, and when the daemon, ends and begins anew", async () => {
    const before = await listed("s001");
    expect(await daemon.plain("restart s001-registry")).toContain("running");
    await eventually(async () => expect(await listed("s001")).toEqual(before));
    await daemon.kill();
    daemon = await daemon.again();
    await eventually(async () => expect((await listed("s001")).sort()).toEqual(before.sort()));
    expect((await listed("s002")).join()).not.toContain("10.0.0.9");
  });
});
