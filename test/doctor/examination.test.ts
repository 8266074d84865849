/**
 * Each condition is a real program that has it; what is certain is read from the kernel, and one connection is the most that is made.
 * An examination waits more than it works, so several are made at once.
 */

import { describe, expect, it } from "vitest";
import { freePort } from "../e2e/free-ports.ts";
import {
  codes,
  compiled,
  examined,
  found,
  hasCompiler,
  hasPython,
  isLinux,
  openForAll,
  patient,
  started,
} from "./hospital.ts";

openForAll();

describe.skipIf(!isLinux || !hasPython)("on this machine the doctor", { concurrent: true }, () => {
  it("knows a closed port without a connection", async () => {
    const examination = await examined(await freePort());
    expect(examination).toMatchObject({ connections: 0, findings: [{ code: "closed", sure: "certain" }] });
  });

  it("knows a server of the other family alone, without a connection", async () => {
    const { port } = await patient("listens-on-6");
    const examination = await examined(port);
    expect(examination.connections).toBe(0);
    expect(found(examination, "other-family")).toMatchObject({
      sure: "certain",
      about: { asked: "127.0.0.1", found: "::1" },
    });
  });

  it("finds a server of ::1 by the name localhost, and says that IPv4 has none", async () => {
    const { port } = await patient("listens-on-6");
    const examination = await examined(port, { host: "localhost" });
    expect(examination.address).toBe("::1");
    expect(codes(examination)).toEqual(["other-family", "healthy", "waits-in", "held-by"]);
  });

  it("knows a server on 127.0.0.1 that is asked elsewhere", async () => {
    const { port } = await patient("listens");
    const examination = await examined(port, { host: "127.0.0.2" });
    expect(examination).toMatchObject({
      connections: 0,
      findings: [
        { code: "other-address", sure: "certain", about: { asked: "127.0.0.2", found: "127.0.0.1" } },
      ],
    });
  });

  it("knows UDP where TCP was asked for, and the reverse, without a byte", async () => {
    const datagrams = await patient("udp-reads");
    const stream = await patient("listens");
    expect(await examined(datagrams.port)).toMatchObject({
      connections: 0,
      findings: [{ code: "is-udp", sure: "certain" }],
    });
    expect(await examined(stream.port, { transport: "udp" })).toMatchObject({
      datagrams: 0,
      findings: [{ code: "is-tcp", sure: "certain" }],
    });
  });

  it("knows a port with its bytes exchanged, without a connection", async () => {
    const { port } = await patient("swapped");
    const examination = await examined(port);
    expect(examination.connections).toBe(0);
    expect(found(examination, "swapped-port")).toMatchObject({
      sure: "certain",
      about: { port, found: ((port & 0xff) << 8) | (port >> 8) },
    });
  });

  it("knows a port that only ended connections keep", async () => {
    const { port } = await patient("time-wait");
    expect(await examined(port)).toMatchObject({
      connections: 0,
      findings: [{ code: "time-wait", sure: "certain", about: { count: 1 } }],
    });
  });

  it("knows a backlog that is full", async () => {
    const { port, pid } = await patient("full");
    const examination = await examined(port);
    expect(found(examination, "backlog-full").sure).toBe("certain");
    expect(found(examination, "held-by").about).toMatchObject({ pid });
    expect(codes(examination)).not.toContain("healthy");
  });

  it("knows a program that does not call accept(), and what it waits in instead", async () => {
    const sleeping = await examined((await patient("forgot-accept")).port);
    expect(codes(sleeping)).toEqual(["never-accepts", "waits-in", "held-by"]);
    expect(found(sleeping, "never-accepts")).toMatchObject({ sure: "certain", about: { serves: false } });
    expect(found(sleeping, "waits-in").about).toMatchObject({ doing: "sleeping" });
    const typing = await examined((await patient("waits-for-keyboard")).port);
    expect(found(typing, "waits-in")).toMatchObject({ sure: "certain", about: { doing: "keyboard" } });
  });

  it("knows a program that is busy with another client", async () => {
    const examination = await examined((await patient("busy")).port);
    expect(found(examination, "never-accepts")).toMatchObject({ sure: "likely", about: { serves: true } });
  });

  it("knows a program that accepts and does not read", async () => {
    const sleeping = await examined((await patient("sleeps-on-it")).port);
    expect(found(sleeping, "does-not-read").sure).toBe("certain");
    expect(found(sleeping, "waits-in").about).toMatchObject({ doing: "sleeping" });
    const computing = await examined((await patient("computes-on-it")).port);
    expect(codes(computing)).toEqual(["does-not-read", "waits-in", "held-by"]);
    expect(found(computing, "waits-in").about).toMatchObject({ doing: "computing" });
  });

  it("knows a program that is stopped, and leaves it alone", async () => {
    const { port, pid } = await patient("listens");
    process.kill(pid, "SIGSTOP");
    const examination = await examined(port);
    expect(examination.connections).toBe(0);
    expect(codes(examination)).toEqual(["stopped", "held-by"]);
    expect(found(examination, "stopped")).toMatchObject({ sure: "certain", about: { pid } });
  });

  it("knows one that hangs up, at once or after the first words, by a FIN or by a reset", async () => {
    const ways = [
      ["hangs-up", { when: "at-once", how: "fin" }],
      ["resets", { when: "at-once", how: "reset" }],
      ["resets-on-a-line", { when: "after-words", how: "reset" }],
      ["closes-on-a-line", { when: "after-words", how: "fin" }],
    ] as const;
    for (const [name, about] of ways) {
      const examination = await examined((await patient(name)).port);
      expect([name, found(examination, "hangs-up")]).toEqual([
        name,
        { code: "hangs-up", sure: "certain", about },
      ]);
      expect(examination.connections).toBe(1);
    }
  });

  it("finds nothing wrong with a server that reads, and tells what it waits in", async () => {
    const { port, pid } = await patient("listens");
    const examination = await examined(port);
    expect(codes(examination)).toEqual(["healthy", "waits-in", "held-by"]);
    expect(found(examination, "healthy")).toMatchObject({ sure: "certain", about: { how: "listens" } });
    expect(found(examination, "waits-in").about).toMatchObject({ pid, doing: "receiving" });
    expect(examination.connections).toBe(1);
  });

  it("knows an echo", async () => {
    const examination = await examined((await patient("echoes")).port);
    expect(found(examination, "echoes").sure).toBe("likely");
  });

  it("knows a role by its greeting, or by its answer to a strange line", async () => {
    const chat = await examined((await patient("greets-as-chat")).port);
    expect(found(chat, "speaks-as").about).toMatchObject({ role: "chat" });
    expect(found(chat, "healthy").about).toEqual({ how: "greets" });
    const knock = await examined((await patient("answers-knock")).port);
    expect(found(knock, "speaks-as").about).toMatchObject({ role: "knock-knock" });
    const ssh = await examined((await patient("greets-as-ssh")).port);
    expect(found(ssh, "speaks-as").about).toMatchObject({ role: "ssh" });
  });

  it("knows HTTP", async () => {
    const server = ["-u", "-m", "http.server", "0", "--bind", "127.0.0.1"];
    const { port } = await started("python3", server, /port (\d+)/);
    const examination = await examined(port);
    expect(codes(examination)).toContain("healthy");
    expect(found(examination, "http").sure).toBe("likely");
    expect(examination.connections).toBe(1);
    const probed = await examined(port, { isProbing: true });
    expect(found(probed, "http")).toMatchObject({ sure: "certain", about: { status: "HTTP/1.0 200 OK" } });
    expect(probed.connections).toBe(3);
  });

  it("knows datagrams that are answered, read without an answer, and not read", async () => {
    const echo = await examined((await patient("udp-echoes")).port, { transport: "udp" });
    expect(codes(echo)).toEqual(["healthy", "echoes", "waits-in", "held-by"]);
    expect(echo).toMatchObject({ connections: 0, datagrams: 1 });
    const clock = await examined((await patient("udp-as-clock")).port, { transport: "udp" });
    expect(found(clock, "speaks-as").about).toMatchObject({ role: "clock" });
    const silent = await examined((await patient("udp-reads")).port, { transport: "udp" });
    expect(found(silent, "healthy")).toMatchObject({ sure: "likely", about: { how: "listens" } });
    const deaf = await examined((await patient("udp-sleeps")).port, { transport: "udp" });
    expect(found(deaf, "does-not-read").sure).toBe("certain");
    expect(codes(await examined(await freePort(), { transport: "udp" }))).toEqual(["closed"]);
  });
});

/** Starts it on a port that its mistake turns into another free one. */
async function startedSwapped(program: string) {
  for (let tries = 0; ; tries += 1) {
    const wanted = await freePort();
    const swapped = ((wanted & 0xff) << 8) | (wanted >> 8);
    if (swapped < 1_024 || swapped === wanted) continue;
    const patient = await started(program, [String(wanted)]).catch(() => undefined);
    if (patient) return { wanted, swapped };
    if (tries === 20) throw new Error("no free port whose bytes can be exchanged");
  }
}

describe.skipIf(!isLinux || !hasCompiler)("of a program in C the doctor", () => {
  it("knows accept() and htons() forgotten, and that it waits for its keyboard", async () => {
    const program = compiled("forgot-accept.c");
    const { port, pid } = await started(program, ["0"]);
    const examination = await examined(port);
    expect(codes(examination)).toEqual(["never-accepts", "waits-in", "held-by"]);
    expect(found(examination, "waits-in").about).toMatchObject({ doing: "keyboard", name: "forgot-accept" });
    expect(found(examination, "held-by").about).toMatchObject({ pid, name: "forgot-accept" });
    const { wanted, swapped } = await startedSwapped(program);
    expect(found(await examined(wanted), "swapped-port").about).toEqual({ port: wanted, found: swapped });
  });
});
