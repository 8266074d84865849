/** Small helps of the machines: copies of what one remembers, remarks on padding, dialogues with a name in them. */
import { describe, expect, it } from "vitest";
import { textOfRead } from "../../src/machines/_assumed.ts";
import { clientOf } from "../../src/machines/_counterparts.ts";
import { dataCopy } from "../../src/machines/_data-copy.ts";
import { linesFor } from "../../src/machines/_dialogue.ts";
import { paddingNote } from "../../src/machines/_padding.ts";
import { reversedText } from "../../src/machines/_reversed-text.ts";
import { worldMembers } from "../../src/machines/_world.ts";
import echo from "../../src/machines/echo.ts";
import { fakeWorld } from "../fakes.ts";

describe("a copy of what a machine remembers", () => {
  it("has all data, and shares none of it", () => {
    const bytes = Buffer.from("ab");
    const value = {
      text: "a",
      number: 1,
      no: null,
      yes: true,
      bytes,
      at: new Date(5),
      list: [1, [2]],
      set: new Set([1, "a"]),
      map: new Map<unknown, unknown>([["a", { b: 1 }]]),
      bare: Object.assign(Object.create(null), { a: 1 }),
      empty: {},
    };
    const copy = dataCopy(value) as typeof value;
    expect(copy).toEqual({ ...value, bare: { a: 1 } });
    bytes.fill(0);
    value.list.push(3);
    value.set.add("b");
    expect([String(copy.bytes), copy.list, copy.set.size]).toEqual(["ab", [1, [2]], 2]);
    expect(copy.at).not.toBe(value.at);
    expect(dataCopy(new Uint8Array([1]))).toEqual(Buffer.from([1]));
  });

  it("has nothing that acts: functions, symbols, objects of a class, proxies, what is nothing but functions", () => {
    class Peer {
      readonly id = "c1";
    }
    const acting = { send: () => 1, close: () => 2 };
    expect(dataCopy({ call: () => 1, sign: Symbol("a"), peer: new Peer(), acting, a: 1 })).toEqual({ a: 1 });
    expect(dataCopy({ proxy: new Proxy({ a: 1 }, {}), some: { send: () => 1, b: 2 } })).toEqual({
      some: { b: 2 },
    });
    expect([dataCopy(() => 1), dataCopy(new Peer()), dataCopy(acting)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("asks no accessor, though it may be seen", () => {
    let asked = 0;
    const value = {
      get count() {
        asked += 1;
        return asked;
      },
      a: 1,
    };
    expect([dataCopy(value), asked]).toEqual([{ a: 1 }, 0]);
  });

  it("ends six levels down, and after a thousand entries", () => {
    expect(dataCopy([[[[[[1]]]]]])).toEqual([[[[[[1]]]]]]);
    expect(dataCopy([[[[[[[1], 2]]]]]])).toEqual([[[[[[undefined, 2]]]]]]);
    expect(dataCopy({ a: { b: { c: { d: { e: { f: { g: 1 }, h: 2 } } } } } })).toEqual({
      a: { b: { c: { d: { e: { h: 2 } } } } },
    });
    const many = Array.from({ length: 1_001 }, (_, index) => index);
    expect(dataCopy(many)).toHaveLength(1_000);
    expect((dataCopy(new Set(many)) as Set<number>).size).toBe(1_000);
    expect((dataCopy(new Map(many.map((one) => [one, one]))) as Map<number, number>).size).toBe(1_000);
    const deep = new Map([[{ a: { b: { c: { d: { e: 1 } } } } }, 1]]);
    expect([...(dataCopy(deep) as Map<unknown, unknown>).keys()]).toEqual([
      { a: { b: { c: { d: { e: 1 } } } } },
    ]);
  });
});

describe("a note on padding", () => {
  it.each([
    ["ab", undefined],
    ["", undefined],
    ["ab\0", "a NUL follows"],
    ["ab\0\0", "2 bytes follow"],
    ["\0ab", "3 bytes follow"],
  ])("of %j is %j", (reply, what) => {
    const note =
      what &&
      `note: ${what} the text (strlen() + 1, or the whole buffer): send only the text, strlen() bytes [ECHO-0]`;
    expect([paddingNote(reply, "ECHO-0"), paddingNote(Buffer.from(reply), "ECHO-0")]).toEqual([note, note]);
  });
});

it("what a machine was given, and does not know by itself, is known by name", () => {
  const { notes: _ofTheFake, registrations: _too, ...given } = fakeWorld(echo);
  expect([...worldMembers].sort()).toEqual([...Object.keys(given), "peer"].sort());
});

it("a dialogue is said with the client's own name, wherever it stands", () => {
  const lines = [{ client: "{name}:{name}" }, { server: "hi {name}" }, { client: "q" }];
  expect(linesFor({ lines }, "al")).toEqual([{ client: "al:al" }, { server: "hi al" }, { client: "q" }]);
});

it("lines are read from their ends, letter by letter as people count them", () => {
  expect(reversedText("taco cat\r\nxy\n\nz")).toBe("tac ocat\r\nyx\n\nz");
  expect(reversedText("e\u0301a🇨🇭")).toBe("🇨🇭ae\u0301");
});

it("the ending that a program puts behind its text is none of it", () => {
  expect(["ab\r\n\0\0", "a\0b\n", "\n", "ab"].map((text) => textOfRead(Buffer.from(text)))).toEqual([
    "ab",
    "a\0b",
    "",
    "ab",
  ]);
  expect(textOfRead(undefined)).toBe("");
});

it("a client role is named after the server that it asks", () => {
  const roles = new Map(["file-client", "echo-client"].map((name) => [name, { name }])) as never;
  const nameOf = (server: string) => clientOf(server, roles)?.name;
  expect(["file-server", "echo", "chat"].map(nameOf)).toEqual(["file-client", "echo-client", undefined]);
});
