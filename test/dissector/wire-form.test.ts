/** Messages of roles as data: of each server, and what is refused of a user's. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import guessNumber from "../../examples/guess-number.ts";
import { shippedRoles } from "../../src/catalogue/shipped-roles.ts";
import { wireFaults } from "../../src/catalogue/wire-faults.ts";
import { dissectorLua, partsOf } from "../../src/dissector/dissector.ts";
import { luaFolder } from "../../src/dissector/lua-folder.ts";
import type { MessageForm, WireForm } from "../../src/wire/wire-form.ts";

const servers = [...(await shippedRoles()).values()].filter(({ side }) => side === "server");
const rules = new Set(
  [...readFileSync("docs/wire.md", "utf8").matchAll(/^- \[([A-Z]+-\d+)\]/gm)].map(([, rule]) => rule),
);
const messagesOf = ({ client, server }: WireForm): MessageForm[] =>
  [...Object.values(client), ...Object.values(server)]
    .flat()
    .flatMap((form): MessageForm[] => ("carries" in form ? [form, ...form.carries] : [form]));

describe.each(servers.map((role) => [role.name, role] as const))("%s", (_name, { wire }) => {
  it("says what its messages are, and nothing that a dissector cannot be made of", () => {
    expect(wire && wireFaults(wire)).toEqual([]);
  });

  it("names rules of docs/wire.md alone", () => {
    const named = messagesOf(wire as WireForm).map(({ rule }) => rule);
    expect(named.filter((rule) => !rules.has(rule))).toEqual([]);
  });
});

it("the fields that are known for secrets are the tokens", () => {
  const secrets = servers.flatMap(({ name, wire }) =>
    Object.entries((wire as WireForm).fields).flatMap(([field, { isSecret }]) =>
      isSecret ? [`${name}.${field}`] : [],
    ),
  );
  expect(secrets.sort()).toEqual(["bootstrap.token", "file-server.token"]);
});

const form: WireForm = {
  title: "T",
  fields: { word: { kind: "word", label: "Word" } },
  client: { saying: [{ name: "word", rule: "T-1", text: "say {word}" }] },
  server: { saying: [{ name: "word", rule: "T-1", text: "{word}" }] },
};
const said = form.client.saying?.[0] as MessageForm;

describe("what is wrong with a user's", () => {
  it.each([
    [{ fields: {} }, ["wire.client.saying, word: no field word", "wire.server.saying, word: no field word"]],
    [
      { fields: { ...form.fields, message: { kind: "word", label: "M" } } },
      ["wire.fields.message: every dissector has a field of this name"],
    ],
    [
      { fields: { ...form.fields, "a-b": { kind: "word", label: "M" } } },
      ["wire.fields.a-b: use lower-case letters, digits and _"],
    ],
    [{ client: {} }, ["wire.client: it has no state"]],
    [
      { client: { saying: [{ ...said, leads: { server: "gone" } }] } },
      ["wire.client.saying, word: leads to wire.server.gone, which is not there"],
    ],
    [
      { client: { saying: [said, { name: "any", rule: "T-1", raw: true }] } },
      ["wire.client.saying: its messages are of several kinds: text, raw"],
    ],
  ] as [Partial<WireForm>, string[]][])("is told: %j", (changes, faults) => {
    expect(wireFaults({ ...form, ...changes })).toEqual(faults);
  });
});

describe("a pattern", () => {
  it("is what it says, its fields and its white space", () => {
    expect(partsOf("a,{ip} {rest...}{ }b")).toEqual([
      "a,",
      { field: "ip" },
      " ",
      { field: "rest", isToLast: true },
      { isBlank: true },
      "b",
    ]);
  });
});

describe("the Lua of a role", () => {
  it("has the role's ports, and no byte that Lua would read otherwise", () => {
    const wire = { ...form, title: 'a "\\\u00e9\n' };
    const text = dissectorLua(
      [{ role: { ...guessNumber, wire }, form: wire, ports: [4400, 43389] }],
      "0.0.0",
    );
    expect(text).toContain('["ports"] = "4400,43389"');
    expect(text).toContain('["title"] = "a \\"\\\\\\195\\169\\010"');
  });

  it("goes into the folder that tshark names, else into the usual one", () => {
    expect(luaFolder("/h", "Personal Lua Plugins:\t/x/plugins\nGlobal Lua Plugins: /y\n")).toBe("/x/plugins");
    expect(luaFolder("/h", "")).toBe("/h/.local/lib/wireshark/plugins");
  });
});
