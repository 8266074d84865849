/** A server by HOST:PORT that is not there, or goes: the first is no verdict, the second is. */
import { createSocket } from "node:dgram";
import { createServer, type Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { checkableOf } from "../../src/check/checkable.ts";
import { formats } from "../../src/check/formats/formats.ts";
import { exitOf } from "../../src/check/report.ts";
import { type CheckRequest, runCheck } from "../../src/check/run-check.ts";
import { check, withStatus } from "./checking.ts";

/** Nothing of anybody's listens there. */
const NOWHERE = { host: "127.0.0.1", port: 1 };

describe("a check of a server that is not there", () => {
  it.each([
    ["calculator", []],
    ["chat", ["CHAT-1.*", "ROBUST.*"]],
    ["chat", ["ROBUST.ipv6"]],
    ["bootstrap", []],
    ["bootstrap", ["BOOT-6.errors-are-few"]],
    ["ack", []],
    ["clock", []],
  ])("of %s has no verdict, and its exit status is 6", async (role, cases) => {
    const report = await check(role, { at: NOWHERE, cases });
    expect(report.results).toEqual([]);
    expect(report.score).toEqual({ got: 0, max: 0 });
    expect(report.ended).toEqual({
      code: "not-reached",
      message:
        "nothing was checked: no server listens at 127.0.0.1:1 (ECONNREFUSED). Start your server first, and name the host and port where it listens",
    });
    expect(exitOf(report, false)).toBe(6);
  });

  it.each(["calculator", "clock"])("of %s says so of a host that nobody knows", async (role) => {
    const report = await check(role, { at: { host: "no-such-host.invalid", port: 4390 } });
    expect({ results: report.results, code: report.ended?.code }).toEqual({
      results: [],
      code: "not-reached",
    });
    expect(report.ended?.message).toContain("no-such-host.invalid");
  });

  it("is told in every format, as no verdict", async () => {
    const report = await check("calculator", { at: NOWHERE });
    for (const [name, format] of Object.entries(formats)) {
      const written = format(report, { points: 20 }).replace(/\s+/g, " ");
      expect(written, name).toContain("no server listens at 127.0.0.1:1");
      expect(written, name).not.toMatch(/CALC-|of \d+ points|passed: 0/);
    }
  });
});

describe("a check of a server that goes", () => {
  it("is one of its cases, by TCP", async () => {
    const server = createServer((socket) => socket.on("error", () => undefined).destroy());
    // One client, and nobody after it.
    server.on("connection", () => server.close());
    const at = await listening(server);
    const report = await check("calculator", { at, cases: ["CALC-1.sum", "CALC-2.division-by-zero"] });
    expect(withStatus(report, "failed")).toEqual(["CALC-1.sum", "CALC-2.division-by-zero"]);
    expect(exitOf(report, false)).toBe(1);
  });

  it("is one of its cases, by datagrams", async () => {
    const server = createSocket("udp4");
    server.once("message", (_, { port, address }) => server.send("hm", port, address, () => server.close()));
    await new Promise<void>((ready) => server.bind(0, "127.0.0.1", ready));
    const report = await check("ack", { at: { host: "127.0.0.1", port: server.address().port } });
    expect(report.ended).toBeNull();
    expect(withStatus(report, "failed")).not.toEqual([]);
  });
});

it("is over in the middle of a case where the check is ended, and that case has no verdict", async () => {
  const clients: Socket[] = [];
  const end = new AbortController();
  const server = createServer((socket) => {
    clients.push(socket.on("error", () => undefined));
    // What it was asked stays without an answer.
    socket.once("data", () => end.abort());
  });
  const at = await listening(server);
  const request: CheckRequest = { side: "server", role: "calculator", at, cases: [], seed: 1, repeat: 1 };
  const subject = await checkableOf("calculator");
  const report = await runCheck(request, { subject, programs: undefined, signal: end.signal });
  expect(report.ended?.code).toBe("interrupted");
  expect(report.results).toEqual([]);
  await expect.poll(() => clients.every(({ closed }) => closed)).toBe(true);
});

async function listening(server: ReturnType<typeof createServer>) {
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  onTestFinished(() => void server.close());
  return { host: "127.0.0.1", port: (server.address() as { port: number }).port };
}
