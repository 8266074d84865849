/** Calls of a user's code that come back, and a role's words where they do not. */
import { describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { guarded } from "../../src/catalogue/guarded-call.ts";
import { guardedRole } from "../../src/catalogue/guarded-role.ts";
import { optionsAsData, parseOptions } from "../../src/catalogue/instance-options.ts";
import { markLoaded } from "../../src/catalogue/loaded-roles.ts";
import type { Role } from "../../src/machines/_role.ts";

function forEver(): never {
  for (;;);
}

const roleWith = (parts: Partial<Role>) =>
  ({ name: "guess", summary: "guesses", ...parts }) as unknown as Role;

describe("a guarded call", () => {
  it("answers and throws what the code does, and may be within another", () => {
    expect(guarded(() => guarded(() => 1) + 1)).toBe(2);
    expect(() => guarded(() => JSON.parse("{"))).toThrow(SyntaxError);
  });

  it.each([
    ["a loop", forEver],
    ["an endless regular expression", () => /^(a+)+$/.test(`${"a".repeat(60)}b`)],
    [
      "a loop that catches everything",
      () => {
        for (;;)
          try {
            forEver();
          } catch {}
      },
    ],
  ])("cuts %s, also in a callback of a timer", async (_, run) => {
    const cut = await new Promise((resolve) => {
      setTimeout(() => {
        try {
          resolve(guarded(run));
        } catch (error) {
          resolve(error);
        }
      }, 1);
    });
    expect(cut).toMatchObject({ message: "it does not come back" });
  });

  it("lets nobody end the process, and gives process.exit back", () => {
    const { exit } = process;
    expect(() => guarded(() => process.exit(3))).toThrow("it calls process.exit");
    expect(process.exit).toBe(exit);
  });
});

describe("a guarded role", () => {
  it("says what it has to say", () => {
    const onFault = vi.fn();
    const role = guardedRole(
      roleWith({ display: (text) => text.toUpperCase(), offers: () => "much" }),
      onFault,
    );
    expect([role.display?.("word"), role.offers?.({} as never), role.tryIt]).toEqual([
      "WORD",
      "much",
      undefined,
    ]);
    expect(onFault).not.toHaveBeenCalled();
  });

  it("is not asked again for what did not come, and shows more of nobody's secrets than before", () => {
    const onFault = vi.fn();
    const display = vi.fn(forEver);
    const hide = vi.fn(() => {
      throw new Error("no idea");
    });
    const role = guardedRole(roleWith({ display, secrets: { find: () => ["x"], hide } }), onFault);
    expect(role.display?.("word")).toBe("word");
    expect([role.secrets?.hide("a token", "***"), role.secrets?.find("x")]).toEqual(["***", ["x"]]);
    const calls = () => [display, hide].map(({ mock }) => mock.calls.length);
    const before = calls();
    expect([role.display?.("word"), role.secrets?.hide("a token", "***")]).toEqual(["word", "***"]);
    expect(calls()).toEqual(before);
    expect(onFault.mock.calls.map(([, name]) => name)).toEqual(["display", "secrets.hide"]);
  });
});

describe("an option of a user's own making", () => {
  let asked = 0;
  const odd: Record<string, () => unknown> = {
    json: () => ({
      toJSON: () => {
        asked += 1;
        return "as it says";
      },
    }),
    endless: () => ({ toJSON: forEver }),
    getter: () => ({
      get inner() {
        return forEver();
      },
    }),
    proxy: () => new Proxy({}, { get: forEver, ownKeys: forEver, has: forEver }),
    big: () => 7n,
  };
  const options = z.object({ odd: z.string().transform((name) => odd[name]?.()) });
  const role = { name: "guess", summary: "guesses", side: "server", port: 0, options } as unknown as Role;
  markLoaded(role);
  const own = (parsed: object) => (parsed as { odd?: unknown }).odd;

  it("is asked once what it is as data, by the check, and lists tell that", () => {
    const parsed = parseOptions(role, { odd: "json" });
    const before = asked;
    const data = optionsAsData(parsed);
    expect(data).toMatchObject({ odd: "as it says", port: 0, framing: "auto" });
    expect([optionsAsData(parsed) === data, asked === before, typeof own(parsed)]).toEqual([
      true,
      true,
      "object",
    ]);
  });

  it.each([
    ["endless", "it does not come back"],
    ["getter", "it does not come back"],
    ["proxy", "it does not come back"],
    ["big", "Do not know how to serialize a BigInt"],
  ])("that is no data is refused: %s", (name, why) => {
    expect(() => parseOptions(role, { odd: name })).toThrow(`its own check of its options failed: ${why}`);
  });
});
