/** Real programs at the other end of a real connection, each caught in what it does. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { isOnlyInTimeWait, type ProgramSample, programAt, socketsOn } from "../../src/os/proc.ts";
import { eventually } from "../e2e/eventually.ts";

const LISTEN = `
import socket, sys, time
s = socket.socket()
s.bind(("127.0.0.1", 0))
s.listen()
print(s.getsockname()[1], flush=True)
`;

/** A server of the test's own, in Python; resolves to its port. */
async function server(code: string): Promise<{ child: ChildProcess; port: number }> {
  const child = spawn("python3", ["-c", LISTEN + code], { stdio: ["pipe", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [line] = (await once(child.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
  return { child, port: Number(line.toString()) };
}

async function connection(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  await once(socket, "connect");
  return socket;
}

const sampleOf = (socket: Socket) =>
  programAt({
    peer: { address: "127.0.0.1", port: socket.remotePort ?? 0 },
    ours: { port: socket.localPort ?? 0 },
  });

/** Samples until it is so, for as long as a slow machine may take. */
async function shows(socket: Socket, expected: Partial<ProgramSample>): Promise<ProgramSample | undefined> {
  return vi.waitFor(
    async () => {
      const sample = await sampleOf(socket);
      expect(sample).toMatchObject(expected);
      return sample;
    },
    { timeout: 30_000, interval: 20 },
  );
}

describe.skipIf(process.platform !== "linux")("a program at the other end", () => {
  it("is told by name and number, never with its arguments", async () => {
    const { child, port } = await server("c, _ = s.accept()\nc.recv(100)\n");
    const sample = await shows(await connection(port), { doing: "receiving" });
    expect(sample?.pid).toBe(child.pid);
    expect(sample?.name).toMatch(/^python3/);
    expect(JSON.stringify(sample)).not.toContain("socket");
  });

  it("is the child that has taken the connection over, also where its parent was found with it before", async () => {
    const forks = "import os\nsys.stdin.readline()\nif os.fork() == 0:\n  c.recv(100)\n  os._exit(0)\n";
    const { child, port } = await server(`c, _ = s.accept()\n${forks}time.sleep(60)\n`);
    const socket = await connection(port);
    await shows(socket, { doing: "keyboard", pid: child.pid ?? 0 });
    child.stdin?.write("\n");
    const sample = await shows(socket, { doing: "receiving" });
    expect(sample?.pid).toBeGreaterThan(child.pid ?? 0);
    socket.destroy();
  });

  it.each<[string, string, Partial<ProgramSample>]>([
    ["recv()", "c, _ = s.accept()\nc.recv(100)\n", { doing: "receiving", isAccepted: true }],
    ["the keyboard", "c, _ = s.accept()\nsys.stdin.readline()\n", { doing: "keyboard", isAccepted: true }],
    [
      "nothing: it computes",
      "c, _ = s.accept()\nwhile True: pass\n",
      { doing: "computing", isAccepted: true },
    ],
    ["sleep()", "c, _ = s.accept()\ntime.sleep(60)\n", { doing: "sleeping", isAccepted: true }],
    ["poll()", "c, _ = s.accept()\nc.settimeout(60)\nc.recv(100)\n", { doing: "polling", isAccepted: true }],
    ["accept() for another", "c, _ = s.accept()\ns.accept()\n", { doing: "accepting", isAccepted: true }],
    ["the keyboard, before accept()", "sys.stdin.readline()\n", { doing: "keyboard", isAccepted: false }],
  ])("waits in %s", async (_, code, expected) => {
    const { port } = await server(code);
    await shows(await connection(port), { ...expected, isCertain: true });
  });

  it("is stopped where it was stopped", async () => {
    const { child, port } = await server("c, _ = s.accept()\nc.recv(100)\n");
    const socket = await connection(port);
    await shows(socket, { doing: "receiving" });
    child.kill("SIGSTOP");
    await shows(socket, { doing: "stopped", isCertain: true });
  });

  it("that serves another client has not accepted this one", async () => {
    const { port } = await server("while True:\n  c, _ = s.accept()\n  c.recv(100)\n");
    const first = await connection(port);
    await shows(first, { doing: "receiving", isAccepted: true });
    await shows(await connection(port), { doing: "servingAnother", isAccepted: false });
  });

  it("has our bytes unread", async () => {
    const { port } = await server("c, _ = s.accept()\ntime.sleep(60)\n");
    const socket = await connection(port);
    socket.write("15 + 35");
    await shows(socket, { doing: "sleeping", unreadBytes: 7 });
  });

  it("with threads is where the thread of this connection is", async () => {
    const code =
      "import threading\nc, _ = s.accept()\nthreading.Thread(target=lambda: c.recv(100)).start()\ntime.sleep(60)\n";
    const { port } = await server(code);
    await shows(await connection(port), { doing: "receiving", isCertain: true });
  });

  /** A thread for each client: the first one is in accept() again at once. */
  const threaded = (body: string) =>
    `import threading, select, os\nlock = threading.Lock()\nlock.acquire()\ndef serve(c):\n  ${body}\nwhile True:\n  c, _ = s.accept()\n  threading.Thread(target=serve, args=(c,), daemon=True).start()\n`;

  it.each<[string, string, Partial<ProgramSample>]>([
    ["sleeps", "c.recv(100); time.sleep(60)", { doing: "sleeping", isCertain: false }],
    ["computes", "c.recv(100)\n  while True: pass", { doing: "computing", isCertain: false, unreadBytes: 0 }],
    ["receives", "while True: c.recv(100)", { doing: "receiving", isCertain: true }],
    ["waits for a lock", "c.recv(100); lock.acquire()", { doing: "otherwise", isCertain: false }],
    [
      "is in poll()",
      "select.select([c], [], []); c.recv(100); select.select([c], [], [])",
      { doing: "polling" },
    ],
  ])("is not in accept() where another thread is, and the one that serves %s", async (_, body, expected) => {
    const { port } = await server(threaded(body));
    const socket = await connection(port);
    socket.write("15 + 35");
    await shows(socket, { ...expected, unreadBytes: 0, isAccepted: true });
  });

  it("serves no one here where its only other thread serves another client", async () => {
    const code =
      "import threading\nfirst, _ = s.accept()\nthreading.Thread(target=first.recv, args=(100,), daemon=True).start()\nwhile True:\n  c, _ = s.accept()\n";
    const { port } = await server(code);
    await shows(await connection(port), { doing: "receiving" });
    const second = await connection(port);
    await shows(second, { isAccepted: true, doing: "otherwise", isCertain: false });
  });

  const FORKING = (child: string, parent: string) =>
    `import os\nwhile True:\n  c, _ = s.accept()\n  if os.fork() == 0:\n    ${child}\n    os._exit(0)\n  ${parent}\n`;

  it.each([
    ["its parent keeps the socket", "pass"],
    ["its parent closed its copy", "c.close()"],
  ])("is the child after fork(), where %s", async (_, parent) => {
    const { child, port } = await server(FORKING("c.recv(100); time.sleep(60)", parent));
    const socket = await connection(port);
    socket.write("15 + 35");
    const sample = await shows(socket, { doing: "sleeping", unreadBytes: 0 });
    onTestFinished(() => void process.kill(sample?.pid ?? 0, "SIGKILL"));
    expect(sample?.pid).not.toBe(child.pid);
  });

  it("is the parent where the child has ended and the socket was left open", async () => {
    const { child, port } = await server(FORKING("c.recv(100)", "pass"));
    const socket = await connection(port);
    socket.write("15 + 35");
    await shows(socket, { doing: "accepting", isCertain: true, ...(child.pid ? { pid: child.pid } : {}) });
  });

  it("watches with epoll, whatever it does with our bytes", async () => {
    const code =
      "import select\nc, _ = s.accept()\ne = select.epoll()\ne.register(s, select.EPOLLIN)\ne.poll()\n";
    const { port } = await server(code);
    const socket = await connection(port);
    socket.write("15 + 35");
    await shows(socket, { doing: "polling", isCertain: true, unreadBytes: 7 });
  });

  it("is unknown where it is this very process", async () => {
    const listener = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void listener.close());
    await once(listener, "listening");
    const socket = await connection((listener.address() as AddressInfo).port);
    expect(await sampleOf(socket)).toBeUndefined();
  });
});

describe.skipIf(process.platform !== "linux")("a port", () => {
  it("is only in TIME_WAIT after a server closed a connection first, and was not before", async () => {
    const { child, port } = await server(
      "c, _ = s.accept()\nc.close()\ns.close()\nprint('over', flush=True)\ntime.sleep(60)\n",
    );
    expect(await isOnlyInTimeWait(port)).toBe(false);
    const said = once(child.stdout as NodeJS.ReadableStream, "data");
    const socket = connect(port, "127.0.0.1");
    socket.resume();
    await once(socket, "close");
    await said;
    // Our FIN may still be on its way.
    await eventually(async () => expect(await isOnlyInTimeWait(port)).toBe(true));
    expect((await socketsOn("tcp", port)).map(({ state }) => state)).toContain(6);
  });

  it("that nobody ever had is not", async () => {
    expect(await isOnlyInTimeWait(1)).toBe(false);
  });
});
