/** Right programs as people write them, and programs with one mistake: what they are not accused of. */
import { expect, it } from "vitest";
import { check, withStatus } from "./checking.ts";

const quoted = (code: string) => `'${code.replaceAll("'", "'\\''")}'`;
const python = (code: string) => `exec python3 -c ${quoted(code)} {port}`;

/** Echo of the documentation of Python's socketserver: it does not greet, and knows close alone. */
const plainEcho = python(`
import socketserver, sys
class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        while data := self.request.recv(1024):
            if data.strip() == b"close": return self.request.sendall(b"Closing...")
            self.request.sendall(data)
class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
Server(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
`);

it("fails a server without a greeting by the case of the greeting, by no family, and blames no other on it", async () => {
  const cases = ["ECHO-0.greets-first", "ECHO-3.missing-file", "FRAME-2.lines", "ROBUST.two-at-once"];
  const report = await check("echo", { run: plainEcho, cases });
  expect(withStatus(report, "failed")).toEqual(["ECHO-0.greets-first", "ECHO-3.missing-file"]);
  const missing = report.results.find(({ id }) => id === "ECHO-3.missing-file");
  expect(missing?.likely.map(({ id }) => id)).not.toContain("D32");
}, 60_000);

/** select() loop of C programs: each read is a message, and sscanf() stops at the end of the first line. */
const firstLineOnly = python(`
import socketserver, sys
class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.recv(256)
        while data := self.request.recv(256):
            line = data.decode().split(chr(10))[0]
            if line == "q": return
            try:
                a, sign, b = line.split()
                a, b = float(a), float(b)
                self.request.sendall(repr(a * b if sign == "*" else a + b).encode())
            except ValueError:
                self.request.sendall(b"Incorrect expression format")
class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
Server(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
`);

it("names no wrong word where the mistake is that one read is taken for one line [FRAME-2]", async () => {
  const { results } = await check("calculator", { run: firstLineOnly, cases: ["FRAME-2.two-lines-*"] });
  expect(results).toMatchObject([{ status: "failed", likely: [] }]);
  expect(results[0]?.message).toMatch(/ came\. One recv\(\) is not one line/);
}, 60_000);

const wrongSums = python(`
import sys
sys.path.insert(0, "test/conformance/right")
exec(open("test/conformance/right/calculator-server.py").read().replace("left + right)", "left + right + 1)"))
`);

it("fails a wrong sum by the case of sums: what other cases ask on the way, and families, are not held against it", async () => {
  const cases = ["CALC-0.q-closes", "CALC-1.sum", "CALC-2.division-by-zero", "FRAME-8.survives-hangup"];
  const report = await check("calculator", { run: wrongSums, cases });
  expect(withStatus(report, "failed")).toEqual(["CALC-1.sum"]);
}, 60_000);

const clientOf = (code: string) => `exec python3 -c ${quoted(code)} {host} {port}`;
const script = ["ann", "3 + 4", "10 / 4", "q"];
const checkClient = (run: string, cases: readonly string[]) =>
  check("calculator", { side: "client", run, cases, script });

/** Reads lines alone, as Java's readLine() does. */
const lineClient = clientOf(`
import socket, sys
s = socket.create_connection((sys.argv[1], int(sys.argv[2])))
lines = s.makefile()
s.sendall((input() + chr(10)).encode())
while True:
    text = input()
    s.sendall((text + chr(10)).encode())
    if text == "q": break
    print(lines.readline().strip(), flush=True)
`);

it("ends what it says in another answer's place as a client of lines needs it [FRAME-5]", async () => {
  const report = await checkClient(lineClient, ["CALC-2.c.error-shown", "ROBUST.c.long-reply"]);
  expect(withStatus(report, "passed")).toEqual(["CALC-2.c.error-shown", "ROBUST.c.long-reply"]);
}, 60_000);

const crashing = clientOf(`
import socket, sys
s = socket.create_connection((sys.argv[1], int(sys.argv[2])))
s.sendall(input().encode())
while True:
    s.sendall(input().encode())
    print(s.recv(1024).decode(), flush=True)
`);

it("says by its own last words why a client crashed, and adds no cause", async () => {
  const { results } = await checkClient(crashing, ["FRAME-8.c.server-resets"]);
  expect(results).toMatchObject([{ status: "failed", likely: [] }]);
  expect(results[0]?.message).toMatch(/crashed: (ConnectionResetError|BrokenPipeError)/);
}, 60_000);

/** Says everything back in capitals, `close` too, and nothing by itself. */
const capitals = python(`
import socketserver, sys
class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        while data := self.request.recv(2048): self.request.sendall(data.upper())
class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
Server(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
`);

it("fails a server with words of its own by the cases of those words, and by no family", async () => {
  const families = ["FRAME-2.lines", "FRAME-8.survives-*", "FRAME-7.empty-message", "ROBUST.two-at-once"];
  const report = await check("echo", {
    run: capitals,
    cases: ["ECHO-0.says-back", "ECHO-0.close", ...families],
  });
  expect(withStatus(report, "failed")).toEqual(["ECHO-0.says-back", "ECHO-0.close"]);
}, 60_000);

/** TCP echo server of asyncio's documentation: one answer, and the end. */
const once = python(`
import asyncio, sys
async def handle(reader, writer):
    data = await reader.read(100)
    writer.write(data)
    await writer.drain()
    writer.close()
    await writer.wait_closed()
async def main():
    server = await asyncio.start_server(handle, "127.0.0.1", int(sys.argv[1]))
    async with server:
        await server.serve_forever()
asyncio.run(main())
`);

it("fails a server that leaves after one answer by the case of the second, and by no family", async () => {
  const families = ["FRAME-2.lines", "FRAME-8.survives-*", "ROBUST.twenty-*", "ROBUST.two-at-once"];
  const report = await check("echo", { run: once, cases: ["ECHO-0.one-reply-each", ...families] });
  expect(withStatus(report, "failed")).toEqual(["ECHO-0.one-reply-each"]);
}, 60_000);

/** A right server of the conformance tests with a part of it otherwise. */
const otherwise = (name: string, part: string, other: string) =>
  python(`
import sys
sys.path.insert(0, "test/conformance/right")
exec(open("test/conformance/right/${name}.py").read().replace(${JSON.stringify(part)}, ${JSON.stringify(other)}))
`);

it("fails a relay that hands nothing on by the case of that alone, and gives no other advice", async () => {
  const run = otherwise("relay-server", 'receiver.say(sender + " | " +', "len(");
  const cases = ["RELAY-2.delivers", "RELAY-2.last-bar-splits", "RELAY-2.receiver-trimmed"];
  const report = await check("relay", { run, cases: [...cases, "RELAY-2.to-oneself", "RELAY-3.*"] });
  expect(withStatus(report, "failed")).toEqual(["RELAY-2.delivers"]);
  expect(withStatus(report, "skipped")).toHaveLength(5);
}, 60_000);

it("fails a room that tells no other member by the case of that alone", async () => {
  const run = otherwise("chat-server", "tell(line if", "peer.say(line if");
  const report = await check("chat", { run, cases: ["CHAT-2.*", "CHAT-3.glued", "CHAT-4.*"] });
  expect(withStatus(report, "failed")).toEqual(["CHAT-2.to-all-and-sender"]);
  expect(withStatus(report, "skipped")).toHaveLength(5);
}, 60_000);

/** Echo with a buffer of 512 bytes, which takes its time: what it makes of the rest of a buffer comes long after its answer. */
const lateEcho = (ms: number) =>
  python(`
import socketserver, sys, time
class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.sendall(b"Enter your command please")
        while data := self.request.recv(512):
            text = data.split(bytes(1))[0]
            if text == b"close": return self.request.sendall(b"Closing...")
            time.sleep(${ms / 1_000})
            self.request.sendall(text)
class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
Server(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
`);

it.each([0, 200])(
  "fails what answers the rest of a buffer %d ms later, whenever that comes [FRAME-4]",
  async (ms) => {
    const report = await check("echo", { run: lateEcho(ms), cases: ["FRAME-4.*"] });
    expect(withStatus(report, "failed")).toEqual(["FRAME-4.stale-buffer-1024"]);
  },
  60_000,
);

/** Ends with its first client. */
const onlyOnce = python(`
import socket, sys
with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as server, server.accept()[0] as client:
    client.sendall(b"Enter your command please")
    while data := client.recv(2048):
        text = data.split(bytes(1))[0]
        client.sendall(b"Closing..." if text == b"close" else text)
        if text == b"close": break
`);

it("does not judge by a second client how a server reads a buffer that ends with its first one", async () => {
  const report = await check("echo", { run: onlyOnce, cases: ["FRAME-4.stale-*"] });
  expect(withStatus(report, "skipped")).toEqual(["FRAME-4.stale-buffer-1024"]);
}, 60_000);

/** Its answers lie in a buffer until it ends. */
const buffered = python(`
import socketserver, sys
class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        out = self.request.makefile("w")
        self.request.recv(1024)
        while (data := self.request.recv(1024)) and data != b"q":
            a, _, b = data.decode().split()
            print(float(a) + float(b), end="", file=out)
        out.close()
class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
Server(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
`);

it("tells an answer that came out of a buffer by what emptied it, and not by a time that is none [D38]", async () => {
  const { results } = await check("calculator", { run: buffered, cases: ["CALC-0.one-answer-each"] });
  expect(results[0]?.likely.map(({ id }) => id)).toEqual(["D38"]);
  expect(results[0]?.likely[0]?.cause).toBe(
    'The answer came only when the client had sent "q" and the server ended: until then it was in a buffer that was not flushed.',
  );
}, 60_000);
