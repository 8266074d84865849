/** What every role of the folder keeps, and what the scan says of one that does not. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { setup } from "xstate";
import { z } from "zod";
import { parseOptions, schemaOf } from "../../src/catalogue/instance-options.ts";
import { faultsOf, scanRoles } from "../../src/catalogue/role-folder.ts";
import { NetlabError } from "../../src/errors.ts";
import { definitionStack, type Role } from "../../src/machines/_role.ts";

const folder = path.join(import.meta.dirname, "../../src/machines");
const fixtures = path.join(import.meta.dirname, "../fixtures");
const wireFile = path.join(import.meta.dirname, "../../docs/wire.md");
const roles = [...(await scanRoles(folder)).values()];

interface Property {
  readonly description?: string;
  readonly secret?: boolean;
  readonly hidden?: boolean;
}

const jsonOf = (role: Role) => z.toJSONSchema(schemaOf(role), { io: "input", unrepresentable: "any" });
const propertiesOf = (role: Role) => Object.entries(jsonOf(role).properties ?? {}) as [string, Property][];

/** A value for each option that has no default. */
function leastGiven(role: Role): Record<string, unknown> {
  const value = (key: string) => (key === "to" ? "localhost:4389" : "sample");
  return Object.fromEntries((jsonOf(role).required ?? []).map((key) => [key, value(key)]));
}

describe.each(roles.map((role) => [role.name, role] as const))("%s", (name, role) => {
  it("has no faults: a phase for each state that waits, and none for any other", () => {
    expect(faultsOf(role)).toEqual([]);
  });

  it("is the only role of the file that is called like it", () => {
    expect(existsSync(path.join(folder, `${name}.ts`))).toBe(true);
  });

  it.runIf(existsSync(wireFile))("names rules that docs/wire.md has", () => {
    const known = new Set(
      readFileSync(wireFile, "utf8").match(/(?<=^- \[)[A-Z]+-\d+(?=\])|(?<=\[)[A-Z]+-\d+(?=\] )/gm),
    );
    for (const [state, { rule }] of Object.entries(role.phases)) {
      expect(known, `the rule of ${state}`).toContain(rule);
    }
  });

  it("has a default for each option that is not needed, and keeps its port", () => {
    const options = parseOptions(role, leastGiven(role));
    expect(options.port).toBe(role.port);
    expect(options.host).toBe("localhost");
    expect(options.restart).toBe(role.side === "client" ? "temporary" : "permanent");
    expect(options.maxMessage).toBe(65_536);
  });

  it("says of each option in words what it is for", () => {
    for (const [key, { description, hidden }] of propertiesOf(role)) {
      expect(hidden || (description ?? "").length > 0, key).toBe(true);
    }
  });

  it("marks its secrets", () => {
    for (const [key, { secret }] of propertiesOf(role)) {
      expect(secret === true, key).toBe(/token|secret|password/i.test(key));
    }
  });

  it("explains only states that it has", () => {
    expect(Object.keys(role.machine.states)).toEqual(
      expect.arrayContaining(Object.keys(role.steps ?? {}).map((step) => step.split(".")[0])),
    );
  });
});

it.each(
  roles
    .filter(({ side, transport }) => side === "server" && transport === "tcp")
    .map((role) => [role.name, role]),
)("%s hears at its root, and so in every state, that its peer is gone", (_, role) => {
  expect((role as Role).machine.root.ownEvents).toContain("peer.closed");
});

it("a role knows the file that defined it, and nothing else does", () => {
  expect(definitionStack(roles[0])).toContain(path.join("src", "machines"));
  for (const nothing of [undefined, null, "role", {}]) expect(definitionStack(nothing)).toBeUndefined();
});

it("there is one role a file", () => {
  const files = readdirSync(folder).filter((name) => !name.startsWith("_"));
  expect(roles.map(({ name }) => `${name}.ts`).sort()).toEqual(files.sort());
});

describe("the scan", () => {
  const scan = (name: string) => scanRoles(path.join(fixtures, name));

  async function refusal(name: string): Promise<NetlabError> {
    const error = await scan(name).catch((thrown: unknown) => thrown);
    if (!(error instanceof NetlabError)) throw new Error(`${name} is not refused: ${error}`);
    return error;
  }

  it("refuses a malformed role, and names the file and all that is wrong", async () => {
    const { code, message } = await refusal("roles-malformed");
    expect(code).toBe("bad-role");
    expect(message).toMatch(/^shouts\.ts: name: lower-case letters/);
    for (const key of ["summary", "transport", "port", "options", "machine"]) {
      expect(message).toContain(`; ${key}: `);
    }
  });

  it("refuses a second role of the same name, and names its file", async () => {
    const { code, message } = await refusal("roles-duplicate");
    expect(code).toBe("bad-role");
    expect(message).toBe('other-echo.ts: there is already a role "twin"');
  });

  it("refuses a file that cannot be imported, and says why", async () => {
    const { code, message } = await refusal("roles-unloadable");
    expect(code).toBe("bad-role");
    expect(message).toBe("falls.ts: it fell while it was read");
  });

  it("passes over files that are private to the folder, and tests and declarations", async () => {
    expect([...(await scan("roles-passed-over")).keys()]).toEqual(["good"]);
  });
});

describe("a fault", () => {
  const listening = { reads: "text", rule: "TEST-1", expects: "anything" } as const;
  const good = {
    name: "talker",
    summary: "talks",
    side: "server",
    transport: "tcp",
    port: 0,
    options: z.object({}),
    phases: { listening },
  };
  const hearing = { "peer.message": "listening", "peer.ended": "closed" };
  const closed = { type: "final" } as const;
  const machineOf = (states: object) =>
    setup({}).createMachine({ id: "talker", initial: "listening", states } as never);
  const faults = (states: object, wrong: object = {}) =>
    faultsOf({ ...good, machine: machineOf(states), ...wrong });

  it("is none of a role that keeps the contract", () => {
    expect(faults({ listening: { on: hearing }, closed })).toEqual([]);
  });

  it("is a phase of a state that the machine has not", () => {
    const phases = { listening, listning: listening };
    expect(faults({ listening: { on: hearing }, closed }, { phases })).toEqual([
      "phases.listning: the machine has no such state",
    ]);
  });

  it("is a state that takes messages and has no phase", () => {
    expect(faults({ listening: { on: hearing }, closed }, { phases: {} })).toEqual([
      "state listening takes peer.message but has no phase",
    ]);
  });

  it("is a phase that does not hear the peer's FIN", () => {
    expect(faults({ listening: { on: { "peer.message": "closed" } }, closed })).toEqual([
      "state listening waits for the peer but does not take peer.ended",
    ]);
  });

  it("is none where a datagram has no FIN", () => {
    expect(faults({ listening: { on: { "peer.message": "listening" } } }, { transport: "udp" })).toEqual([]);
  });

  it("is a record phase without decode", () => {
    const phases = { listening: { ...listening, reads: "record" } };
    expect(faults({ listening: { on: hearing }, closed }, { phases })).toEqual([
      "phases.listening: a record phase needs decode",
    ]);
  });

  it("is a state that nobody can leave", () => {
    expect(faults({ listening: { on: { ...hearing, "peer.message": "stuck" } }, stuck: {}, closed })).toEqual(
      ["state stuck waits for nothing: give it a phase, an invoke, after or always"],
    );
  });

  it("is a conversation without an end", () => {
    expect(faults({ listening: { on: { "peer.message": "listening", "peer.ended": "listening" } } })).toEqual(
      ["the machine has no final state"],
    );
  });

  it("is found in a nested state, by its whole name", () => {
    const inner = { initial: "first", states: { first: { on: { "peer.message": "#talker.closed" } } } };
    expect(faults({ listening: inner, closed: { type: "final" } }, { phases: {} })).toEqual([
      "state listening.first takes peer.message but has no phase",
    ]);
  });

  it("is a file without a default export, or with one that is no role", () => {
    for (const nothing of [undefined, null, 7, "role"]) {
      expect(faultsOf(nothing).join()).toContain("it has no default export made by defineRole");
    }
  });
});
