/**
 * Right programs in styles that are none of ours: threads, asyncio, socketserver, select() and poll() in C, Java, Go, Perl. Each fails the
 * cases of what it really does otherwise, and no other.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import type { Side } from "../../src/check/report.ts";
import { check, checkout, withStatus } from "./checking.ts";

interface Style {
  /** Program of the corpus. */
  readonly file: string;
  /** Words of its command beside where it listens, or to whom it speaks. */
  readonly words?: string;
  /** Lines that are typed, where they are not those of the role's script: choices of a menu, answers to questions. */
  readonly typed?: readonly string[];
  /** Cases of what it does otherwise than the rule says, each for the reason beside it. */
  readonly due?: readonly string[];
}

const corpus = path.join(checkout, "test/check/other-styles");

const servers: Readonly<Record<string, readonly Style[]>> = {
  bootstrap: [
    { file: "bootstrap_threads.py", words: "{store}" },
    // It answers every mistake at once.
    { file: "bootstrap_asyncio.py", words: "{store}", due: ["BOOT-6.errors-are-few"] },
    // They have none of what is ours.
    {
      file: "bootstrap.c",
      words: "{store}",
      due: ["BOOT-6.errors-are-few", "BOOT-5.discovery-of-a-service", "BOOT-5.deregistration"],
    },
    {
      file: "Bootstrap.java",
      words: "{store}",
      due: ["BOOT-6.errors-are-few", "BOOT-5.discovery-of-a-service", "BOOT-5.deregistration"],
    },
  ],
  clock: [
    { file: "clock.c" }, // A request with NULs behind it is none to it.
    { file: "Clock.java", due: ["CLOCK-1.whole-buffer"] },
    { file: "clock_asyncio.py" },
    { file: "clock.go" },
  ],
  ack: [{ file: "ack.c" }, { file: "ack_socketserver.py" }, { file: "ack_select.pl" }],
  "address-book": [
    // They know one header.
    { file: "book.c", words: "{book}", due: ["BOOK-1.other-headers", "ROBUST.ipv6"] },
    { file: "Book.java", words: "{book}", due: ["BOOK-1.other-headers"] },
    { file: "book_asyncio.py", words: "{book}", due: ["BOOK-1.other-headers", "ROBUST.ipv6"] },
    // One client after another.
    {
      file: "book_socketserver.py",
      words: "{book}",
      due: ["BOOK-1.other-headers", "ROBUST.two-at-once", "ROBUST.twenty-at-once", "ROBUST.ipv6"],
    },
  ],
};

const clients: Readonly<Record<string, readonly Style[]>> = {
  bootstrap: [
    { file: "Registrar.java" },
    { file: "file_server_register.c" },
    { file: "bootstrap_client_menu.c", typed: ["1", "1236", "pdf", "server1", "2", "0"] },
  ],
  clock: [{ file: "ClockClient.java" }, { file: "clock_client.c" }],
  ack: [{ file: "AckClient.java" }, { file: "ack_client.c" }],
  "address-book": [
    { file: "book_client.c" },
    { file: "BookClient.java" },
    { file: "book_client_asyncio.py", words: "{email}" },
  ],
  "file-server": [
    { file: "file_client.c" },
    { file: "FileClient.java", words: "{service} {file}" },
    { file: "file_client_asyncio.py", words: "{service} {file}" },
  ],
  relay: [
    { file: "relay_client.c" },
    { file: "RelayClient.java" },
    // It hears when it has said something, and 1,024 bytes at most.
    {
      file: "relay_client_blocking.py",
      due: ["RELAY-0.c.prints-incoming-while-idle", "ROBUST.c.long-reply"],
    },
    // The error of the task that hears is caught nowhere.
    { file: "relay_client_asyncio.py", due: ["FRAME-8.c.server-resets"] },
    { file: "relay_client_menu.py", typed: ["l", "ann", "s", "ann", "hello you", "s", "ann", "more", "c"] },
    // It hears when it has said something, and 1,023 bytes before it asks for the next text.
    {
      file: "relay_client_scanf.c",
      typed: ["ann", "ann", "hello you", "ann", "second one", "close"],
      due: ["RELAY-0.c.prints-incoming-while-idle", "ROBUST.c.long-reply"],
    },
  ],
  chat: [
    { file: "chat_client_menu.py", typed: ["bob", "1", "hi there", "1", "more words"] },
    { file: "ChatClient.java", typed: [":Ann Lee:annlee", "hello", "second text"] },
  ],
  echo: [
    // It has one recv() for an answer.
    {
      file: "echo_client_menu.py",
      typed: ["1", "hello world", "2", "readme.txt", "4"],
      due: ["FRAME-6.c.reply-in-two-reads"],
    },
  ],
  "knock-knock": [
    // It has one recv() for an answer, of 255 bytes.
    { file: "knock_client.c", due: ["FRAME-6.c.reply-in-two-reads", "ROBUST.c.long-reply"] },
  ],
  reverse: [
    // What comes in pieces is turned round piece by piece.
    { file: "reverse_client.c", due: ["ROBUST.c.long-reply"] },
    { file: "ReverseClient.java", due: ["ROBUST.c.long-reply"] },
    { file: "reverse_client_threads.py" },
  ],
};

const has = (program: string) => spawnSync(program, ["--version"]).error === undefined;

/** Compilers by the ending of what they compile; each answers the command that starts it. */
const compilers: Readonly<Record<string, { needs: string; compile(source: string, to: string): string }>> = {
  ".c": {
    needs: "gcc",
    compile: (source, to) => {
      execFileSync("gcc", ["-w", "-O1", "-o", path.join(to, "program"), source]);
      return path.join(to, "program");
    },
  },
  ".java": {
    needs: "javac",
    compile: (source, to) => {
      execFileSync("javac", ["-d", to, source]);
      return `java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp ${to} ${path.basename(source, ".java")}`;
    },
  },
  ".go": {
    needs: "go",
    compile: (source, to) => {
      execFileSync("go", ["build", "-o", path.join(to, "program"), source], {
        env: { ...process.env, GOFLAGS: "-mod=mod", GO111MODULE: "off" },
      });
      return path.join(to, "program");
    },
  },
  ".py": { needs: "python3", compile: (source) => `python3 ${source}` },
  ".pl": { needs: "perl", compile: (source) => `perl ${source}` },
};

function started(file: string, folder: string): string {
  return compilers[path.extname(file)]?.compile(path.join(corpus, file), folder) ?? "";
}

function judged(role: string, side: Side, styles: readonly Style[]): void {
  for (const { file, words = "", typed: script, due = [] } of styles) {
    const { needs = "" } = compilers[path.extname(file)] ?? {};
    it.skipIf(!has(needs))(
      `judges the ${role} ${side} of ${file} by its rules alone`,
      async () => {
        const place = side === "server" ? "{port}" : "{host} {port}";
        const folder = mkdtempSync(path.join(os.tmpdir(), "other-style-"));
        onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
        const run = `exec ${started(file, folder)} ${place} ${words}`;
        const report = await check(role, { side, run, script }, folder);
        expect(report.ended).toBeNull();
        expect(withStatus(report, "error")).toEqual([]);
        expect(withStatus(report, "failed")).toEqual(due);
      },
      240_000,
    );
  }
}

for (const [role, styles] of Object.entries(servers)) judged(role, "server", styles);
for (const [role, styles] of Object.entries(clients)) judged(role, "client", styles);
