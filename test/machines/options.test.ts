/** What people type as durations, sizes and addresses, and what of a role's options is a secret. */
import { describe, expect, it } from "vitest";
import * as z from "zod";
import {
  byteSize,
  duration,
  formatHostPort,
  hostPort,
  parseHostPort,
  port,
  secret,
  secretKeysOf,
} from "../../src/machines/_options.ts";

const said = (schema: z.ZodType, value: unknown) => {
  const parsed = schema.safeParse(value);
  return parsed.success ? parsed.data : parsed.error.issues.map(({ message }) => message).join();
};

describe("a duration", () => {
  it.each([
    ["500ms", 500],
    ["30s", 30_000],
    ["30", 30_000],
    [30, 30_000],
    [0.5, 500],
    ["1.25s", 1_250],
    ["12.5 ms", 12.5],
    [" 2m ", 120_000],
    ["2min", 120_000],
    ["1h", 3_600_000],
    ["2d", 172_800_000],
    ["0", 0],
    ["2147483647ms", 2_147_483_647],
  ])("%j is %d ms", (typed, ms) => {
    expect(said(duration(), typed)).toBe(ms);
  });

  it.each(["", "s", "-1s", "1w", "1.s", ".5s", "1s x", "x1s", "1,5s", "2147483648ms", "25d", "1S"])(
    "is not %j, and says so",
    (typed) => {
      expect(said(duration(), typed)).toBe(
        `${JSON.stringify(typed)} is not a duration: write 30s, 500ms, 2m or 1h`,
      );
    },
  );
});

describe("a size", () => {
  it.each([
    ["4096", 4_096],
    [4_096, 4_096],
    ["1b", 1],
    ["64k", 65_536],
    ["64K", 65_536],
    ["2KiB", 2_048],
    [" 1 m ", 1_048_576],
    ["3mib", 3_145_728],
    ["2g", 2_147_483_648],
    ["0", 0],
  ])("%j is %d bytes", (typed, bytes) => {
    expect(said(byteSize(), typed)).toBe(bytes);
  });

  it.each(["", "k", "1.5k", "-1", "1kb", "1t", "x1", "1 x", "99999999999g"])(
    "is not %j, and says so",
    (typed) => {
      expect(said(byteSize(), typed)).toBe(`${JSON.stringify(typed)} is not a size: write 4096, 64k or 1m`);
    },
  );
});

describe("an address", () => {
  it.each([
    ["localhost:1234", "localhost", 1_234],
    [" 192.168.1.5:1 ", "192.168.1.5", 1],
    ["[::1]:65535", "::1", 65_535],
    ["[fe80::1%eth0]:80", "fe80::1%eth0", 80],
  ])("%j is host and port, and is written so again", (typed, host, number) => {
    expect(said(hostPort(), typed)).toEqual({ host, port: number });
    expect(formatHostPort({ host, port: number })).toBe(typed.trim());
  });

  it.each([
    "",
    "localhost",
    ":1",
    "localhost:",
    "localhost:0",
    "localhost:65536",
    "::1:80",
    "[::1]",
    "a b:1",
    "[a:1",
    "h:123456",
    "x h:1",
    "h:1 x",
    "[::1]x:1",
  ])("is not %j, and says so", (typed) => {
    expect(parseHostPort(typed)).toBeUndefined();
    expect(said(hostPort(), typed)).toBe(
      `${JSON.stringify(typed)} is not an address: write host:port, e.g. localhost:1234 or [::1]:1234`,
    );
  });
});

it("a port is a whole number from 0 to 65535", () => {
  const takes = (value: unknown) => port().safeParse(value).success;
  expect([0, 65_535, -1, 65_536, 1.5, "1"].map(takes)).toEqual([true, true, false, false, false, false]);
});

describe("secrets", () => {
  it("are words that are not empty", () => {
    expect([secret().safeParse("x").success, secret().safeParse("").success]).toEqual([true, false]);
  });

  it("are found below defaults and what may be left out, and nowhere else", () => {
    const options = z.object({
      token: secret(),
      may: secret().optional(),
      has: secret().default("x"),
      both: secret().optional().default("x"),
      name: z.string(),
      list: z.array(z.string()).optional(),
    });
    expect(secretKeysOf({ options })).toEqual(["token", "may", "has", "both"]);
    expect(secretKeysOf({ options })).toBe(secretKeysOf({ options }));
    expect(secretKeysOf({ options: z.object({ name: z.string() }) })).toEqual([]);
  });
});
