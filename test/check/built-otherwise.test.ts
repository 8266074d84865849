/** Right programs that are built otherwise than ours, and programs with words or forms of their own: each is held to one thing once. */
import { expect, it } from "vitest";
import { check, right, withStatus } from "./checking.ts";

const quoted = (code: string) => `'${code.replaceAll("'", "'\\''")}'`;
const THREADS = `
import os, socket, struct, sys, threading
def listen(talk):
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("127.0.0.1", PORT)); s.listen(50)
    while True:
        c = s.accept()[0]
        def tend(c=c):
            try: talk(c)
            except OSError: pass
            c.close()
        threading.Thread(target=tend, daemon=True).start()
PORT = int(sys.argv[1])
`;
const python = (code: string, words = "") => `exec python3 -c ${quoted(THREADS + code)} {port} ${words}`;

/** Reads lines alone, as Java's readLine() does, and answers nothing by itself. */
const reverseOfLines = python(`
places, waiting, lock = [], [], threading.Lock()
def talk(c):
    with lock:
        if len(places) >= 4: return c.sendall(b"REJECT")
        places.append(c)
    c.sendall(b"ACCEPT\\nWelcome\\n")
    try:
        for line in c.makefile("r", newline="\\n"):
            if line.strip() == "exit": return
            with lock:
                if c not in waiting: waiting.append(c)
            answer()
    finally:
        with lock:
            places.remove(c)
            if c in waiting: waiting.remove(c)
lines = []
def answer():
    with lock:
        if lines and places and len(waiting) == len(places):
            text = lines.pop(0)
            waiting.clear()
            for one in places: one.sendall(text.encode())
def operator():
    for line in sys.stdin:
        lines.append(line)
        answer()
threading.Thread(target=operator, daemon=True).start()
listen(talk)
`);

it("hears a server of lines that answers nothing by itself, and welcomes behind its verdict [FRAME-2, REV-1]", async () => {
  const cases = ["REV-1.*", "REV-2.operator-answers", "REV-5.exit-closes", "REV-5.place-free-after-exit"];
  const report = await check("reverse", { run: reverseOfLines, cases });
  expect(withStatus(report, "failed")).toEqual([]);
}, 90_000);

const fileServer = (found: string, size: string) =>
  python(
    `
SERVICE, TOKEN, ROOT = sys.argv[2:5]
def talk(c):
    if c.recv(1024).decode().strip() != TOKEN: return c.sendall(b"Invalid")
    c.sendall(b"ok")
    while data := c.recv(1024):
        name = data.decode(errors="replace").strip()
        path = os.path.join(ROOT, name)
        if "/" in name or os.path.islink(path) or not os.path.isfile(path) or not name.endswith(SERVICE):
            c.sendall(b"404")
            continue
        body = open(path, "rb").read()
        c.sendall(${found})
        threading.Event().wait(0.1)
        c.sendall(${size})
        c.settimeout(2)
        try: c.recv(64)
        except TimeoutError: pass
        c.settimeout(None)
        c.sendall(body)
listen(talk)
`,
    "{service} {token} {root}",
  );

it("judges a file server in words of its own by its bytes, and each word once [FILE-0]", async () => {
  const run = fileServer('b"200 OK"', 'struct.pack(">i", len(body))');
  const report = await check("file-server", { run, cases: ["FILE-0.*", "FILE-3.*", "FILE-7.*"] });
  const due = ["FILE-0.valid", "FILE-0.found", "FILE-0.size-is-int32-le", "FILE-3.not-found"];
  expect(withStatus(report, "failed")).toEqual(due);
}, 90_000);

it("finds a size in digits, and what it is about [FILE-0]", async () => {
  const run = fileServer('b"found"', "str(len(body)).encode()");
  const cases = ["FILE-0.size-is-int32-le", "FILE-0.exact-bytes", "FILE-0.second-file-same-connection"];
  const { results } = await check("file-server", { run, cases });
  expect(results.map(({ status }) => status)).toEqual(["failed", "passed", "passed"]);
  expect(results[0]?.message).toContain("in 4 bytes, the low byte first, and came in digits");
}, 90_000);

/** C's %g: 5e+01 for 50. */
const scientific = python(`
def talk(c):
    c.recv(1024)
    while (text := c.recv(1024).decode()) not in ("", "q"):
        try: a, sign, b = text.split(); a, b = float(a), float(b)
        except ValueError: c.sendall(b"Incorrect expression format"); continue
        if sign not in "+-*/": c.sendall(b"Incorrect operator"); continue
        if sign == "/" and b == 0: c.sendall(b"Division by zero"); continue
        value = a + b if sign == "+" else a - b if sign == "-" else a * b if sign == "*" else a / b
        c.sendall(f"{value:.16e}".encode())
listen(talk)
`);

it("takes a number by its value, however it is written: its digits fail the cases about them [CALC-1]", async () => {
  const cases = ["CALC-*", "FRAME-8.*", "ROBUST.two-at-once"];
  const report = await check("calculator", { run: scientific, cases });
  const due = ["CALC-1.shortest-repr", "CALC-1.large-small-inf", "CALC-3.glued-name"];
  expect(withStatus(report, "failed")).toEqual(due);
}, 90_000);

const echo = (answer: string) =>
  python(`
def talk(c):
    c.sendall(b"Enter your command please")
    while data := c.recv(2048):
        text = data.decode().rstrip()
        if text == "close": return c.sendall(b"Bye")
        if text.startswith("download "): c.sendall(b"Problem in opening file")
        elif text.startswith("run "): c.sendall(b"run is off")
        else: c.sendall((${answer}).encode())
listen(talk)
`);

it("fails an echo that puts a word before its answers by the case of that, and one that says goodbye otherwise by that [ECHO-0]", async () => {
  const report = await check("echo", { run: echo('"Server: " + text'), cases: ["ECHO-*", "FRAME-8.*"] });
  const due = ["ECHO-0.says-back", "ECHO-0.close", "ECHO-4.both-families"];
  expect(withStatus(report, "failed")).toEqual(due);
}, 90_000);

it("finds a server that listens elsewhere than it was told, and says where [FILE-6]", async () => {
  const run = `cd test/conformance/right && exec python3 -c ${quoted(`
import sys
sys.path.insert(0, ".")
exec(open("_server.py").read() + ${JSON.stringify("\nPORT = 0\n")})
exec(open("calculator-server.py").read().replace("from _server import", "import _server #"))
`)} {port}`;
  const report = await check("calculator", { run, cases: ["CALC-1.sum", "ROBUST.told-port"] });
  expect(withStatus(report, "failed")).toEqual(["ROBUST.told-port"]);
}, 90_000);

it("asks nothing about its port of a server whose command does not name it", async () => {
  const run = right("calculator-server.py").replace("{port}", "$PORT");
  const report = await check("calculator", { run: `PORT=0; ${run}`, cases: ["ROBUST.told-port"] });
  expect(withStatus(report, "skipped")).toEqual(["ROBUST.told-port"]);
}, 90_000);

/** Leaves with its leaving word, and does not wait for what is said to that. */
const hasty = `exec python3 -c ${quoted(`
import socket, sys, threading
s = socket.create_connection((sys.argv[1], int(sys.argv[2])))
def hear():
    while data := s.recv(4096): print(data.decode(), flush=True)
threading.Thread(target=hear, daemon=True).start()
for line in sys.stdin:
    s.sendall(line.strip().encode())
    if line.strip() == "close": break
`)} {host} {port}`;

it("holds no farewell against a client that leaves with its leaving word [RELAY-0]", async () => {
  const cases = ["RELAY-*", "ROBUST.c.slow-server"];
  const report = await check("relay", { side: "client", run: hasty, cases });
  expect(withStatus(report, "failed")).toEqual([]);
  expect(withStatus(report, "passed")).toContain("ROBUST.c.slow-server");
}, 120_000);
