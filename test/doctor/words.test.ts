/** Words of findings, what counts as a problem, and first words of roles. */

import { readFileSync } from "node:fs";
import path from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { shippedRoles } from "../../src/catalogue/shipped-roles.ts";
import { findingCodes } from "../../src/doctor/examination-schema.ts";
import { exitOf, type Finding, finding } from "../../src/doctor/finding.ts";
import { wordsOfFinding } from "../../src/doctor/finding-text.ts";
import { httpIn, isTlsRecord, speakerOf } from "../../src/doctor/first-words.ts";
import { wordsOf } from "../../src/doctor/role-words.ts";
import { timedOut } from "../../src/doctor/tcp-examination.ts";
import { documentOf } from "../../src/standalone/doctor.ts";
import { freePort } from "../e2e/free-ports.ts";
import { codes, examined, found, hasPython, openForAll, patient, started } from "./hospital.ts";

openForAll();

const python = { pid: 4_123, name: "python3" };
const every: readonly Finding[] = [
  finding("closed", "certain", { port: 4_389, transport: "tcp" }),
  finding("filtered", "likely", { waitedMs: 1_500 }),
  finding("other-family", "certain", { asked: "127.0.0.1", found: "::1" }),
  finding("other-address", "certain", { asked: "192.168.1.5", found: "127.0.0.1" }),
  finding("is-udp", "certain", { port: 4_389 }),
  finding("is-tcp", "certain", { port: 4_389 }),
  finding("swapped-port", "certain", { port: 4_389, found: 9_489 }),
  finding("time-wait", "certain", { count: 1 }),
  finding("backlog-full", "certain", { waiting: 6 }),
  finding("never-accepts", "certain", { serves: false }),
  finding("does-not-read", "certain", { unread: 1 }),
  finding("hangs-up", "certain", { when: "at-once", how: "reset" }),
  finding("echoes", "likely", {}),
  finding("http", "certain", { status: "HTTP/1.1 400 Bad Request" }),
  finding("tls", "certain", { protocol: "TLSv1.3", names: ["\u202eevil.example"], until: null }),
  finding("speaks-as", "certain", { role: "chat", words: "Please,\x1b[31m Enter" }),
  finding("wrong-words", "certain", { role: "chat", expected: "Please", got: "" }),
  finding("held-by", "certain", { ...python, uid: 1_000 }),
  finding("waits-in", "certain", { ...python, doing: "keyboard" }),
  finding("stopped", "certain", python),
  finding("healthy", "certain", { how: "listens" }),
];

describe("a finding", () => {
  it("is told in one sentence, and what to do in another; each problem has one", () => {
    for (const one of every) {
      const { sentence, advice } = wordsOfFinding(one, { host: "127.0.0.1", port: 4_389, transport: "tcp" });
      expect(sentence, one.code).toMatch(/^\S.*\.$/);
      expect(sentence, one.code).not.toMatch(/undefined|null|NaN/);
      if (exitOf([one]) !== 0) expect(advice, one.code).toMatch(/^\S.*[.?]$/);
    }
  });

  it("quotes the first line of a page or a header, and no more of it", () => {
    const got = "HTTP/1.1 400 Bad Request\r\nServer: nginx\r\nDate: Mon";
    const asked = { host: "127.0.0.1", port: 4_389, transport: "tcp" } as const;
    const { sentence } = wordsOfFinding(
      finding("wrong-words", "certain", { role: "chat", expected: "Please", got }),
      asked,
    );
    expect(sentence).toBe('It says "HTTP/1.1 400 Bad Request" and more where chat says "Please".');
  });

  it("is a document by docs/reference/doctor.schema.json, and stands in docs/doctor.md", () => {
    const text = (name: string) => readFileSync(path.join(import.meta.dirname, "../../docs", name), "utf8");
    const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(
      JSON.parse(text("reference/doctor.schema.json")),
    );
    const asked = { host: "127.0.0.1", port: 4_389, transport: "tcp" } as const;
    const examination = { address: "127.0.0.1", findings: every, connections: 1, datagrams: 0 };
    const document = documentOf(examination, asked, undefined);
    expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
    const odd = { ...document, findings: [{ ...document.findings[0], code: "open" }] };
    expect(validate(odd)).toBe(false);
    expect(every.map(({ code }) => code).toSorted()).toEqual(findingCodes.toSorted());
    const told = [...text("doctor.md").matchAll(/^\| (`[a-z-]+`(?:, `[a-z-]+`)*) \|/gm)].flatMap(
      ([, cell = ""]) => cell.replaceAll("`", "").split(", "),
    );
    expect(told.toSorted()).toEqual(findingCodes.toSorted());
  });

  it("shows what a server said without letting it reach the terminal", () => {
    const said = every.map(
      (one) => wordsOfFinding(one, { host: "127.0.0.1", port: 4_389, transport: "tcp" }).sentence,
    );
    expect(said.join("\n")).not.toMatch(/[\x1b\u202e]/);
    expect(said.join("\n")).toContain("\\x1b[31m");
  });

  it("speaks of datagrams where the server is one of datagrams", () => {
    const asked = { host: "127.0.0.1", port: 4_389, transport: "udp" } as const;
    const { sentence, advice } = wordsOfFinding(finding("does-not-read", "certain", { unread: 832 }), asked);
    expect(`${sentence} ${advice}`).toBe(
      "The program does not read: our datagram lies in its socket. Call recvfrom() in a loop.",
    );
  });

  it("is exit status 0 of what is healthy, 1 of what is wrong, 6 of what cannot be reached", () => {
    const by = (exit: number) => every.filter((one) => exitOf([one]) === exit).map(({ code }) => code);
    expect(by(0)).toEqual(["echoes", "http", "tls", "speaks-as", "held-by", "waits-in", "healthy"]);
    expect(by(6)).toEqual(["closed", "filtered"]);
    expect(by(1)).toHaveLength(every.length - 9);
    expect(exitOf(every)).toBe(1);
  });

  it("of another role than was asked for is wrong", () => {
    const chat = finding("speaks-as", "certain", { role: "chat", words: "Please" });
    expect([exitOf([chat]), exitOf([chat], "chat"), exitOf([chat], "echo")]).toEqual([0, 0, 1]);
    expect(exitOf([finding("http", "certain", { status: null })], "chat")).toBe(1);
  });
});

it("a listener that no client waits for, and that does not answer, is behind a firewall of this machine", () => {
  expect(timedOut({ rxQueue: 0 })).toMatchObject({ code: "filtered", sure: "likely" });
  expect(timedOut({ rxQueue: 2 })).toMatchObject({ code: "backlog-full", about: { waiting: 2 } });
  expect(timedOut(undefined)).toMatchObject({ code: "filtered" });
});

describe("first words", () => {
  it.each([
    ["Please, Enter Your ig name", "chat"],
    ["Enter your command please\n", "echo"],
    ["ACCEPT\0rubbish of a buffer", "reverse"],
    ["Invalid", "file-server"],
    ["Invalid request\0", "clock"],
    ["Invalid command, try help", undefined],
    ["220 mail.example ESMTP Postfix", "smtp"],
    ["220 ProFTPD Server", "ftp"],
    ["SSH-2.0-OpenSSH_9.2", "ssh"],
    ["hello", undefined],
  ])("%j are %s's", (words, role) => expect(speakerOf(words)).toBe(role));

  it("of HTTP are a status line, or a page in its place", () => {
    expect(httpIn("HTTP/1.1 200 OK\r\nServer: x\r\n")).toEqual({
      status: "HTTP/1.1 200 OK",
      isCertain: true,
    });
    const ofHttps = "HTTP/1.1 400 Bad Request";
    expect(httpIn(`${ofHttps}\r\nServer: nginx\r\n`)).toEqual({ status: ofHttps, isCertain: false });
    expect(httpIn('<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN"')).toEqual({
      status: null,
      isCertain: false,
    });
    expect(httpIn("HTTP is not spoken here")).toBeUndefined();
  });

  it("of TLS are a record, an alert too", () => {
    expect(isTlsRecord(Buffer.from("15030100020246", "hex"))).toBe(true);
    expect(isTlsRecord(Buffer.from("15"))).toBe(false);
  });
});

describe.skipIf(!hasPython)("with --role the doctor", () => {
  const as = async (role: string) => {
    const found = (await shippedRoles()).get(role);
    const words = found && wordsOf(found);
    if (!words) throw new Error(`${role} has no dialogue`);
    return { words };
  };

  it("says what the role's client says first, and knows the right answer", async () => {
    const port = await freePort();
    const server = ["-u", path.join(import.meta.dirname, "../peers/calculator_server.py"), String(port)];
    await started("python3", server);
    const calculator = await examined(port, await as("calculator"));
    expect(codes(calculator).slice(0, 2)).toEqual(["healthy", "speaks-as"]);
    expect(exitOf(calculator.findings, "calculator")).toBe(0);
    const chat = await examined((await patient("greets-as-chat")).port, await as("chat"));
    expect(found(chat, "speaks-as").about).toMatchObject({ role: "chat" });
    expect(exitOf(chat.findings, "chat")).toBe(0);
  });

  it("knows another role, and words that are nobody's", async () => {
    const other = await examined((await patient("greets-as-chat")).port, await as("echo"));
    expect(codes(other).slice(0, 2)).toEqual(["speaks-as", "wrong-words"]);
    expect(exitOf(other.findings, "echo")).toBe(1);
    const odd = await examined((await patient("answers-oddly")).port, await as("knock-knock"));
    expect(found(odd, "wrong-words").about).toMatchObject({ role: "knock-knock", got: "what?" });
    const mute = await examined((await patient("listens")).port, await as("chat"));
    expect(found(mute, "wrong-words").about).toMatchObject({ got: "" });
  });

  it("asks a server of datagrams what the role's client asks", async () => {
    const clock = await examined((await patient("udp-as-clock")).port, {
      transport: "udp",
      ...(await as("clock")),
    });
    expect(codes(clock).slice(0, 2)).toEqual(["healthy", "speaks-as"]);
    const ack = await examined((await patient("udp-as-clock")).port, {
      transport: "udp",
      ...(await as("ack")),
    });
    expect(codes(ack).slice(0, 2)).toEqual(["speaks-as", "wrong-words"]);
  });
});
