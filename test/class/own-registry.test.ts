/** Registries of a class: each student's lists her servers alone, and her file server knows its port. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commandTable } from "../../src/repl/command-folder.ts";
import { complete } from "../../src/repl/line-completion.ts";
import { eventually } from "../actors/harness.ts";
import { freeRange } from "../e2e/free-ports.ts";
import { discover, tell } from "../e2e/registry-client.ts";
import { ClassDaemon } from "./class-daemon.ts";
import { run } from "./class-session.ts";

const ROSTER = "id,group\ns001,A\ns002,B\n";
let one: ClassDaemon;
let base: number;
const portOf = (name: string) => one.daemon.lab.find(name)?.port ?? 0;
const tokenOf = (id: string) => one.daemon.lab.class?.find(id)?.derived.token;

beforeAll(async () => {
  base = await freeRange(30);
  const lab = `roster: ./roster.csv
class: { ports: ${base}-${base + 19}, per-student: 3, group-ports: ${base + 20}-${base + 29}, files: ./files }
each:
  - { role: file-server, service: txt, token: "{token}", root: "{files}", bootstrap: "127.0.0.1:{port.bootstrap}" }
  - role: bootstrap
groups:
  - role: bootstrap
  - { role: file-server, service: "of-{group}", token: t, bootstrap: "127.0.0.1:{port.bootstrap}" }
`;
  one = await ClassDaemon.start({ "lab.yaml": lab, "roster.csv": ROSTER, "files/server.txt": "text\n" });
});
afterAll(() => one.close());

describe("a student's registry", () => {
  it("lists her own file server, which may stand above it in the lab file, and no other's", async () => {
    for (const id of ["s001", "s002"]) {
      const own = `127.0.0.1,${portOf(`${id}-file-server`)},txt,${tokenOf(id)}`;
      await eventually(async () => expect(await discover(portOf(`${id}-bootstrap`))).toEqual([own, "end"]));
    }
    expect(portOf("s002-bootstrap")).toBe(base + 4);
    const ofGroup = `127.0.0.1,${portOf("group-A-file-server")},of-A,t`;
    await eventually(async () =>
      expect(await discover(portOf("group-A-bootstrap"))).toEqual([ofGroup, "end"]),
    );
    expect(one.daemon.lab.registry.list()).toEqual([]);
  });

  it("takes a server of hers, and keeps it over a restart; an operator sees whose it is, and no token", async () => {
    await tell(portOf("s001-bootstrap"), "REGISTRN,10.0.0.9,1300,pdf,secret-of-hers");
    const mine = "10.0.0.9,1300,pdf,secret-of-hers";
    expect(await discover(portOf("s001-bootstrap"))).toContain(mine);
    await one.again();
    expect(await discover(portOf("s001-bootstrap"))).toContain(mine);
    expect(await discover(portOf("s002-bootstrap"))).not.toContain(mine);
    const { text } = await run(one, "registry s001");
    expect(text).toMatch(/10\.0\.0\.9 +1300 +pdf +\*\*\*\*/);
    expect((await run(one, "registry s001 --service pdf --json")).documents[0]).toMatchObject([
      { ip: "10.0.0.9", token: "****" },
    ]);
    expect((await run(one, "registry")).text).toMatch(
      /^no file server is registered\n4 students and groups have registries of their own: registry NAME shows one$/,
    );
    expect(await run(one, "registry s009")).toMatchObject({
      exit: 4,
      text: `no bootstrap is "s009"'s own; registry without a name lists the lab's`,
    });
    await run(one, "eval 'secret-of-hers'");
    expect(JSON.stringify(one.daemon.lab.audit.since(0, 10))).not.toContain("secret-of-hers");
  });

  it("is changed by an operator who names whose it is, by whatever name; completion knows whose there are", async () => {
    const discovered = (id: string) => discover(portOf(`${id}-bootstrap`));
    const token = "token-of-the-operator";
    for (const [port, whose] of [
      [1_401, "s001"],
      [1_402, "label=s001"],
      [1_403, "s001-bootstrap"],
      [1_404, one.daemon.lab.class?.find("s001")?.pseudonym],
    ])
      expect(await run(one, `register 10.0.0.7 ${port} pdf ${token} --registry ${whose}`)).toMatchObject({
        exit: 0,
        text: `registered in the registry of s001: 10.0.0.7:${port} serves pdf`,
      });
    await run(one, `register 10.0.0.7 1405 pdf ${token} --registry group=A`);
    expect(await discovered("group-A")).toContain(`10.0.0.7,1405,pdf,${token}`);
    const entries = [1_401, 1_402, 1_403, 1_404].map((port) => `${port},pdf,${token}`);
    expect(await discovered("s001")).toContain(["10.0.0.7", ...entries].join(","));
    expect((await discovered("s002")).join()).not.toContain(token);
    expect(one.daemon.lab.registry.list()).toEqual([]);
    expect(JSON.stringify(one.daemon.lab.audit.since(0, 10))).not.toContain(token);

    const gone = await run(one, "deregister 10.0.0.7 1401 --registry s001");
    expect(gone.text).toBe("deregistered 10.0.0.7:1401 from the registry of s001");
    expect(await discovered("s001")).toContain(["10.0.0.7", ...entries.slice(1)].join(","));
    expect(await run(one, "deregister 10.0.0.7 1401 --registry s001")).toMatchObject({ exit: 4 });
    expect(await run(one, "register 10.0.0.7 1401 pdf t --registry s009")).toMatchObject({
      exit: 4,
      text: `no bootstrap is "s009"'s own; registry without a name lists the lab's`,
    });
    expect((await run(one, "registry group=A --service pdf")).text).toMatch(/1405 .* \d\d:\d\d:\d\d /);
    one.clock.push(7 * 86_400_000);
    expect((await run(one, "registry group=A")).text).toMatch(/1405 .* \d{4}-\d\d-\d\d \d\d:\d\d:\d\d /);
    one.clock.push(-7 * 86_400_000);

    const line = "register 10.0.0.7 1401 pdf t --registry s";
    const { candidates } = complete(one.daemon.lab, await commandTable(), line, line.length);
    expect(candidates.map(({ value }) => value)).toEqual(["s001", "s002"]);
  });

  it("is on the slip with the name of the machine, for her programs elsewhere", async () => {
    const { documents } = await run(one, "handout --host lab.example --json");
    const [first] = documents[0] as { roles: { role: string; tryIt: string }[] }[];
    const words = first?.roles.filter(({ role }) => role !== "of-A").map(({ tryIt }) => tryIt);
    expect(words?.slice(0, 2)).toEqual([
      `netlabctl fetch txt server.txt --bootstrap lab.example:${portOf("s001-bootstrap")}`,
      `netlabctl discover --bootstrap lab.example:${portOf("s001-bootstrap")}`,
    ]);
  });

  it("has no visit of hers when her own file server looks into it", async () => {
    await one.again();
    const ofServers = () => one.daemon.lab.stories().filter(({ subject }) => subject.isInternal === true);
    await eventually(() => expect(ofServers().map(({ subject }) => subject.label)).toContain("s002"));
    expect(await run(one, "explain s002")).toMatchObject({ exit: 4 });
    expect((await run(one, "seq s002")).text).not.toContain("s002");
    expect((await run(one, "tree")).text).not.toContain("sender");
    expect(one.daemon.lab.students().map(({ connected }) => connected)).toEqual([0, 0]);
  });
});

describe("a place for a port", () => {
  const refusal = async (lab: string) => {
    const refused = await ClassDaemon.start({ "lab.yaml": lab, "roster.csv": ROSTER }).catch(
      (error: Error) => error,
    );
    return (refused as Error).message;
  };
  const server = (port: string) =>
    `  - { role: file-server, service: txt, bootstrap: "localhost:{port.${port}}" }\n`;
  const ports = "roster: ./roster.csv\nclass: { ports: 21000-21009 }\neach:\n  - role: bootstrap\n";

  it.each([
    [
      "of a role that is not in the list",
      `${ports}  - role: chat\n  - role: chat\n${server("registry")}`,
      "lab.yaml:7: {port.registry} names no role of each:; there are {port.bootstrap}, {port.chat}, {port.chat-2}, {port.file-server}",
    ],
    [
      "where ports are any free ones",
      `roster: ./roster.csv\neach:\n  - role: bootstrap\n${server("bootstrap")}`,
      "lab.yaml:4: {port.bootstrap} needs ports that are known before the start: write ports: 21000-22999 under class:",
    ],
    [
      "of a group, where its ports are any free ones",
      `${ports}groups:\n  - role: bootstrap\n${server("bootstrap")}`,
      "lab.yaml:7: {port.bootstrap} needs ports that are known before the start: write group-ports: 20900-20999 under class:",
    ],
    [
      "is no place for a student's own in what is a group's",
      `${ports}groups:\n  - { role: file-server, service: txt, token: "{token}" }\n`,
      "lab.yaml:6: {token} stands for nothing; a group has {group}, {slot}",
    ],
  ])("%s is refused with what to do", async (_, lab, message) => {
    expect(await refusal(lab)).toBe(message);
  });
});

it("screens with pseudonyms have no id, also where an option is made of it", async () => {
  const lab = `roster: ./roster.csv\nclass: { pseudonyms: true }\neach:\n  - { role: file-server, service: "{id}", token: t }\n`;
  const hidden = await ClassDaemon.start({ "lab.yaml": lab, "roster.csv": ROSTER });
  const shown = hidden.daemon.lab.students().map(({ id }) => id);
  expect(hidden.daemon.lab.instances.map(({ options }) => (options as { service?: string }).service)).toEqual(
    shown,
  );
  await hidden.close();
});
