/** The program under test as a case sees it: real programs, real sockets, without a box. */
import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, it, vi } from "vitest";
import type { Program } from "../../../src/check/program.ts";
import { isAlive } from "../../actors/processes.ts";
import { onLinux, programsHere, python, request } from "./programs.ts";

const LISTEN =
  "import socket,sys,time\ns=socket.socket()\ns.bind((sys.argv[1],int(sys.argv[2])))\ns.listen()\n";
const server = (code: string) => `${python(LISTEN + code)} {host} {port}`;

const listens = (program: Program) =>
  vi.waitFor(
    async () => {
      const rows = await program.listening("tcp");
      expect(rows).not.toEqual([]);
      return rows;
    },
    { timeout: 30_000, interval: 10 },
  );

describe.skipIf(!onLinux)("a program under test", () => {
  it("listens where /proc says, and nobody has connected to find out", async () => {
    const programs = programsHere();
    const port = await programs.freePort();
    const program = await programs.start(request(server("s.settimeout(3)\ns.accept()"), { port }));
    expect(await listens(program)).toEqual([{ port, address: "127.0.0.1", family: 4 }]);
    expect((await program.ended).code).toBe(1);
    expect(program.output).toMatch(/timed out/);
  });

  it("is found by the port of a daughter that left its parent and its group, and stopped with her", async () => {
    const programs = programsHere();
    const port = await programs.freePort();
    const code = `import os,sys\nif os.fork(): os._exit(0)\nos.setsid()\n${LISTEN}time.sleep(60)`;
    const program = await programs.start(request(`${python(code)} {host} {port}`, { port }));
    await program.ended;
    expect((await listens(program))[0]?.port).toBe(port);
    await program.stop();
    expect(await program.listening("tcp")).toEqual([]);
  });

  it("has ended with all its children when stop answers, and its port is free", async () => {
    const programs = programsHere();
    const port = await programs.freePort();
    const code = server(
      "import os\nos.fork()\nos.write(1, (str(os.getpid()) + chr(10)).encode())\ntime.sleep(60)",
    );
    const program = await programs.start(request(code, { port }));
    await listens(program);
    await vi.waitFor(() => expect(program.output.match(/\d+/g)).toHaveLength(2), 30_000);
    const pids = program.output.match(/\d+/g)?.map(Number) ?? [];
    expect((await program.sample())?.processes).toBe(2);
    await program.stop();
    expect(pids.map(isAlive)).toEqual([false, false]);
    const again = await programs.start(request(code, { port }));
    expect((await listens(again))[0]?.port).toBe(port);
  });

  it("waits for others in accept() and recv(), and not in sleep() or with a time limit of seconds", async () => {
    const programs = programsHere();
    const port = await programs.freePort();
    const code = "c,_=s.accept()\nc.recv(9)\ntime.sleep(0.6)\nc.send(b'up')\nc.settimeout(5)\nc.recv(9)";
    const program = await programs.start(request(server(code), { port }));
    await listens(program);
    await vi.waitFor(async () => expect(await program.isWaiting()).toBe(true), 30_000);
    const socket = connect(port, "127.0.0.1").on("error", () => undefined);
    await vi.waitFor(async () => expect(await program.isWaiting()).toBe(true), 30_000);
    socket.write("on");
    await vi.waitFor(async () => expect(await program.isWaiting()).toBe(false), 30_000);
    await once(socket, "data");
    expect(await program.isWaiting()).toBe(false);
    socket.destroy();
  });

  it("tells what it uses: memory, descriptors, CPU time", async () => {
    const programs = programsHere();
    const code =
      "x=bytearray(40000000)\nfs=[open('/dev/null') for _ in range(20)]\nprint('so',flush=True)\nwhile True: pass";
    const program = await programs.start(request(python(code)));
    await vi.waitFor(() => expect(program.output).toBe("so\n"), 30_000);
    await vi.waitFor(async () => expect((await program.sample())?.cpuMs).toBeGreaterThan(100), 30_000);
    const sample = await program.sample();
    expect(sample?.rssBytes).toBeGreaterThan(40_000_000);
    expect(sample?.fds).toBeGreaterThanOrEqual(23);
    expect(sample).toMatchObject({ processes: 1, threads: 1, zombies: 0 });
  });

  it("prints as much as it likes, and of a flood its beginning and its end are kept", async () => {
    const programs = programsHere({ outputBytes: 1_000 });
    const program = await programs.start(
      request(python("print('first')\nfor i in range(20000): print(i)\nprint('last')")),
    );
    expect(await program.ended).toEqual({ code: 0, signal: undefined });
    expect(program.output.length).toBeLessThan(1_100);
    expect(program.output).toMatch(/^first\n0\n1\n[\s\S]*\[… \d+ characters left out …\][\s\S]*\nlast\n$/);
  });

  it("sits at a terminal of its own: it prompts without flushing, and what is typed is not said back", async () => {
    const programs = programsHere();
    const code =
      "import sys\nprint(sys.stdin.isatty(), sys.stdout.isatty())\nx=input('name: ')\nprint('hello', x)\ninput()";
    const program = await programs.start(request(python(code), { onTerminal: true }));
    await vi.waitFor(() => expect(program.output).toBe("True True\nname: "), 30_000);
    program.type("ann\n");
    await vi.waitFor(() => expect(program.output).toBe("True True\nname: hello ann\n"), 30_000);
    program.endInput();
    expect((await program.ended).code).toBe(1);
    expect(program.output).toMatch(/EOFError/);
  });

  it.each([
    ["cpuMs", { cpuMs: 300 }, "while True: pass"],
    [
      "memoryBytes",
      { memoryBytes: 50_000_000 },
      "x=[bytearray(1000000) for _ in range(200)]\nimport time\ntime.sleep(60)",
    ],
    ["processes", { processes: 5 }, "import os,time\nfor _ in range(3): os.fork()\ntime.sleep(60)"],
    [
      "diskBytes",
      { diskBytes: 10_000 },
      "import signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_DFL)\nopen('f','w').write('x'*20000)",
    ],
  ] as const)("is ended at its limit of %s, and that is told", async (limit, limits, code) => {
    const program = await programsHere(limits).start(request(python(code)));
    expect((await program.ended).limit).toBe(limit);
  });

  it("may reserve far more memory than it uses: threads do", async () => {
    const code =
      "import threading,time\nts=[threading.Thread(target=time.sleep,args=(0.2,)) for _ in range(100)]\n[t.start() for t in ts]\n[t.join() for t in ts]\nprint('all')";
    const program = await programsHere({ memoryBytes: 64_000_000 }).start(request(python(code)));
    expect(await program.ended).toEqual({ code: 0, signal: undefined });
  });

  it("is built by a command whose output is told, and so is why it was ended", async () => {
    const programs = programsHere();
    expect(await programs.build("echo made; exit 3")).toEqual({
      command: "echo made; exit 3",
      exit: 3,
      output: "made\n",
    });
    const slow = await programsHere({ timeMs: 200 }).build("sleep 60");
    expect(slow).toMatchObject({ exit: null, output: "\n[ended by the limit timeMs]" });
  });

  it("that is not there ends with the shell's 127", async () => {
    const program = await programsHere().start(request("./no-such-program {port}"));
    expect((await program.ended).code).toBe(127);
  });
});
