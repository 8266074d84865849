/** What roles tell of themselves: their states, as their page in the reference has them; and what they offer, by their options. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { rolesText } from "../../scripts/reference/commands-page.ts";
import { rolesPage } from "../../scripts/reference/roles-page.ts";
import { parseOptions } from "../../src/catalogue/instance-options.ts";
import { scanRoles } from "../../src/catalogue/role-folder.ts";

const checkout = path.join(import.meta.dirname, "../..");
const roles = await scanRoles(path.join(checkout, "src/machines"));
const page = (name: string) => readFileSync(path.join(checkout, "docs/reference", name), "utf8");

it("their states and dialogues are those of the reference", () => {
  expect(rolesPage([...roles.values()])).toBe(page("roles.md"));
});

it("their options are those of the reference", () => {
  const commands = page("commands.md");
  for (const text of rolesText([...roles.values()])) expect(commands).toContain(text);
});

const at = { host: "10.0.0.1", port: 7 };

/** A role, what it was given, and what it tells then: its offer, and something to try. */
const told: readonly [role: string, given: Record<string, unknown>, offer: string, tryIt?: string][] = [
  ["ack", {}, "an Ok for every datagram", "netlabctl ack hello --port 7"],
  ["ack-client", { text: 'a "b"' }, String.raw`sends "a \"b\""`],
  ["address-book", {}, "names by e-mail address", "netlabctl lookup luke@gmail.com --port 7"],
  ["address-book-client", { email: "a@b" }, "looks up a@b"],
  ["address-book-client", { email: ["a@b", "c@d"] }, "looks up a@b, c@d"],
  ["bootstrap", {}, "the list of file servers", "netlabctl discover --bootstrap 10.0.0.1:7"],
  ["calculator", {}, "adds, subtracts, multiplies and divides", "netlabctl calc --as ann --port 7"],
  ["calculator-client", { as: "ann" }, "calculates as ann"],
  ["chat", {}, "a chat room", "netlabctl chat --as Ann --login ann --port 7"],
  ["chat-client", { as: "Ann", login: "ann" }, "chats as Ann"],
  ["clock", {}, "date and time", "netlabctl clock --count 3 --port 7"],
  ["clock-client", {}, "asks until it is stopped"],
  ["clock-client", { count: 3 }, "asks 3 times"],
  ["echo", {}, "an echo, and files", "netlabctl echo --port 7"],
  ["echo", { allowRun: ["ls", "ps"] }, "an echo, files, ls and ps", "netlabctl echo --port 7"],
  ["echo-client", {}, "talks to an echo server"],
  ["file-client", { service: "pdf", file: "a.pdf" }, "fetches a.pdf (pdf)"],
  ["file-server", { service: "pdf", token: "t" }, "pdf files", "netlabctl fetch pdf server.pdf"],
  [
    "file-server",
    { service: "txt", token: "t", bootstrap: "10.0.0.2:9" },
    "txt files",
    "netlabctl fetch txt server.txt --bootstrap 10.0.0.2:9",
  ],
  [
    "file-server",
    { service: "txt", token: "t", bootstrap: "10.0.0.2:1234" },
    "txt files",
    "netlabctl fetch txt server.txt",
  ],
  ["knock-knock", {}, "laughs at knock-knock jokes", "netlabctl knock --port 7"],
  ["knock-knock-client", {}, "tells the one about Lettuce"],
  ["knock-knock-client", { byHand: true }, "tells the joke its user types"],
  ["proxy", { to: "localhost:4389", as: "calculator" }, "passes on to the calculator at localhost:4389"],
  ["relay", {}, "messages between named users", "netlabctl relay --as alice --port 7"],
  ["relay-client", { as: "al" }, "is al to others"],
  ["reverse", {}, "its operator's answers, for 4 clients at most", "netlabctl reverse --port 7"],
  [
    "reverse",
    { mirror: true, maxConnections: 9 },
    "a mirror, for 9 clients at most",
    "netlabctl reverse --port 7",
  ],
  ["reverse-client", {}, "reads every line backwards"],
];

function options(name: string, given: Record<string, unknown> = {}) {
  const role = roles.get(name);
  if (!role) throw new Error(`no role ${name}`);
  return { role, options: { ...parseOptions(role, given) } };
}

describe("a role offers", () => {
  it.each(told)("%s with %j: %s", (name, given, offer, tryIt) => {
    const { role, options: known } = options(name, given);
    expect([role.offers?.(known), role.tryIt?.(at, known)]).toEqual([offer, tryIt]);
  });

  it("something, each of them", () => {
    expect([...new Set(told.map(([name]) => name))].sort()).toEqual([...roles.keys()].sort());
  });

  it("nothing more to type than is needed: its usual port is not named", () => {
    const { role, options: known } = options("bootstrap");
    expect(role.tryIt?.({ host: "10.0.0.1", port: 1_234 }, known)).toBe("netlabctl discover");
  });
});

describe("a role's last words", () => {
  it.each([
    ["chat", ":Server:The room closes"],
    ["echo", "Closing..."],
    ["relay", "Closing.."],
  ])("of %s are %j when it stops", (name, words) => {
    const { role, options: known } = options(name);
    expect(role.farewell?.(known)).toBe(words);
  });

  it("to one client too many are its protocol's", () => {
    const { role: reverse, options: known } = options("reverse", { rejectWord: "no room" });
    expect(reverse.refusal?.(known)).toBe("no room");
    const { role: book, options: bookOptions } = options("address-book");
    expect(String(book.refusal?.(bookOptions))).toBe("R\u0017Error: Too many clients");
  });

  it("are none of any other", () => {
    const silent = [...roles.values()].filter(({ farewell, refusal }) => !farewell && !refusal);
    expect(silent.map(({ name }) => name)).not.toContain("chat");
    expect(silent).toHaveLength(roles.size - 5);
  });
});

it("a file server is reached on its swapped port too, where it is asked to be and there is another", () => {
  const extra = (port: number, alsoSwapped: boolean) => {
    const { role, options: known } = options("file-server", { service: "pdf", token: "t", alsoSwapped });
    return role.extraPorts?.(port, known);
  };
  expect([extra(1_236, true), extra(1_236, false), extra(257, true)]).toEqual([[54_276], [], []]);
});
