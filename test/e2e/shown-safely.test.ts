/**
 * What strangers send never reaches a terminal or a log as it is, and tokens reach neither: every command of the REPL,
 * the first screen, notices and both kinds of log, after hostile peers have put their bytes into every field they can.
 */
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { journalFilesIn } from "../../src/stores/journal-files.ts";
import { TestDaemon } from "./daemon.ts";
import { eventually } from "./eventually.ts";
import { FalseServers } from "./false-servers.ts";
import { discover, tell } from "./registry-client.ts";
import { Scene } from "./scene.ts";

/** Clears the screen, sets its title, writes backwards, blinks, and says it all again in the 8-bit forms. */
const HOSTILE =
  "\u001b[2J\u001b]0;pwned\u0007\u001b[5;45mX\u009b2J\u009d0;pwned\u009c\u202eevil\u2066\u200f\u2028\b\u007f";
/** What of ours may pass: a colour of `style.ts`, a newline, a tab. */
const OURS = /\u001b\[(?:0|1|2|22|3[1-6]|39)m|[\n\t]/g;
const OBEYED = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

const TOKENS = [
  "t0k3n-of-a-server",
  "t0k3n-of-a-stranger",
  "t0k3n-that-is-told",
  "t0k3n-of-a-client",
] as const;
const [SERVER, STRANGER, TOLD, CLIENT] = TOKENS;

const scene = new Scene();
const servers = new FalseServers();
let daemon: TestDaemon;
/** The same with the other kind of log. */
let inJson: TestDaemon;
let commands: readonly string[] = [];

const ROLES = [
  "bootstrap",
  "ack",
  "clock",
  "knock-knock",
  "calculator",
  "chat",
  "reverse",
  "echo",
  "relay",
  "address-book",
];

beforeAll(async () => {
  const fileServer = { role: "file-server", service: "txt", token: SERVER, port: 0 };
  const lab = JSON.stringify({ roles: [...ROLES.map((role) => ({ role, port: 0 })), fileServer] });
  const args = ["--log-level", "trace", "--journal"];
  [daemon, inJson] = await Promise.all([
    TestDaemon.start(scene, { lab, args }),
    TestDaemon.start(scene, { lab, name: "in-json", args: [...args, "--log", "json"] }),
  ]);
  await Promise.all([attack(daemon), attack(inJson)]);
  const described = await daemon.document<{ name: string }[]>("help");
  commands = described.map(({ name }) => name);
});
afterAll(async () => {
  await servers.end();
  await scene.end();
});

/** Says all of it and reads for as long as the other side speaks; a FIN ends most of them. */
function talk(port: number, ...messages: readonly (string | Buffer)[]): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  socket.end(Buffer.concat(messages.map((message) => Buffer.from(message))));
  return text(socket).catch(() => "");
}

/** One that stays, so that it is among the living. */
function stay(port: number, message: string): void {
  const socket = connect(port, "127.0.0.1", () => socket.write(message));
  socket.on("error", () => undefined).resume();
  staying.push(socket);
}
const staying: ReturnType<typeof connect>[] = [];
afterAll(() => {
  for (const socket of staying) socket.destroy();
});

async function attack(target: TestDaemon): Promise<void> {
  const { ready } = target;
  const portOf = (role: string) => ready.instances.find(({ type }) => type === role)?.port ?? 0;
  expect(ready.instances.map(({ state }) => state)).not.toContain("failed");
  const registry = portOf("bootstrap");
  await tell(registry, `REGISTRN,10.0.0.1,4000,${HOSTILE.slice(0, 20)},${STRANGER}`);
  await tell(
    registry,
    `REGISTRN,10.0.0.2,4000,png,${HOSTILE.slice(0, 40)}`,
    `REGISTRN,${HOSTILE},1,x,y`,
    HOSTILE,
  );
  await discover(registry);
  for (const role of ["ack", "clock"]) await tell(portOf(role), HOSTILE);
  await talk(portOf("file-server"), `${SERVER}\n${HOSTILE}.txt\nnot\u202e.txt\nserver.txt\n`);
  await talk(portOf("file-server"), `wrong${HOSTILE}\n`);
  await talk(portOf("knock-knock"), `Knock knock..\n${HOSTILE}\n${HOSTILE}\n`);
  await talk(portOf("calculator"), `${HOSTILE}\n1 + ${HOSTILE}\n`);
  await talk(portOf("echo"), `${HOSTILE}\ndownload ${HOSTILE}\nrun ${HOSTILE}\n`);
  await talk(portOf("address-book"), Buffer.from([0x51, 100]), `${HOSTILE}@x`.padEnd(100));
  await talk(portOf("relay"), `${HOSTILE}\n${HOSTILE}|${HOSTILE}\n`);
  for (const role of ["relay", "reverse", "calculator"]) stay(portOf(role), `${HOSTILE}\n`);
  stay(portOf("chat"), `:${HOSTILE}:${HOSTILE}login\n${HOSTILE}\n`);
  // A registry and a server that lie to our own clients.
  const lying = await servers.start(
    (client) => client.once("data", () => client.end(HOSTILE)),
    (port) => `127.0.0.1,${port},bin,${TOLD},1,${HOSTILE},x`,
  );
  const nobody = await servers.start(
    () => undefined,
    () => HOSTILE,
  );
  await target.plain(`spawn file-client --service bin --file a.bin --bootstrap 127.0.0.1:${lying}`);
  await target.plain(`spawn file-client --service no --file a.bin --bootstrap 127.0.0.1:${lying}`);
  await target.plain(`spawn file-client --service no --file a.bin --bootstrap 127.0.0.1:${nobody}`);
  await target.plain(
    `spawn file-client --service bin --file a.bin --token ${CLIENT} --bootstrap 127.0.0.1:${lying}`,
  );
  await eventually(async () => {
    const states = (await target.document<{ state: string }[]>("ls", "file-client")).map(
      ({ state }) => state,
    );
    expect(states.filter((state) => state === "failed" || state === "stopped")).toHaveLength(4);
  });
}

/** Everything that one line answers with. */
const answersTo = (line: string, colors: boolean) => asked({ op: "run", line, columns: 200, colors });

/** As its bytes come over the socket: each piece one line of JSON. */
async function asked(request: Record<string, unknown>): Promise<{ raw: string; texts: string[] }> {
  const socket = connect(daemon.socket);
  socket.write(`${JSON.stringify({ id: 1, ...request })}\n`);
  let raw = "";
  for await (const chunk of socket.setEncoding("utf8")) {
    raw += chunk;
    if (/"ask":/.test(raw)) socket.write(`${JSON.stringify({ id: 1, op: "answer", text: "no" })}\n`);
    // A notice may follow in the same read.
    if (/"exit":\d+\}\n/.test(raw)) break;
  }
  const messages = raw
    .trim()
    .split("\n")
    .map((one) => JSON.parse(one) as Record<string, unknown>);
  return {
    raw,
    texts: messages
      .flatMap(({ out, err, ask, data }) => [
        out,
        err,
        ask,
        (data as { welcome?: string } | undefined)?.welcome,
      ])
      .filter((one) => typeof one === "string"),
  };
}

/** Commands that end something or need a file; each has its own tests. */
const LEFT_OUT = new Set(["shutdown", "quit", "load", "spawn", "start", "keep-check"]);
const ENDING = ["stop", "remove", "restart", "kick", "kill", "rst"];
/** What each command is tried with besides nothing at all. */
const ARGUMENTS = [
  "",
  "@last",
  "c1",
  "file-server",
  "chat",
  "relay",
  "bootstrap",
  "find x@y",
  "ls",
  "export",
];
const ENDLESS: Record<string, string> = {
  tap: " --for 1ms",
  trace: " --for 1ms",
  logs: " -n 1000 --level trace",
  "wait-for": " stuck --timeout 1ms",
  top: " --n 1 --every 50ms",
};

/** The lines to try: every command with every argument, every connection explained and shown. */
async function lines(): Promise<string[]> {
  const conns = await daemon.document<{ id: string }[]>("conns", "--all");
  const each = conns.flatMap(({ id }) => [
    `explain ${id} --hex`,
    `show ${id}`,
    `rewind ${id}`,
    `rewind ${id} --to 3`,
    `replay ${id}`,
  ]);
  const safe = commands.filter((name) => !LEFT_OUT.has(name) && !ENDING.includes(name));
  const tried = safe.flatMap((name) =>
    ARGUMENTS.map((argument) => `${name} ${argument}${ENDLESS[name] ?? ""}`.trim()),
  );
  const all = ["ls --all", "conns --all", "registry", "logs --n 1000 --level trace", "members chat", "tree"];
  const spawned = [
    `spawn file-server mine --service txt --port 0 --token ${SERVER}`,
    "ls",
    "show mine",
    "info",
  ];
  const tables = ["registrations", "instances", "journal", "addresses"].map(
    (name) => `sql select * from ${name}`,
  );
  const last = ["kick chat", "kill relay", "rst reverse", "restart file-client", "stop chat", "remove chat"];
  return [...all, ...each, ...tried, ...spawned, ...tables, ...last];
}

describe("what a stranger sent", () => {
  it("is in no answer of any command, in text, in colours or in JSON; nor is a token", async () => {
    const tried = await lines();
    expect(tried.length).toBeGreaterThan(200);
    const wrong: string[] = [];
    let shown = "";
    for (const line of tried) {
      const mode = tried.indexOf(line) % 2 === 0;
      for (const typed of [line, `${line} --json`]) {
        const { raw, texts } = await answersTo(typed, mode);
        // On the socket itself there is nothing to obey either, for whoever looks with nc.
        const seen = [...texts, raw.replaceAll("\n", "")];
        if (seen.some((one) => OBEYED.test(one.replace(OURS, ""))))
          wrong.push(`${typed}: ${JSON.stringify(seen)}`);
        const leaked = TOKENS.filter(
          (token) => raw.includes(token) || raw.includes(Buffer.from(token).toString("hex")),
        );
        if (leaked.length > 0) wrong.push(`${typed} tells ${leaked}`);
        shown += raw;
      }
    }
    expect(wrong).toEqual([]);
    // It was there to be shown: escaped.
    expect(shown).toContain("\\\\x1b[2J");
    expect(shown).toContain("\\\\u{202e}");
    expect(shown).toMatch(/bytes, hidden/);
  });

  it("is on no first screen", async () => {
    const { raw, texts } = await asked({ op: "hello", columns: 200, colors: true });
    expect([...texts, raw].join("").replace(OURS, "")).not.toMatch(OBEYED);
    expect(texts.join("\n")).toContain("netlabd");
  });

  it.each(["pretty", "json"] as const)("is in no line of the log, %s; nor is a token", async (kind) => {
    const { program } = kind === "json" ? inJson : daemon;
    await program.says("refused from");
    const lines = program.stderr.trim().split("\n");
    expect(lines.length).toBeGreaterThan(20);
    expect(lines.filter((line) => OBEYED.test(line))).toEqual([]);
    expect(TOKENS.filter((token) => program.stderr.includes(token))).toEqual([]);
    if (kind === "json") for (const line of lines) expect(JSON.parse(line)).toHaveProperty("msg");
    expect(program.stderr).toContain(kind === "json" ? "\\\\x1b[2J" : "\\x1b[2J");
  });

  it("is in no step that a client of ours explains; nor is a token, unless it is asked for", async () => {
    const registry = await servers.start(
      (client) => client.once("data", () => client.end(HOSTILE)),
      (port) => `127.0.0.1,${port},bin,${TOLD},1,${HOSTILE},x`,
    );
    const fetch = ["fetch", "bin", "a.bin", "--explain", "--bootstrap", `127.0.0.1:${registry}`];
    const { stdout, stderr, exit } = await scene.node("netlabctl", fetch).ended;
    expect([exit, stdout]).toEqual([6, ""]);
    expect(stderr.replace(OURS, "")).not.toMatch(OBEYED);
    expect(stderr).toContain("send() to 127.0.0.1");
    expect(stderr).not.toContain(TOLD);
    expect((await scene.node("netlabctl", [...fetch, "--show-tokens"]).ended).stderr).toContain(`"${TOLD}"`);
  });

  it("is in no text of the journal; nor is a token", async () => {
    expect(await inJson.stop()).toMatchObject({ exit: 0 });
    const [week] = journalFilesIn(scene.path("in-json.data"));
    const sql = new Database(week?.file, { readonly: true });
    const rows = sql
      .prepare<[], { detail: string; bytes: Buffer | null; facts: string }>(
        "SELECT detail, bytes, facts FROM journal",
      )
      .all();
    sql.close();
    expect(rows.length).toBeGreaterThan(50);
    expect(rows.filter(({ detail }) => OBEYED.test(detail))).toEqual([]);
    const isTold = (text: string) => TOKENS.some((token) => text.includes(token));
    const toldIn = rows.filter(({ detail, bytes, facts }) => [detail, String(bytes), facts].some(isTold));
    expect(toldIn).toEqual([]);
  });
});
