/** The `book` command, its CSV, and files that the client opens for the daemon. */
import { EventEmitter } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { text as textOf } from "node:stream/consumers";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { DescriptorBudget } from "../../src/actors/descriptor-budget.ts";
import { schemaFile } from "../../src/config.ts";
import { ControlClient } from "../../src/control/control-client.ts";
import { MAX_REQUEST } from "../../src/control/control-request.ts";
import { ControlServer } from "../../src/control/control-server.ts";
import { formatAddresses, parseAddresses } from "../../src/lab/address-csv.ts";
import type { Lab } from "../../src/lab/lab.ts";
import { commandTable } from "../../src/repl/command-folder.ts";
import { evaluate } from "../../src/repl/evaluator.ts";
import { complete } from "../../src/repl/line-completion.ts";
import { openAddressBook } from "../../src/stores/address-book.ts";
import { LabDatabase } from "../../src/stores/database.ts";
import { readNamedFile } from "../../src/terminal/client-file.ts";
import { runOnce } from "../../src/terminal/one-shot.ts";
import { processorMsOf } from "../processor-time.ts";
import { FakePipe } from "../terminal/fake-terminal.ts";
import { FakeDaemon } from "./fake-daemon.ts";

const THREE = "email,name\nluke@x.org,Luke Skywalker\nleia@x.org,Leia\nhan@x.org,Han Solo\n";

let folder: string;
let lab: Lab;
const descriptors = new DescriptorBudget({ limit: Number.POSITIVE_INFINITY, inUse: 0 });

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "netlabd-book-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

/** For the tests of one group: a daemon's address book, and nothing else of it. */
function openBook(): void {
  const database = LabDatabase.open(folder, schemaFile);
  const parts = { book: openAddressBook(database), socketPath: path.join(folder, "s.sock") };
  const audit = { add: async () => undefined, since: () => [] };
  const nothing = {
    instances: [],
    registry: { list: () => [] },
    ownRegistrations: () => new Map(),
    audit,
    clock: { now: () => 0 },
  };
  lab = { ...parts, ...nothing, subscribe: () => () => undefined } as unknown as Lab;
  onTestFinished(() => database.close());
}

/** One line, as an operator types it, in front of these files. */
async function run(line: string, files: Readonly<Record<string, string>> = {}) {
  const said: string[] = [];
  const complaints: string[] = [];
  const data: unknown[] = [];
  const responder = {
    out: (text: string) => void said.push(`${text}\n`),
    err: (text: string) => void complaints.push(`${text}\n`),
    data: (document: unknown) => void data.push(document),
    ask: async () => "",
    readFile: async (name: string) => files[name] ?? "",
    isBehind: false,
  };
  const exit = await evaluate({
    lab,
    level: "own",
    request: { line },
    responder,
    signal: new AbortController().signal,
  });
  return { out: said.join(""), err: complaints.join(""), data, exit };
}

describe("book", () => {
  beforeEach(openBook);

  it("[BOOK-5] adds an address whose name is the rest of the line, and replaces it", async () => {
    expect(await run("book add luke@x.org Luke Skywalker")).toMatchObject({
      exit: 0,
      out: "added: luke@x.org is Luke Skywalker\n",
    });
    expect(lab.book.find("luke@x.org")).toBe("Luke Skywalker");
    expect((await run('book add luke@x.org "Luke  S."')).out).toBe("replaced: luke@x.org is Luke  S.\n");
    expect((await run("book add leia@x.org Leia --json")).data).toEqual([
      { email: "leia@x.org", name: "Leia" },
    ]);
  });

  it.each([
    ["book add luke@x.org", /usage: book add EMAIL NAME…/],
    ["book add luke Luke", /must have an @/],
    ["book add luke@x.org ' '", /the name is empty/],
    [`book add ${"l".repeat(250)}@x.org Luke`, /longer than 255 bytes/],
    ["book add luke@x.org 'Luke\x07'", /control character/],
    ["book ad luke@x.org Luke", /unknown action "ad"; did you mean add\?/],
    ["book ls luke", /usage: book ls/],
    ["book import", /usage: book import FILE/],
  ])("says what is wrong with %j", async (line, wrong) => {
    expect(await run(line)).toMatchObject({ exit: 2, err: expect.stringMatching(wrong) });
    expect(lab.book.size).toBe(0);
  });

  it("[BOOK-3] finds an address as a client would", async () => {
    await lab.book.add("luke@x.org", "Luke");
    expect((await run("book find ' LUKE@x.org'")).out).toBe("Luke\n");
    expect((await run("book find LUKE@x.org --json")).data).toEqual([{ email: "luke@x.org", name: "Luke" }]);
  });

  it("[BOOK-5] removes an address", async () => {
    await lab.book.add("luke@x.org", "Luke");
    await lab.book.add("leia@x.org", "Leia");
    expect((await run("book remove LUKE@x.org")).out).toBe("removed: luke@x.org, Luke\n");
    expect((await run("book remove leia@x.org --json")).data).toEqual([
      { email: "leia@x.org", name: "Leia", removed: true },
    ]);
    expect(lab.book.size).toBe(0);
  });

  it.each(["find", "remove"])(
    "says that the address book has no name for to %s, with exit status 4",
    async (action) => {
      expect(await run(`book ${action} luke@x.org`)).toMatchObject({
        exit: 4,
        err: "the book has no entry for luke@x.org\n",
      });
    },
  );

  it("lists the addresses, and says where there are none", async () => {
    expect((await run("book ls")).out).toMatch(/the book is empty/);
    await run("book import three.csv", { "three.csv": THREE });
    const { out } = await run("book ls");
    expect(out.split("\n").map((line) => line.replace(/ +/g, " "))).toEqual([
      "EMAIL NAME",
      "luke@x.org Luke Skywalker",
      "leia@x.org Leia",
      "han@x.org Han Solo",
      "",
    ]);
    expect((await run("book ls --json")).data).toEqual([parseAddresses(THREE).rows]);
  });

  it("lists 500 of very many, and says how many it does not: a table keeps everybody waiting", async () => {
    await lab.book.import(
      Array.from({ length: 501 }, (_, index) => ({ email: `u${index}@x.org`, name: "U" })),
    );
    const { out } = await run("book ls");
    expect(out.trimEnd().split("\n")).toHaveLength(502);
    expect(out).toMatch(/… and 1 more: book export tells all/);
  });

  it("completes its actions", async () => {
    const { candidates } = complete(lab, await commandTable(), "book e", 6);
    expect(candidates.map(({ value }) => value)).toEqual(["export"]);
  });
});

describe("book import", () => {
  beforeEach(openBook);

  it("[BOOK-5] adds every row of a file, and counts new and replaced ones", async () => {
    await lab.book.add("luke@x.org", "Luke");
    const { out, exit } = await run("book import three.csv", { "three.csv": THREE });
    expect({ out, exit }).toEqual({ out: "imported 3 addresses: 2 new, 1 replaced\n", exit: 0 });
    expect(lab.book.find("luke@x.org")).toBe("Luke Skywalker");
    expect((await run("book import three.csv --json", { "three.csv": THREE })).data).toEqual([
      { imported: 3, added: 0, replaced: 3 },
    ]);
  });

  const bad = "email,name\nluke@x.org,Luke\nleia,Leia\n\nhan@x.org\nlando@x.org,Lando\n";

  it("[BOOK-5] tells every bad line by its number, and imports nothing then", async () => {
    const { out, err, exit } = await run("book import bad.csv", { "bad.csv": bad });
    expect({ out, exit, size: lab.book.size }).toEqual({ out: "", exit: 2, size: 0 });
    expect(err).toBe(
      [
        "book import: bad.csv has 2 bad lines; nothing is imported",
        "  line 3: the address must have an @ with something on both sides",
        "  line 5: 1 column instead of two: email,name (put quotes around a name with a comma)",
        "",
      ].join("\n"),
    );
  });

  it("[BOOK-5] tells the bad lines as a document, too", async () => {
    const { data, exit } = await run("book import bad.csv --json", { "bad.csv": bad });
    expect(exit).toBe(2);
    expect(data).toEqual([
      {
        imported: 0,
        bad: [
          { line: 3, why: expect.stringMatching(/must have an @/) },
          { line: 5, why: expect.stringMatching(/1 column/) },
        ],
      },
    ]);
  });

  it("tells the first twenty of many bad lines, and how many more there are", async () => {
    const { err } = await run("book import bad.csv", { "bad.csv": "nobody\n".repeat(30) });
    expect(err).toMatch(/ {2}line 20: [^\n]*\n {2}… and 10 more\n$/);
  });
});

describe("book export", () => {
  beforeEach(openBook);

  it("[BOOK-5] is what import reads again, whatever the names", async () => {
    const rows = [
      { email: "luke@x.org", name: 'Luke "Sky", Walker' },
      { email: " leia@x.org", name: " Leia " },
      { email: "你@x.org", name: "=1+1;\t".trim() },
      { email: '"a b"@x.org', name: "email,name" },
    ];
    await lab.book.import(rows);
    const { out } = await run("book export");
    expect(out.split("\n")[0]).toBe("email,name");
    expect(parseAddresses(out)).toEqual({ rows, bad: [] });
    expect((await run("book export --json")).data).toEqual([rows]);
  });

  it("of an empty book is its heading alone", async () => {
    expect((await run("book export")).out.trimEnd()).toBe("email,name");
  });
});

describe("a CSV of addresses", () => {
  it.each([
    ["without a heading", "luke@x.org,Luke\n"],
    ["with one in capitals", "Email, Name\nluke@x.org,Luke\n"],
    ["without a last newline", "email,name\nluke@x.org,Luke"],
    ["from Windows", "\ufeffemail,name\r\nluke@x.org,Luke\r\n"],
    ["with white space around its fields", " luke@x.org ,\t Luke \n"],
    ["with empty lines", "\n\nluke@x.org,Luke\n\n  \n"],
    ["with quotes", '"luke@x.org","Luke"\n'],
    ["with the same row twice", "luke@x.org,Luke\nluke@x.org,Luke\n"],
  ])("%s is read", (_what, text) => {
    const { rows, bad } = parseAddresses(text);
    expect(bad).toEqual([]);
    expect(new Set(rows.map((row) => JSON.stringify(row)))).toEqual(
      new Set([JSON.stringify({ email: "luke@x.org", name: "Luke" })]),
    );
  });

  it.each([
    ["a@b,A\nb@c\n", [2, "1 column instead of two"]],
    ["a@b,A,\n", [1, "3 columns instead of two"]],
    ["a@b;A\nb@c,B\n", [1, "1 column"]],
    ["a@b,\n", [1, "the name is empty"]],
    [",A\n", [1, "the address must have an @"]],
    ["email,name\r\na@b,A\r\n\r\nb,B\r\n", [4, "the address must have an @"]],
    ['a@b,"A\nA"\nb@c,B\n', [1, "a control character"]],
    ['a@b,"A\r\nA"\r\nb,B\r\n', [1, "a control character"], [3, "the address must have an @"]],
    ["a@b,A\na@b,B\n", [2, "line 1 has another name for a@b"]],
    ['a@b,A\nb@c,B "the" B\nc,C\n', [2, "a quote stands within a field"], [3, "the address must have an @"]],
    ['a@b,A\nb@c,"B" B\n', [2, "there is text after a closing quote"]],
    ['a@b,A\n\nb@c,B\nc@d,"C\nd@e,D\ne@f,E\n', [4, "a quote is not closed"]],
    ["email,name\nemail,name\n", [2, "the address must have an @"]],
  ] as [string, ...[number, string][]][])("%j has bad lines, each with its number", (text, ...lines) => {
    const { bad } = parseAddresses(text);
    expect(bad).toEqual(lines.map(([line, why]) => ({ line, why: expect.stringContaining(why) })));
  });

  it("of nothing has no rows", () => {
    expect(parseAddresses("")).toEqual({ rows: [], bad: [] });
    expect(parseAddresses(formatAddresses([]))).toEqual({ rows: [], bad: [] });
  });
});

describe("a file that a command names", () => {
  const file = (content: string | Uint8Array, name = "book.csv") => {
    const file = path.join(folder, name);
    writeFileSync(file, content);
    return file;
  };

  it("is read where the client is, by argv or line", async () => {
    const name = path.relative(process.cwd(), file(THREE, "my book.csv"));
    expect(await readNamedFile(name, { argv: ["book", "import", name] })).toBe(THREE);
    expect(await readNamedFile(name, { line: `book import "${name}"` })).toBe(THREE);
  });

  it("is the only one that a daemon gets", async () => {
    const name = file("secret");
    const refusal = { code: "file-not-read", message: expect.stringMatching(/the command does not name it/) };
    await expect(readNamedFile(name, { argv: ["conns"] })).rejects.toMatchObject(refusal);
    await expect(readNamedFile(name, { line: "conns" })).rejects.toMatchObject(refusal);
  });

  it.each([
    ["that is not there", () => path.join(folder, "nope.csv"), /there is no such file \(ENOENT\)/],
    ["that is a folder", () => folder, /it is a folder \(EISDIR\)/],
    ["that is no UTF-8", () => file(Buffer.from("m\u00fcller@x.de,M", "latin1")), /it is not UTF-8 text/],
    ["that has no end", () => "/dev/zero", /longer than 4 MiB/],
    ["that is too long once it is quoted", () => file('"'.repeat(MAX_REQUEST / 2)), /longer than 4 MiB/],
  ])("%s is refused with the reason", async (_what, nameOf, why) => {
    const name = nameOf();
    await expect(readNamedFile(name, { argv: [name] })).rejects.toMatchObject({
      code: "file-not-read",
      exitCode: 4,
      message: expect.stringMatching(why),
    });
  });
});

describe("over the control socket", () => {
  beforeEach(openBook);

  async function serve(): Promise<ControlServer> {
    const server = new ControlServer(
      { lab, descriptors, openEvaluation: undefined, prepare: async () => undefined },
      { path: lab.socketPath, level: "own", name: "control socket" },
    );
    await server.listen();
    onTestFinished(() => server.close());
    return server;
  }

  async function netlabctl(...argv: string[]) {
    const stdout = new FakePipe();
    const stderr = new FakePipe();
    const streams = { stdout, stderr, signals: new EventEmitter() };
    const exit = await runOnce({ socketPath: lab.socketPath, argv, json: false, ...streams });
    return { exit, out: stdout.text, err: stderr.text };
  }

  it("[BOOK-5] imports a file of 10,000 addresses, and exports it byte for byte", async () => {
    await serve();
    const rows = Array.from({ length: 10_000 }, (_, index) => ({
      email: `u${index}@x.org`,
      name: `Zoë ${index}`,
    }));
    const file = path.join(folder, "many.csv");
    writeFileSync(file, formatAddresses(rows));
    let imported: unknown;
    const usedMs = await processorMsOf(async () => {
      imported = await netlabctl("book", "import", file);
    });
    expect(imported).toEqual({
      exit: 0,
      out: "imported 10000 addresses: 10000 new, 0 replaced\n",
      err: "",
    });
    expect(usedMs).toBeLessThan(3_000);
    expect((await netlabctl("book", "export")).out).toBe(formatAddresses(rows));
  });

  it("says why a file cannot be read, with exit status 4", async () => {
    await serve();
    expect(await netlabctl("book", "import", "nope.csv")).toEqual({
      exit: 4,
      out: "",
      err: "cannot read nope.csv: there is no such file (ENOENT)\n",
    });
  });

  it("reads no file for a plain connection, which cannot send one", async () => {
    await serve();
    expect(await textOf(connect(lab.socketPath).end("book import x.csv\n"))).toBe(
      "cannot read x.csv: a plain connection sends no files, use netlabctl\n",
    );
  });

  it("says so of a client that opens no files", async () => {
    await serve();
    const client = await ControlClient.connect(lab.socketPath);
    const errors: string[] = [];
    const handlers = { err: (text: string) => void errors.push(text) };
    expect(await client.request("run", { line: "book import x.csv" }, handlers)).toEqual({ exit: 4 });
    expect(errors).toEqual(["this client opens no files"]);
    client.close();
  });

  it("waits for a file no longer than the command is wanted", async () => {
    await serve();
    const client = await ControlClient.connect(lab.socketPath);
    const reading = Promise.withResolvers<void>();
    const read = () => {
      reading.resolve();
      return new Promise<string>(() => undefined);
    };
    const exits: unknown[] = [];
    const socket = connect(lab.socketPath);
    socket.setEncoding("utf8").on("data", (text: string) => exits.push(text));
    socket.write('{"id":7,"op":"run","line":"book import x.csv"}\n');
    await expect.poll(() => exits.join("")).toContain('{"id":7,"read":"x.csv"}');
    socket.write('{"id":8,"op":"interrupt","target":7}\n');
    await expect.poll(() => exits.join("")).toContain('{"id":7,"exit":130}');
    // A client that goes away while it is waited for ends its command as well.
    void client.request("run", { line: "book import x.csv" }, { read }).catch(() => undefined);
    await reading.promise;
    client.close();
    socket.destroy();
  });
});

describe("a client that a daemon asks for a file", () => {
  it("sends its text, or the reason why not, and goes on with the answer", async () => {
    const file = path.join(tmpdir(), `netlabd-read-${process.pid}.csv`);
    writeFileSync(file, "a@b,A\n");
    onTestFinished(() => rmSync(file));
    const daemon = await FakeDaemon.start(({ op, id }, reply) => {
      if (op === "run") reply({ out: "reading", read: file });
      else reply({ id, exit: 0 });
    });
    onTestFinished(() => daemon.stop());
    const streams = { stdout: new FakePipe(), stderr: new FakePipe(), signals: new EventEmitter() };
    const once = (argv: string[]) => runOnce({ socketPath: daemon.path, argv, json: false, ...streams });
    expect(await once(["book", "import", file])).toBe(0);
    expect(daemon.of("answer")).toEqual([{ id: 1, op: "answer", text: "a@b,A\n" }]);
    expect(await once(["conns"])).toBe(0);
    expect(daemon.of("answer")[1]).toEqual({
      id: 1,
      op: "answer",
      code: "file-not-read",
      error: `cannot read ${file}: the command does not name it`,
    });
  });
});
