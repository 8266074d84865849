/** A story finds the role that played it by a number, and what hides its tokens by the role. */
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { secret } from "../../src/machines/_options.ts";
import type { Role } from "../../src/machines/_role.ts";
import { contextOf, editionOf, roleOf, secretsOf } from "../../src/stories/editions.ts";
import type { StorySubject } from "../../src/stories/story.ts";

const role = (name: string, more: object = {}) => ({ name, ...more }) as unknown as Role;
const of = (name: string, edition: number) => ({
  subject: { role: name, edition } as StorySubject,
  secrets: [] as string[],
});

describe("an edition", () => {
  it("is the same for the same role, and another for each other", () => {
    const first = role("echo");
    const again = role("echo");
    const number = editionOf(first);
    expect(number).toBeGreaterThan(0);
    expect(editionOf(again)).toBe(number + 1);
    expect([editionOf(first), editionOf(again)]).toEqual([number, number + 1]);
    expect([roleOf(of("echo", number)), roleOf(of("echo", number + 1))]).toEqual([first, again]);
  });

  it("is none of another's name: then the role of that name is, where one is known", () => {
    const echo = role("echo");
    const chat = role("chat");
    const number = editionOf(echo);
    expect(roleOf(of("chat", number))).toBeUndefined();
    expect(roleOf(of("chat", number), new Map([["chat", chat]]))).toBe(chat);
    expect(roleOf(of("chat", 0), new Map([["chat", chat]]))).toBe(chat);
    expect(roleOf(of("echo", number), new Map([["echo", role("echo")]]))).toBe(echo);
  });

  it("is forgotten after 256 more of its name, and no other role with it", () => {
    const other = editionOf(role("steady"));
    const oldest = editionOf(role("restless"));
    const second = editionOf(role("restless"));
    for (let count = 0; count < 255; count += 1) editionOf(role("restless"));
    expect(roleOf(of("restless", oldest))).toBeUndefined();
    expect(roleOf(of("restless", second))).toBeDefined();
    expect(roleOf(of("steady", other))).toBeDefined();
  });
});

describe("how a story is shown", () => {
  it("is how its role shows it, without the role's tokens and its own", () => {
    const display = (text: string) => text;
    const hiding = role("echo", {
      display,
      secrets: { hide: (text: string) => text, isSecret: () => false },
    });
    const plain = of("echo", editionOf(hiding));
    expect(contextOf(plain).display).toBe(display);
    expect(contextOf(plain).redactor).toBeDefined();
    const bare = of("echo", editionOf(role("echo")));
    expect(contextOf(bare)).toEqual({ display: undefined, redactor: undefined });
    expect(contextOf({ ...bare, secrets: ["pw"] }).redactor?.text("pw")).toBe("‹2 bytes, hidden›");
    expect(contextOf(of("chat", 0), new Map([["chat", role("chat", { display })]])).display).toBe(display);
  });
});

describe("an instance's secrets", () => {
  it("are the values of its secret options that are text, and there", () => {
    const options = z.object({
      token: secret(),
      other: secret().optional(),
      none: secret().optional(),
      pin: z.number().meta({ secret: true }),
      name: z.string(),
    });
    expect(secretsOf(role("echo", { options }), { token: "pw", other: "", pin: 7, name: "a" })).toEqual([
      "pw",
    ]);
  });
});
