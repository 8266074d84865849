/** Requests that are ours, and those that only look like it. */
import type { IncomingMessage } from "node:http";
import { describe, expect, it } from "vitest";
import { fenceOfAsking, fenceOfReading, originsOf } from "../../src/web/fences.ts";

const origins = originsOf(["127.0.0.1", "localhost", "[::1]", "https://lab.example.org"], 8480, false);
const request = (headers: Record<string, string>) => ({ headers }) as unknown as IncomingMessage;

describe("a request's Host", () => {
  it.each(["127.0.0.1:8480", "localhost:8480", "[::1]:8480", "lab.example.org"])("may be %s", (host) => {
    expect(fenceOfReading(request({ host }), origins)).toBe("passed");
  });

  it.each([
    "evil.test:8480",
    "127.0.0.1.evil.test:8480",
    "127.0.0.1:8481",
    "127.0.0.1",
    "127.evil:8480",
    "localhost:8480.evil.test",
    "lab.example.org:8480",
    "",
  ])("may not be %j", (host) => {
    expect(fenceOfReading(request({ host }), origins)).toBe("wrong-host");
  });

  it("may not be left out", () => {
    expect(fenceOfReading(request({}), origins)).toBe("wrong-host");
  });
});

describe("a request that asks for more than a file", () => {
  const asking = (headers: Record<string, string>) =>
    fenceOfAsking(request({ host: "127.0.0.1:8480", ...headers }), origins);

  it("comes from the page's own origin", () => {
    expect(asking({ origin: "http://127.0.0.1:8480" })).toBe("passed");
    expect(asking({ origin: "http://127.0.0.1:8480", "sec-fetch-site": "same-origin" })).toBe("passed");
  });

  it.each([
    ["another port", "http://127.0.0.1:8481"],
    ["the other name of this machine", "http://localhost:8480"],
    ["another scheme", "https://127.0.0.1:8480"],
    ["a longer name", "http://127.0.0.1:8480.evil.test"],
    ["a sandboxed frame", "null"],
  ])("is refused from %s", (_, origin) => {
    expect(asking({ origin })).toBe("wrong-origin");
  });

  it("is refused without an Origin", () => {
    expect(asking({})).toBe("wrong-origin");
  });

  it("is refused where the browser says that another site made it", () => {
    const origin = "http://127.0.0.1:8480";
    expect(asking({ origin, "sec-fetch-site": "cross-site" })).toBe("wrong-origin");
    expect(asking({ origin, "sec-fetch-site": "same-site" })).toBe("wrong-origin");
  });

  it("is held to the origin of a proxy before us where it came by its name", () => {
    const host = "lab.example.org";
    expect(fenceOfAsking(request({ host, origin: "https://lab.example.org" }), origins)).toBe("passed");
    expect(fenceOfAsking(request({ host, origin: "http://lab.example.org" }), origins)).toBe("wrong-origin");
    expect(fenceOfAsking(request({ host, origin: "http://127.0.0.1:8480" }), origins)).toBe("wrong-origin");
  });
});
