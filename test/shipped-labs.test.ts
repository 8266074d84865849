/** The labs that come with netlabd: each can be played as it is, and several persons at once can on one machine. */
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { prepareLabs } from "../scripts/prepare-labs.ts";
import { parseOptions } from "../src/catalogue/instance-options.ts";
import { scanRoles } from "../src/catalogue/role-folder.ts";
import { labsFolder } from "../src/config.ts";
import { readBook } from "../src/lab/lab-book.ts";
import { type LabFile, shiftPorts } from "../src/lab/lab-file.ts";
import { parseLabFile, readLabFile } from "../src/lab/lab-yaml.ts";
import { preparedLab } from "../src/lab/prepared-lab.ts";

const roles = await scanRoles(path.join(import.meta.dirname, "../src/machines"));
const shipped = readdirSync(labsFolder).map((file) => readLabFile(path.join(labsFolder, file), roles));

/** `tcp/1236`, one a role. */
function portsOf(lab: LabFile): string[] {
  return lab.roles.map(({ role: name, given }) => {
    const role = roles.get(name);
    if (!role) throw new Error(`no role ${name}`);
    return `${role.transport}/${parseOptions(role, given).port}`;
  });
}

describe.each(shipped.map((lab) => [lab.name, lab] as const))("the lab %s", (_, lab) => {
  it("has a title and roles", () => {
    expect(lab.title).toMatch(/\w/);
    expect(lab.roles.length).toBeGreaterThan(0);
  });

  it("gives each of its roles a port of its own", () => {
    const ports = portsOf(lab);
    expect(new Set(ports).size).toBe(ports.length);
  });

  it("can be played some ports higher", () => {
    const shifted = portsOf(shiftPorts(lab, roles, 10_000));
    const higher = portsOf(lab).map((port) => port.replace(/\d+/, (number) => `${Number(number) + 10_000}`));
    expect(shifted).toEqual(higher);
  });
});

describe("the shipped labs", () => {
  const rolesOf = (name: string, lab: string) =>
    shipped.find((one) => one.name === lab)?.roles.filter(({ role }) => role === name) ?? [];

  it.each(["default", "files"])("[FILE-6] serve in %s a client that forgot htons", (lab) => {
    expect(rolesOf("file-server", lab).map(({ given }) => given.alsoSwapped)).toEqual([
      true,
      true,
      true,
      true,
    ]);
  });

  it("[ECHO-3] answer a client that reads once in 4096 bytes where echo is the assignment", () => {
    expect(rolesOf("echo", "echo")).toEqual([{ role: "echo", given: { port: 5_000, maxReply: 4_096 } }]);
  });

  it.each(["default", "address-book"])("have in %s the names that the first screen looks up", (lab) => {
    const { book = "" } = shipped.find((one) => one.name === lab) ?? {};
    expect(readBook(book)).toContainEqual({ email: "luke@gmail.com", name: "Luke Skywalker" });
  });
});

describe("a shipped lab that the build has read", () => {
  /** The labs and their books in a folder of the test's own, prepared as the build does it. */
  function prepared() {
    const folder = mkdtempSync(path.join(tmpdir(), "netlab-labs-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    for (const name of ["labs", "books"])
      cpSync(path.join(labsFolder, "..", name), path.join(folder, name), { recursive: true });
    const [labs, made] = [path.join(folder, "labs"), path.join(folder, "made")];
    prepareLabs(labs, made, roles);
    const read = (name: string) => preparedLab(path.join(labs, `${name}.yaml`), made);
    const edit = (name: string, text: string) => writeFileSync(path.join(folder, name), text);
    return { labs, read, edit };
  }

  it("is what its YAML says, and its book what the CSV says", () => {
    const { labs, read } = prepared();
    for (const { name } of shipped) {
      const { bookRows, ...lab } = read(name) ?? {};
      const inYaml = readLabFile(path.join(labs, `${name}.yaml`), roles);
      expect(lab).toEqual(inYaml);
      expect(bookRows).toEqual(inYaml.book && readBook(inYaml.book));
    }
  });

  it("is read anew where its file is edited, or gone, and its book where that is", () => {
    const { read, edit } = prepared();
    edit("books/names.csv", "han@gmail.com,Han Solo\n");
    expect(read("default")?.roles).toHaveLength(14);
    expect(read("default")).not.toHaveProperty("bookRows");
    edit("labs/default.yaml", "roles: []\n");
    expect([read("default"), read("mine")]).toEqual([undefined, undefined]);
  });

  it("is none where a lab of ours is wrong, nor where a role is", () => {
    const { labs, edit } = prepared();
    edit("labs/echo.yaml", "roles:\n  - role: ecco\n");
    expect(() => prepareLabs(labs, labs, roles)).toThrow("echo.yaml:2");
    const [echo] = [...roles.values()].filter(({ name }) => name === "echo");
    const faulty = new Map([["echo", { ...echo, port: -1 } as never]]);
    expect(() => prepareLabs(labs, labs, faulty)).toThrow("the role echo: port: ");
  });
});

describe("shifted ports", () => {
  const shift = (offset: number, ...lines: string[]) => {
    const lab = parseLabFile(["roles:", ...lines].join("\n"), "lab.yaml", roles);
    return shiftPorts(lab, roles, offset).roles.map(({ given }) => given);
  };
  const registry = "  - {role: bootstrap, port: 1300}";

  it("are those of the file, and of the roles where the file says none", () => {
    expect(shift(100, registry, "  - role: bootstrap")).toEqual([{ port: 1_400 }, { port: 1_334 }]);
  });

  it("leave 0 what it is: any free port", () => {
    expect(shift(100, "  - {role: bootstrap, port: 0}")).toEqual([{ port: 0 }]);
  });

  it("are none at an offset of 0", () => {
    expect(shift(0, "  - role: bootstrap")).toEqual([{}]);
  });

  it.each(["localhost", "127.0.0.1", "[::1]"])(
    "take along an address on %s that names a port of the lab",
    (host) => {
      const [, server] = shift(
        100,
        registry,
        `  - {role: file-server, service: pdf, token: t, bootstrap: "${host}:1300"}`,
      );
      expect(server?.bootstrap).toBe(`${host}:1400`);
    },
  );

  it.each(["localhost:1301", "10.0.0.9:1300", "registry.example.org:1300"])(
    "leave alone %s, which is not of this lab",
    (bootstrap) => {
      const line = `  - {role: file-server, service: pdf, token: t, bootstrap: "${bootstrap}"}`;
      const [, server] = shift(100, registry, line);
      expect(server?.bootstrap ?? bootstrap).toBe(bootstrap);
    },
  );

  it("leave alone a text that only looks like an address", () => {
    const [one] = shift(100, '  - {role: bootstrap, port: 1300, label: "localhost:1300"}');
    expect(one?.label).toBe("localhost:1300");
  });

  it("take along the registry that a client asks when it is told none", () => {
    const [, client] = shift(
      100,
      "  - role: bootstrap",
      "  - {role: file-client, service: pdf, file: a.pdf}",
    );
    expect(client?.bootstrap).toBe("localhost:1334");
  });

  it("take along a client of the lab, whose port is its server's", () => {
    const [, client] = shift(100, "  - role: clock", "  - role: clock-client");
    expect(client?.port).toBe(4_487);
  });

  it("leave alone a client of somebody else's server", () => {
    const [, far] = shift(100, "  - role: clock", "  - {role: clock-client, host: 10.0.0.9}");
    expect(far?.port ?? 4_387).toBe(4_387);
    const [, other] = shift(100, "  - role: clock", "  - {role: clock-client, port: 4999}");
    expect(other?.port).toBe(4_999);
  });
});
