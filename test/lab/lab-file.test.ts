/** Lab files: read whole, or refused with file, line, and what to write instead. */
import path from "node:path";
import { describe, expect, it } from "vitest";
import { scanRoles } from "../../src/catalogue/role-folder.ts";
import { NetlabError } from "../../src/errors.ts";
import { findLabFile } from "../../src/lab/lab-file.ts";
import { parseLabFile, readLabFile } from "../../src/lab/lab-yaml.ts";

const roles = await scanRoles(path.join(import.meta.dirname, "../../src/machines"));
const shipped = { folder: "/labs", names: ["echo", "files"] };
const parse = (...lines: string[]) => parseLabFile(lines.join("\n"), "/home/somebody/lab.yaml", roles);

function complaint(...lines: string[]): string {
  try {
    parse(...lines);
  } catch (error) {
    if (!(error instanceof NetlabError)) throw error;
    expect(error.code).toBe("bad-lab-file");
    return error.message;
  }
  throw new Error("it is not refused");
}

describe("a lab file", () => {
  it("says its title, and its roles in their order with what they are given", () => {
    const lab = parse(
      "title: Films and texts",
      "roles:",
      "  - role: bootstrap",
      "  - role: file-server",
      "    service: mp4",
      "    token: server1",
      "    port: 1300",
      "    also-swapped: true",
    );
    expect(lab).toEqual({
      name: "lab",
      title: "Films and texts",
      file: "/home/somebody/lab.yaml",
      brought: [],
      roles: [
        { role: "bootstrap", given: {} },
        {
          role: "file-server",
          given: { service: "mp4", token: "server1", port: 1_300, alsoSwapped: true },
        },
      ],
    });
  });

  it("takes options as on the command line, or in camel case, and lists", () => {
    const lab = parse(
      "roles:",
      "  - {role: bootstrap, max-message: 4k, lease: 30s}",
      "  - {role: bootstrap, maxMessage: 4k}",
      "  - {role: echo, allow-run: [ls, ps]}",
    );
    expect(lab.roles.map(({ given }) => given)).toEqual([
      { maxMessage: "4k", lease: "30s" },
      { maxMessage: "4k" },
      { allowRun: ["ls", "ps"] },
    ]);
  });

  it("may say a thing once and refer to it", () => {
    const lab = parse(
      "roles:",
      "  - {role: file-server, service: pdf, token: &word server1, bootstrap: &registry localhost:1234}",
      "  - {role: file-server, service: txt, token: *word, bootstrap: *registry}",
      "  - {role: echo, allow-run: &programs [ls]}",
      "  - {role: echo, allow-run: *programs}",
    );
    expect(lab.roles[1]?.given).toEqual({ service: "txt", token: "server1", bootstrap: "localhost:1234" });
    expect(lab.roles[3]?.given).toEqual({ allowRun: ["ls"] });
  });

  it("may have no title and no roles", () => {
    expect(parse("roles: []")).toMatchObject({ title: undefined, roles: [] });
    expect(parse("title: Nothing yet")).toMatchObject({ title: "Nothing yet", roles: [] });
  });

  it("keeps what is quoted a string", () => {
    const [server] = parse("roles:", '  - {role: file-server, service: pdf, token: "0033"}').roles;
    expect(server?.given.token).toBe("0033");
  });
});

describe("a mistake", () => {
  it("is an unknown key of a role: named with its line and the nearest one", () => {
    const lines = ["roles:", "  - role: file-server", "    service: pdf", "    tokne: server1"];
    expect(complaint(...lines)).toBe("lab.yaml:4: unknown key tokne; did you mean token?");
    expect(complaint("roles:", "  - role: bootstrap", "    max-mesage: 4k")).toBe(
      "lab.yaml:3: unknown key max-mesage; did you mean maxMessage?",
    );
  });

  it("is an unknown key that is near nothing: named with its line", () => {
    expect(complaint("roles:", "  - role: bootstrap", "    zzzzzzzzzz: 1")).toBe(
      "lab.yaml:3: unknown key zzzzzzzzzz",
    );
  });

  it("is an option of another role", () => {
    expect(complaint("roles:", "  - {role: bootstrap, service: pdf}")).toMatch(
      /^lab\.yaml:2: unknown key service/,
    );
  });

  it("is an unknown key at the top", () => {
    expect(complaint("titel: x", "roles: []")).toBe("lab.yaml:1: unknown key titel; did you mean title?");
  });

  it("is an option that is needed and missing, at its role's line", () => {
    expect(complaint("roles:", "  - role: bootstrap", "  - role: file-server", "    service: pdf")).toBe(
      "lab.yaml:3: file-server: --token is needed",
    );
  });

  it("is a value that the option does not take", () => {
    expect(complaint("roles:", "  - role: bootstrap", "  - {role: bootstrap, port: 70000}")).toMatch(
      /^lab\.yaml:3: bootstrap: --port: must be at most 65535$/,
    );
    expect(complaint("roles:", "  - {role: bootstrap, port: abc}")).toBe(
      "lab.yaml:2: bootstrap: --port: must be a number",
    );
    expect(complaint("roles:", "  - {role: bootstrap, port: 1.5}")).toBe(
      "lab.yaml:2: bootstrap: --port: must be a whole number",
    );
    expect(complaint("roles: [")).toMatch(/^lab\.yaml:\d: (?!.*at line)/);
    expect(complaint("roles:", "  - {role: bootstrap, idle: soon}")).toBe(
      'lab.yaml:2: bootstrap: --idle: "soon" is not a duration: write 30s, 500ms, 2m or 1h',
    );
    expect(complaint("roles:", "  - {role: file-server, service: pdf, token: 33}")).toMatch(
      /^lab\.yaml:2: file-server: --token: must be a string$/,
    );
  });

  it("is an unknown role: with the nearest one", () => {
    expect(complaint("roles:", "  - role: bootstrap", "  - role: file-sever")).toBe(
      'lab.yaml:3: unknown role "file-sever"; did you mean file-server?',
    );
    expect(complaint("roles:", "  - role: 7")).toBe("lab.yaml:2: unknown role 7");
  });

  it("is a role without role:", () => {
    expect(complaint("roles:", "  - port: 1234")).toBe("lab.yaml:2: role: is needed");
  });

  it.each([["  - bootstrap"], ["  - [bootstrap]"], ["  -"]])("is a role that is no mapping: %j", (line) => {
    expect(complaint("roles:", line)).toBe("lab.yaml:2: each role needs role: and its options");
  });

  it("is a list that is none", () => {
    expect(complaint("title: x", "roles: bootstrap")).toBe("lab.yaml:2: roles: must be a list");
    expect(complaint("roles:")).toBe("lab.yaml:1: roles: must be a list");
  });

  it.each(["", "- role: bootstrap", "just text"])("is a file that is no lab: %j", (source) => {
    expect(complaint(source)).toBe("lab.yaml: needs roles: at its top");
  });

  it("is bad YAML: named with its line", () => {
    expect(complaint("title: x", "roles:", "  - role: bootstrap", "   port: 1")).toMatch(/^lab\.yaml:4: ./);
    expect(complaint("title: [x", "roles: []")).toMatch(/^lab\.yaml:\d: ./);
  });

  it("is a key that is there twice", () => {
    expect(complaint("roles:", "  - role: bootstrap", "    port: 1", "    port: 2")).toMatch(
      /^lab\.yaml:[34]: Map keys must be unique/,
    );
  });
});

describe("the name of a lab", () => {
  it("is one of the labs that come with netlabd, or a file of one's own", () => {
    expect(findLabFile("files", shipped)).toBe("/labs/files.yaml");
    expect(findLabFile("./mine", shipped)).toBe(path.resolve("mine"));
    expect(findLabFile("mine.yml", shipped)).toBe(path.resolve("mine.yml"));
  });

  it("that is no lab's is told with the nearest one, all there are, and how to name a file", () => {
    expect(() => findLabFile("flies", shipped)).toThrow(
      'there is no lab "flies": did you mean files? choose echo, files or none; for a file of your own write --lab ./flies.yaml',
    );
    expect(() => findLabFile("zzzzzzzz", shipped)).toThrow(/^there is no lab "zzzzzzzz": choose echo, files/);
  });
});

describe("a lab file that cannot be read", () => {
  it("says what to do, not what the system calls it", () => {
    expect(() => readLabFile("/nowhere/mine.yaml", roles)).toThrow(
      /^there is no lab file \/nowhere\/mine\.yaml: name another with --lab/,
    );
    expect(() => readLabFile("/", roles)).toThrow("/ is a folder: name a lab file in it with --lab");
  });
});
