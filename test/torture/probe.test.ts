/** The probe of the ordeals: every stretch has an answer in it, however short, and a server that does not answer is told as what it is. */
import { createServer, type Server, type Socket } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { compared, isUnharmed, Probe, type Probes, p99 } from "./_probe.ts";

interface Echo {
  readonly port: number;
  /** Whoever speaks from here on is heard, and not answered. */
  fallSilent(): void;
  /** Somebody has. */
  isAsked(): Promise<void>;
  /** Answers what it has kept to itself so far. */
  answer(): void;
}

async function echo(): Promise<Echo> {
  let isSilent = false;
  const kept: (() => void)[] = [];
  const asked = Promise.withResolvers<void>();
  const sockets = new Set<Socket>();
  const server: Server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.write("Enter your command please");
    socket.on("error", () => undefined);
    socket.on("data", (bytes) => {
      if (!isSilent) return void socket.write(bytes);
      kept.push(() => void socket.write(bytes));
      asked.resolve();
    });
  });
  await new Promise<void>((listens) => server.listen(0, "127.0.0.1", listens));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    port: (server.address() as { port: number }).port,
    fallSilent: () => {
      isSilent = true;
    },
    isAsked: () => asked.promise,
    answer: () => {
      isSilent = false;
      for (const one of kept.splice(0)) one();
    },
  };
}

async function probing(options: { everyMs?: number; patienceMs?: number } = {}) {
  const server = await echo();
  const probe = await Probe.start({ echo: server.port, everyMs: 2, pid: process.pid, ...options });
  onTestFinished(() => probe.end());
  return { server, probe };
}

it("has an answer in each stretch, also in one that is over at once", async () => {
  // Pauses are far longer than the stretches are.
  const { probe } = await probing({ everyMs: 60_000 });
  for (let stretch = 0; stretch < 50; stretch += 1) {
    const { probes } = await probe.during(async () => undefined);
    expect(probes.unanswered).toEqual([]);
    expect([probes.tcp.length > 0, probes.plain.length > 0]).toEqual([true, true]);
  }
});

it("has in a stretch the question that was under way at its end, with all the time that it took", async () => {
  const { probe, server } = await probing();
  const { probes } = await probe.during(async () => {
    server.fallSilent();
    await server.isAsked();
    setTimeout(server.answer, 1_100);
  });
  expect(p99(probes.tcp)).toBeGreaterThanOrEqual(1_090);
  const now = { ...probes, plain: [1], starvedMs: 0 };
  expect(isUnharmed({ ...now, tcp: [1] }, now, "short")).toBe(false);
});

it("is not for ever with a server that answers no more, and says so", async () => {
  const { probe, server } = await probing({ patienceMs: 300 });
  // What was answered before is of this stretch.
  await probe.during(async () => {
    server.fallSilent();
    await server.isAsked();
  });
  for (const _stretch of [1, 2]) {
    const { probes } = await probe.during(async () => undefined);
    expect(probes.tcp).toEqual([]);
    expect(probes.unanswered).toContain("tcp");
    expect(isUnharmed({ ...probes, tcp: [1] }, probes, "short")).toBe(false);
    expect(compared(probes, probes)).toMatch(/^tcp .*not answered for 0\.3 s; /);
  }
});

it("calls a client unharmed whose p99 has not doubled, nor is far above a plain server's, and is no noise", () => {
  const of = (tcp: number, plain = 1, starvedMs = 0): Probes => ({
    ...{ tcp: [tcp], plain: [plain], udp: [], lost: 0 },
    ...{ unanswered: [], patienceMs: 10_000, starvedMs },
  });
  const [quiet, slow] = [of(10), of(1_001)];
  expect([of(10), of(20), of(30, 15)].map((now) => isUnharmed(quiet, now, "long"))).toEqual([
    true,
    true,
    true,
  ]);
  expect([of(21), slow].map((now) => isUnharmed(quiet, now, "long"))).toEqual([false, false]);
  expect([of(999), slow].map((now) => isUnharmed(quiet, now, "short"))).toEqual([true, false]);
  expect(["short" as const, "long" as const].map((size) => isUnharmed(quiet, of(1_001, 1, 2), size))).toEqual(
    [true, false],
  );
  const silent: Probes = { ...of(10), tcp: [] };
  expect(isUnharmed(quiet, silent, "short")).toBe(false);
});
