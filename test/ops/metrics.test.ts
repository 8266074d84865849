/** Health and metrics as a monitoring system asks for them. */
import { spawnSync } from "node:child_process";
import { request } from "node:http";
import { connect } from "node:net";
import { text as textOf } from "node:stream/consumers";
import { describe, expect, it, onTestFinished } from "vitest";
import calculator from "../../src/machines/calculator.ts";
import echo from "../../src/machines/echo.ts";
import { olderText, openMetrics } from "../../src/ops/exposition.ts";
import { Metrics } from "../../src/ops/metrics.ts";
import { OpsServer } from "../../src/ops/ops-server.ts";
import { eventually } from "../actors/harness.ts";
import { daemon, useDaemon } from "../repl/own-daemon.ts";
import { readOpenMetrics } from "./exposition-reader.ts";

useDaemon([calculator, echo]);

const hasPromtool = spawnSync("promtool", ["--version"]).status === 0;

async function open(isStopping = () => false): Promise<{ port: number; metrics: Metrics }> {
  const metrics = new Metrics(daemon.lab);
  const server = new OpsServer({ lab: daemon.lab, metrics, isStopping });
  const address = await server.listen({ host: "127.0.0.1", port: 0 });
  onTestFinished(async () => {
    metrics.close();
    await server.close();
  });
  return { port: Number(new URL(address).port), metrics };
}

async function ask(
  port: number,
  path: string,
  { method = "GET", headers = {} }: { method?: string; headers?: Record<string, string> } = {},
) {
  const { promise, resolve, reject } = Promise.withResolvers<{
    status: number;
    type: string;
    body: string;
  }>();
  request({ host: "127.0.0.1", port, path, method, headers, agent: false }, async (response) => {
    const body = await textOf(response);
    resolve({ status: response.statusCode ?? 0, type: response.headers["content-type"] ?? "", body });
  })
    .on("error", reject)
    .end();
  return promise;
}

const OPEN = { accept: "application/openmetrics-text;version=1.0.0,text/plain;q=0.5" };

/** A conversation that is over, judged. */
async function calculates(port: number): Promise<void> {
  const socket = connect(port, "127.0.0.1", () => socket.end("ann\n1 + 1\nq\n"));
  await textOf(socket);
  await daemon.lab.fresh?.(false);
  await eventually(() => expect(daemon.lab.stories().every(({ judged }) => judged)).toBe(true));
}

describe("GET /metrics", () => {
  it("tells roles, connections, verdicts, the loop's delay and memory, in text that a strict reader takes", async () => {
    const { port, metrics } = await open();
    for (const story of daemon.lab.stories()) metrics.judged(story);
    const sums = await daemon.lab.spawn("calculator", { port: 0 });
    await daemon.lab.spawn("echo", { port: 0 });
    await daemon.lab.stop("echo-1");
    await calculates(sums.port);
    for (const story of daemon.lab.stories()) metrics.judged(story);
    const waiting = connect(sums.port, "127.0.0.1", () => waiting.write("bob\n"));
    await eventually(() => expect(daemon.lab.liveStories()).toHaveLength(1));
    const { status, type, body } = await ask(port, "/metrics", { headers: OPEN });
    expect([status, type]).toEqual([200, "application/openmetrics-text; version=1.0.0; charset=utf-8"]);
    const families = readOpenMetrics(body);
    const value = (name: string, labels: object = {}) =>
      families.get(name)?.samples.find((one) => JSON.stringify(one.labels) === JSON.stringify(labels))?.value;
    expect(value("netlabd_roles", { state: "running" })).toBe(1);
    expect(value("netlabd_roles", { state: "stopped" })).toBe(1);
    expect(value("netlabd_connections", { role: "calculator" })).toBe(1);
    expect(value("netlabd_connections_opened", { role: "calculator" })).toBe(2);
    expect(value("netlabd_verdicts", { role: "calculator", verdict: "ok" })).toBe(1);
    expect(value("netlabd_connections_by_verdict", { verdict: "stuck" })).toBe(0);
    await eventually(async () => {
      const again = readOpenMetrics((await ask(port, "/metrics", { headers: OPEN })).body);
      expect(again.get("netlabd_received_bytes")?.samples[0]?.value).toBe("ann\n1 + 1\nq\nbob\n".length);
    });
    expect(value("netlabd_loop_delay_seconds", { percentile: "99" })).toBeGreaterThanOrEqual(0);
    expect(value("process_resident_memory_bytes")).toBeGreaterThan(1e7);
    expect(families.get("netlabd_received_bytes")?.unit).toBe("bytes");
    waiting.destroy();
  });

  it("has a bound for its labels: roles beyond 64 are counted together, and no peer is a label", async () => {
    const { metrics } = await open();
    for (let count = 0; count < 100; count += 1)
      metrics.judged({ subject: { role: `role-${count}` }, judged: { verdict: "ok", cards: [] } } as never);
    const families = readOpenMetrics(openMetrics(metrics.families()));
    const roles = families.get("netlabd_verdicts")?.samples ?? [];
    expect(roles).toHaveLength(65);
    expect(roles.at(-1)).toMatchObject({ labels: { role: "other" }, value: 36 });
    const labels = [...families.values()].flatMap(({ samples }) =>
      samples.flatMap((one) => Object.keys(one.labels)),
    );
    expect([...new Set(labels)].sort()).toEqual(["lab", "percentile", "role", "state", "verdict", "version"]);
  });

  it("is also in the older text, for readers that do not ask for OpenMetrics", async () => {
    const { port } = await open();
    const { type, body } = await ask(port, "/metrics");
    expect(type).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(body).toMatch(/^# TYPE process_cpu_seconds_total counter$/m);
    expect(body).not.toContain("# EOF");
  });

  it.skipIf(!hasPromtool)("is found right by promtool (skipped without it)", async () => {
    const { port } = await open();
    const { body: input } = await ask(port, "/metrics");
    const { status, stderr, stdout } = spawnSync("promtool", ["check", "metrics"], {
      input,
      encoding: "utf8",
    });
    expect(`${stdout}${stderr}`).toBe("");
    expect(status).toBe(0);
  });

  it("escapes what a label may not hold", () => {
    const odd = {
      name: "odd",
      type: "gauge",
      help: "a\nb",
      samples: [{ labels: { lab: 'x"\\\n' }, value: Number.NaN }],
    } as const;
    expect(olderText([odd])).toBe('# HELP odd a\\nb\n# TYPE odd gauge\nodd{lab="x\\"\\\\\\n"} NaN\n');
    expect(readOpenMetrics(openMetrics([odd])).get("odd")?.samples[0]?.labels).toEqual({ lab: 'x"\\\n' });
  });
});

describe("GET /healthz", () => {
  it("says ok, that a role has failed, and 503 on the way out", async () => {
    let isStopping = false;
    const { port } = await open(() => isStopping);
    expect(await ask(port, "/healthz")).toMatchObject({
      status: 200,
      body: expect.stringContaining('"status":"ok"'),
    });
    const taken = await daemon.lab.spawn("calculator", { port: 0 });
    await daemon.lab.spawn("calculator", { port: taken.port });
    expect(await ask(port, "/healthz")).toMatchObject({
      status: 200,
      body: expect.stringContaining('"status":"degraded"'),
    });
    isStopping = true;
    expect(await ask(port, "/healthz")).toMatchObject({ status: 503 });
  });

  it("answers nothing else, takes nothing, and no page that was led here by another name", async () => {
    const { port } = await open();
    expect((await ask(port, "/")).status).toBe(404);
    expect((await ask(port, "/metrics", { method: "POST" })).status).toBe(405);
    expect((await ask(port, "/healthz", { method: "HEAD" })).status).toBe(200);
    expect((await ask(port, "/metrics", { headers: { host: `evil.example:${port}` } })).status).toBe(421);
    expect((await ask(port, "/metrics", { headers: { host: `localhost:${port}` } })).status).toBe(200);
  });

  it("says which port is taken", async () => {
    const { port, metrics } = await open();
    const second = new OpsServer({ lab: daemon.lab, metrics, isStopping: () => false });
    await expect(second.listen({ host: "127.0.0.1", port })).rejects.toMatchObject({
      code: "metrics-unheard",
      message: expect.stringContaining(`127.0.0.1:${port}`),
    });
  });
});
