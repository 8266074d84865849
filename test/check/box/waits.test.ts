/** When nothing more comes of a program: as real ones sleep, poll and wait. */
import { type ChildProcess, spawn } from "node:child_process";
import { expect, it, onTestFinished, vi } from "vitest";
import { Waits } from "../../../src/check/box/waits.ts";
import type { Program, Silence } from "../../../src/check/program.ts";
import { onLinux, programsHere, python, request } from "./programs.ts";

const LISTEN = `
import select, socket, socketserver, sys, threading, time
place = ("127.0.0.1", int(sys.argv[1]))
listener = socket.create_server(place)
`;

async function listening(code: string): Promise<Program> {
  const programs = programsHere();
  const port = await programs.freePort();
  const program = await programs.start(request(`${python(LISTEN + code)} {port}`, { port }));
  await vi.waitFor(async () => expect(await program.listening("tcp")).toHaveLength(1), {
    timeout: 30_000,
    interval: 10,
  });
  return program;
}

const isSilent = (program: Program, silence: Silence) =>
  vi.waitFor(async () => expect(await program.isSilent(silence)).toBe(true), {
    timeout: 30_000,
    interval: 10,
  });

const INPUT: readonly (readonly [string, string])[] = [
  ["time.sleep()", "time.sleep(60)"],
  ["select() of nothing", "select.select([], [], [], 60)"],
  ["a lock's limit", "threading.Event().wait(60)"],
  ["a socket's limit", "listener.settimeout(9); listener.accept()"],
];

it.skipIf(!onLinux).each(INPUT)(
  "a program in %s comes too late for an answer that is due sooner",
  async (_, code) => {
    const program = await listening(code);
    await isSilent(program, { quietMs: 120, leftMs: 2_000 });
  },
);

it.skipIf(!onLinux)("a program that looks again and again has had its turns", async () => {
  const program = await listening("while True: time.sleep(0.2)");
  await isSilent(program, { quietMs: 900, leftMs: 2_000 });
  expect(await program.isSilent({ quietMs: 120, leftMs: 2_000 })).toBe(false);
});

it.skipIf(!onLinux)(
  "a program has had no turns by the clock alone: others may have kept it from its processor",
  async () => {
    const program = await listening("while True: time.sleep(0.03)");
    expect(await program.isSilent({ quietMs: 900, leftMs: 2_000 })).toBe(false);
    await isSilent(program, { quietMs: 900, leftMs: 2_000 });
  },
);

it.skipIf(!onLinux).each([
  [
    "poll()",
    "server = socketserver.TCPServer(place, None, False); server.socket = listener; server.serve_forever()",
  ],
  ["select()", "while True: select.select([listener], [], [], 0.5)"],
  ["epoll", "e = select.epoll(); e.register(listener.fileno())\nwhile True: e.poll(0.5)"],
])("a loop of %s that looks for new clients alone waits for others", async (_, code) => {
  const program = await listening(code);
  await vi.waitFor(async () => expect(await program.isWaiting()).toBe(true), 30_000);
});

it.skipIf(!onLinux)("a loop that looks for a client's words too does not", async () => {
  const code =
    "other = socket.socket(); other.bind(('127.0.0.1', 0))\nwhile True: select.select([listener, other], [], [], 9)";
  const program = await listening(`time.sleep(0.4); ${code}`);
  // Too late to be one of those that it had when it came to listen.
  await vi.waitFor(async () => expect((await program.sample())?.fds).toBe(5), 30_000);
  expect(await program.isWaiting()).toBe(false);
});

function started(command: string, words: readonly string[]): ChildProcess & { readonly pid: number } {
  const child = spawn(command, words, { stdio: ["pipe", "ignore", "ignore"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child as ChildProcess & { readonly pid: number };
}

/** As a shell that has started what computes the answer: it sleeps by then, and is the one that was listed before. */
it.skipIf(!onLinux)(
  "a program does not wait that has begun another process since it was listed",
  async () => {
    const reader = started("cat", []);
    const child = started("sh", ["-c", "while :; do :; done"]);
    const waits = new Waits();
    const silence = { quietMs: 120, leftMs: 2_000 };
    await vi.waitFor(() => expect(waits.areForOthers(() => [reader.pid])).toBe(true), 30_000);
    const since = () => {
      const lists = [[reader.pid], [reader.pid, child.pid]];
      return () => lists.shift() ?? [];
    };
    expect(waits.areForOthers(since())).toBe(false);
    expect(waits.areLongerThan(silence, since())).toBe(false);
    expect(waits.areLongerThan(silence, () => [reader.pid])).toBe(true);
  },
);

/** A thread of this name does this again and again, and the first one waits for a lock. */
const housekeeper = (name: string, work: string) => `
import ctypes
def keep():
    ctypes.CDLL(None).prctl(15, ${JSON.stringify(name)}.encode())
    print("named", flush=True)
    while True: ${work}
threading.Thread(target=keep, daemon=True).start()
lock = threading.Lock()
lock.acquire()
lock.acquire()
`;

async function housekept(name: string, work: string): Promise<Program> {
  const program = await listening(housekeeper(name, work));
  await vi.waitFor(() => expect(program.output).toContain("named"), 10_000);
  return program;
}

it.skipIf(!onLinux).each([
  ["VM Thread", "time.sleep(0.05)"],
  ["GC Thread#0", "time.sleep(0.05)"],
  ["C1 CompilerThre", "time.sleep(0.05)"],
])("a program waits for others beside a %s of Java's that does %s", async (name, work) => {
  await isSilent(await housekept(name, work), { quietMs: 120, leftMs: 2_000 });
});

it.skipIf(!onLinux).each(["VM Thread", "GC Thread#0", "C1 CompilerThre"])(
  "a program does not wait for others while a %s of Java's is at work, for which it may wait itself",
  async (name) => {
    const program = await housekept(name, "pass");
    for (let look = 0; look < 20; look += 1)
      expect(await program.isSilent({ quietMs: 120, leftMs: 2_000 })).toBe(false);
  },
);
