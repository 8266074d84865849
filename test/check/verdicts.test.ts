/** Verdicts that once were wrong, each held by a program that makes one mistake alone. */
import { describe, expect, it } from "vitest";
import { exitOf } from "../../src/check/report.ts";
import { check, right, withStatus } from "./checking.ts";

/** A calculator with a thread a client; `change` is done to its answers, `more` to its socket. */
function calculator({ answer = "text", reuse = true, reset = "break" } = {}): string {
  const code = `
import socket, sys, threading
def compute(text):
    try:
        a, sign, b = text.split(); a, b = float(a), float(b)
    except ValueError:
        return "Incorrect expression format"
    if sign == "/" and b == 0: return "Division by zero"
    return {"+": lambda: repr(a+b), "-": lambda: repr(a-b), "*": lambda: repr(a*b), "/": lambda: repr(a/b)}.get(sign, lambda: "Incorrect operator")()
def serve(c):
    try:
        c.recv(1024)
        while True:
            text = c.recv(1024).decode()
            if text in ("", "q"): break
            text = compute(text)
            c.send((${answer}).encode())
    except OSError:
        ${reset}
    c.close()
s = socket.socket()
${reuse ? "s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)" : ""}
s.bind(("127.0.0.1", int(sys.argv[1]))); s.listen(50)
while True:
    threading.Thread(target=serve, args=(s.accept()[0],), daemon=True).start()
`.replace("        break\n", "        pass\n");
  return `exec python3 -c '${code.replaceAll("'", "'\\''")}' {port}`;
}

const OWN = ["CALC-*", "FRAME-8.*", "ROBUST.two-at-once", "ROBUST.twenty-in-a-row"];

describe("a verdict", () => {
  it("is one for 50 in place of 50.0: the cases about digits fail, and no other [CALC-1]", async () => {
    const run = calculator({ answer: "text[:-2] if text.endswith('.0') else text" });
    const report = await check("calculator", { run, cases: OWN });
    expect(withStatus(report, "failed")).toEqual(["CALC-1.shortest-repr", "CALC-3.glued-name"]);
    expect(exitOf(report, false)).toBe(1);
  }, 60_000);

  it("is one for a server without SO_REUSEADDR: it cannot start again, and all else passes", async () => {
    const run = calculator({ reuse: false });
    const report = await check("calculator", { run, cases: [...OWN, "ROBUST.restart-port"] });
    expect(withStatus(report, "failed")).toEqual(["CALC-3.glued-name", "ROBUST.restart-port"]);
    expect(exitOf(report, false)).toBe(0);
    expect(exitOf(report, true)).toBe(1);
  }, 60_000);

  it("remarks a line end after an answer, and passes", async () => {
    const run = calculator({ answer: "text + chr(10)" });
    const report = await check("calculator", { run, cases: ["CALC-1.shortest-repr"] });
    expect(report.results).toMatchObject([{ status: "passed", remarks: ["a line end came after the text"] }]);
  }, 60_000);

  it("is flaky where a program passes and fails by turns, and counts as passed", async () => {
    const run = calculator({
      answer: "text if serve.__dict__.setdefault(1, []).append(1) or len(serve.__dict__[1]) % 4 else '7'",
    });
    const report = await check("calculator", { run, cases: ["CALC-2.division-by-zero"], repeat: 4 });
    expect(report.results[0]?.tries).toHaveLength(4);
    expect(report.results[0]?.status).toBe("passed");
  }, 60_000);
});

describe("a report", () => {
  it("is the same for the same seed, but for its times", async () => {
    const run = right("calculator-server.py");
    const cases = ["CALC-1.sum", "CALC-2.*"];
    const [one, two, three] = [1, 1, 2].map((seed) => check("calculator", { run, cases, seed }));
    const timeless = async (report: typeof one) =>
      JSON.stringify(await report, (key, value) => (["ms", "at", "started"].includes(key) ? 0 : value));
    expect(await timeless(two)).toBe(await timeless(one));
    expect(await timeless(three)).not.toBe(await timeless(one));
  }, 60_000);

  it("leaves out of every sum what cannot be judged without starting the program", async () => {
    const report = await check("calculator", {
      at: { host: "127.0.0.1", port: 1 },
      cases: ["ROBUST.restart-port", "ROBUST.no-zombies"],
    });
    expect(withStatus(report, "skipped")).toEqual(["ROBUST.no-zombies", "ROBUST.restart-port"]);
    expect(report.score).toEqual({ got: 0, max: 0 });
    expect(exitOf(report, true)).toBe(0);
  });
});

describe("a client", () => {
  it("passes every case where it keeps every rule", async () => {
    const run = "exec python3 test/conformance/right/calculator-client.py {host} {port}";
    const report = await check("calculator", { side: "client", run });
    expect(report.results.filter(({ status }) => status !== "passed")).toEqual([]);
  }, 120_000);

  it("that takes one recv() for one message fails the case of a reply in two reads [FRAME-6]", async () => {
    const run = "exec python3 test/peers/calculator_client.py {port}";
    const cases = ["FRAME-6.c.*", "CALC-1.c.*"];
    const report = await check("calculator", { side: "client", run, cases });
    expect(withStatus(report, "failed")).toEqual(["FRAME-6.c.reply-in-two-reads"]);
  }, 120_000);
});

describe("a program that says that it does not do this", () => {
  const DIVISIONS = ["CALC-1.shortest-repr", "CALC-2.division-by-zero"];

  it("is judged as one, by its answer: no points, and a MUST is not kept", async () => {
    const run = calculator({ answer: "'Unsupported' if text.startswith('Div') else text" });
    const report = await check("calculator", { run, cases: DIVISIONS });
    expect(withStatus(report, "unimplemented")).toEqual(["CALC-2.division-by-zero"]);
    expect(withStatus(report, "failed")).toEqual([]);
    expect(report.score.got).toBeLessThan(report.score.max);
    expect(exitOf(report, false)).toBe(1);
  }, 60_000);

  it("is judged as one, by exit status 127 of a server and of a client", async () => {
    const run = calculator({ answer: "text if text[:3] != 'Div' else __import__('os')._exit(127)" });
    const server = await check("calculator", { run, cases: DIVISIONS });
    expect(withStatus(server, "unimplemented")).toEqual(["CALC-2.division-by-zero"]);
    const client = await check("calculator", {
      side: "client",
      run: "exit 127; {host} {port}",
      cases: ["CALC-0.c.q"],
    });
    expect(withStatus(client, "unimplemented")).toEqual(["CALC-0.c.q"]);
  }, 60_000);
});
