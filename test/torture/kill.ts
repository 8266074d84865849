/**
 * kill -9 at random moments, again and again on one data folder, while file servers register, the address book is imported
 * and roles come and go. What was answered or shown before is there afterwards; what was under way is there whole or not at all.
 */
import { copyFileSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import Database from "better-sqlite3";
import { ControlClient } from "../../src/control/control-client.ts";
import { type InstanceDocument, type RegistrationDocument, TestDaemon } from "../e2e/daemon.ts";
import { freePorts } from "../e2e/free-ports.ts";
import { discover, tell } from "../e2e/registry-client.ts";
import type { Scene } from "../e2e/scene.ts";
import { defineOrdeal, type Finding, type Trial } from "./_ordeal.ts";
import type { Random } from "./_random.ts";

const SERVERS = 120;
const ADDRESSES = 200;
const ROLES = 5;
/** The longest time of work between two kills. */
const MAX_MS = 120;
/** Promised is a second; a machine that runs a whole test suite beside it has other troubles. */
const RESTART_LIMIT_MS = { short: 5_000, long: 1_000 } as const;

/** What a kill may find on disk: what was answered, or what was asked for and not answered yet. */
interface RoleState {
  readonly state: "running" | "stopped" | "absent";
  readonly port: number;
}

/** What was asked of the daemon, and what it has shown or answered: kept over all kills. */
class Ledger {
  /** The newest version that was sent, and that was seen, of each file server's registration. */
  readonly sent = new Map<number, number>();
  readonly seen = new Map<number, number>();
  /** Generations of the address book: begun, and answered. */
  begun = 0;
  imported = 0;
  readonly roles = new Map<string, { known: RoleState; wanted: RoleState | undefined }>();
  readonly losses: string[] = [];
  checked = 0;
  /** Role changes that were answered. */
  changes = 0;

  check(isRight: boolean, loss: string): void {
    this.checked += 1;
    if (!isRight) this.losses.push(loss);
  }
}

export default defineOrdeal({
  name: "kill",
  summary: "kill -9 at random moments under registration, address-book import and role changes",
  limitMs: { short: 60_000, long: 400_000 },
  run: killAgainAndAgain,
});

async function killAgainAndAgain({ size, sized, random, scene, note }: Trial): Promise<readonly Finding[]> {
  const kills = sized(3, 200);
  const ports = await freePorts(1 + ROLES);
  const options = { lab: `roles: [{ role: bootstrap, port: ${ports[0]} }]` };
  const ledger = new Ledger();
  const restarts: number[] = [];
  let unsound = 0;
  let daemon = await TestDaemon.start(scene, options);
  for (let kill = 1; kill <= kills; kill += 1) {
    await workUntilKilled(daemon, ledger, random, ports);
    if (!isSound(scene, daemon.dataFolder)) unsound += 1;
    const startedAt = performance.now();
    daemon = await daemon.again();
    restarts.push(performance.now() - startedAt);
    await compare(daemon, ledger);
    if (kill % 20 === 0) note(`${kill} kills, ${ledger.losses.length} losses of ${ledger.checked} checks`);
  }
  await daemon.stop();
  for (const loss of ledger.losses.slice(0, 10)) note(loss);
  restarts.sort((a, b) => a - b);
  const slowest = Math.round(restarts.at(-1) ?? 0);
  const median = Math.round(restarts[Math.floor(restarts.length / 2)] ?? 0);
  const sent = [...ledger.sent.values()].reduce((sum, versions) => sum + versions, 0);
  const done = `${kills} kills at random moments under ${sent} registrations, ${ledger.begun} imports and ${ledger.changes} role changes`;
  return [
    {
      promised: "what was visible before a kill -9 is there after it, and nothing is there by half",
      done,
      figure: `${ledger.losses.length} lost in ${ledger.checked} comparisons${ledger.losses[0] ? `: ${ledger.losses[0]}` : ""}`,
      held: ledger.losses.length === 0 && ledger.checked > 0,
    },
    {
      promised: "the database is sound after every kill",
      done,
      figure: `integrity_check was not ok ${unsound} times of ${kills}`,
      held: unsound === 0,
    },
    {
      promised: "a killed daemon is back within a second, its roles listening",
      done,
      figure: `from start to ready ${median} ms in the middle, ${slowest} ms at most`,
      held: slowest < RESTART_LIMIT_MS[size],
    },
  ];
}

/** Everything at once until the kill; what is not answered by then fails, as it should. */
async function workUntilKilled(
  daemon: TestDaemon,
  ledger: Ledger,
  random: Random,
  ports: readonly number[],
): Promise<void> {
  let isOver = false;
  const isGoingOn = () => !isOver;
  const control = await ControlClient.connect(daemon.socket);
  const work = [
    registerServers(ports[0] ?? 0, ledger, random.fork(), isGoingOn),
    importBooks(control, ledger, isGoingOn),
    changeRoles(control, ledger, random.fork(), ports.slice(1), isGoingOn),
  ].map((part) =>
    part.catch((error) => {
      if (!isOver) ledger.losses.push(`before the kill: ${error}`);
    }),
  );
  await delay(random.int(0, MAX_MS));
  isOver = true;
  await daemon.kill();
  await Promise.all(work);
  control.close();
}

async function registerServers(port: number, ledger: Ledger, random: Random, isGoingOn: () => boolean) {
  while (isGoingOn()) {
    const datagrams: string[] = [];
    for (let count = random.int(1, 20); count > 0; count -= 1) {
      const server = random.int(1, SERVERS);
      const version = (ledger.sent.get(server) ?? 0) + 1;
      ledger.sent.set(server, version);
      datagrams.push(`REGISTRN,10.0.0.1,${server},pdf,v${version}`);
    }
    await tell(port, ...datagrams);
    for (const [server, version] of versionsIn(await Promise.race([discover(port), delay(300, [])])))
      ledger.seen.set(server, version);
  }
}

/** `10.0.0.1,7,pdf,v3,8,pdf,v1` */
function versionsIn(datagrams: readonly string[]): [number, number][] {
  return datagrams.flatMap((datagram) => {
    const [, ...fields] = datagram.split(",");
    const versions: [number, number][] = [];
    for (let at = 0; at + 2 < fields.length; at += 3)
      versions.push([Number(fields[at]), Number(fields[at + 2]?.slice(1))]);
    return versions;
  });
}

async function importBooks(control: ControlClient, ledger: Ledger, isGoingOn: () => boolean) {
  while (isGoingOn()) {
    ledger.begun += 1;
    const generation = ledger.begun;
    const rows = Array.from({ length: ADDRESSES }, (_, index) => `user${index}@example.org,g${generation}`);
    const { exit } = await control.request(
      "run",
      { line: "book import book.csv" },
      { read: async () => `email,name\n${rows.join("\n")}\n` },
    );
    if (exit === 0) ledger.imported = generation;
    else ledger.losses.push(`an import ended with ${exit}`);
  }
}

const ABSENT: RoleState = { state: "absent", port: 0 };

async function changeRoles(
  control: ControlClient,
  ledger: Ledger,
  random: Random,
  ports: readonly number[],
  isGoingOn: () => boolean,
) {
  while (isGoingOn()) {
    const number = random.int(0, ROLES - 1);
    const name = `role${number}`;
    const entry = ledger.roles.get(name) ?? { known: ABSENT, wanted: undefined };
    ledger.roles.set(name, entry);
    const [line, wanted] = nextChange(name, entry.known, number % 2 === 0 ? 0 : (ports[number] ?? 0), random);
    entry.wanted = wanted;
    const answered: InstanceDocument[] = [];
    const data = (document: unknown) => void answered.push(document as InstanceDocument);
    const { exit } = await control.request("run", { line }, { data });
    if (exit !== 0) throw new Error(`${line} ended with ${exit}`);
    entry.known = { ...wanted, port: answered[0]?.port || entry.known.port };
    entry.wanted = undefined;
    ledger.changes += 1;
  }
}

function nextChange(name: string, known: RoleState, port: number, random: Random): [string, RoleState] {
  if (known.state === "absent")
    return [`spawn clock ${name} --port ${port} --json`, { state: "running", port }];
  if (random.chance(0.3)) return [`remove ${name}`, ABSENT];
  return known.state === "running"
    ? [`stop ${name}`, { ...known, state: "stopped" }]
    : [`start ${name}`, { ...known, state: "running" }];
}

/** A copy is looked at: the daemon itself must find its files as the kill left them. */
function isSound(scene: Scene, dataFolder: string): boolean {
  const copy = scene.path("copy");
  mkdirSync(copy);
  for (const name of ["netlab.db", "netlab.db-wal"])
    if (existsSync(join(dataFolder, name))) copyFileSync(join(dataFolder, name), join(copy, name));
  const sql = new Database(join(copy, "netlab.db"));
  try {
    return sql.pragma("integrity_check", { simple: true }) === "ok";
  } finally {
    sql.close();
    rmSync(copy, { recursive: true });
  }
}

async function compare(daemon: TestDaemon, ledger: Ledger): Promise<void> {
  compareServers(await daemon.document<RegistrationDocument[]>("registry --show-tokens"), ledger);
  compareBook(await daemon.document<{ email: string; name: string }[]>("book export"), ledger);
  compareRoles(await daemon.document<InstanceDocument[]>("ls"), ledger);
}

function compareServers(rows: readonly RegistrationDocument[], ledger: Ledger): void {
  const versions = new Map(rows.map(({ port, token }) => [port, Number(token.slice(1))]));
  for (const [server, seen] of ledger.seen) {
    const now = versions.get(server) ?? 0;
    const isRight = now >= seen && now <= (ledger.sent.get(server) ?? 0);
    ledger.check(isRight, `server ${server} was shown as v${seen} and is v${now}`);
    ledger.seen.set(server, now);
  }
  ledger.check(versions.size === rows.length, "an ip and port is registered twice");
}

/** An import is there whole or not at all. */
function compareBook(rows: readonly { email: string; name: string }[], ledger: Ledger): void {
  const generations = new Set(rows.map(({ name }) => Number(name.slice(1))));
  const [now = 0] = generations;
  ledger.check(generations.size <= 1, `an import is there by half: ${[...generations].join(" and ")}`);
  ledger.check(
    now >= ledger.imported && (now === 0 || rows.length === ADDRESSES),
    `import ${ledger.imported} was answered, ${now} is there with ${rows.length} addresses`,
  );
  ledger.imported = now;
}

/** A change that was under way may have happened or not; every other role is as it was last answered. */
function compareRoles(instances: readonly InstanceDocument[], ledger: Ledger): void {
  for (const [name, entry] of ledger.roles) {
    const found = instances.find((one) => one.name === name);
    const now: RoleState = found ? { state: found.state as RoleState["state"], port: found.port } : ABSENT;
    const may = [entry.known, ...(entry.wanted ? [entry.wanted] : [])];
    const isRight = may.some(
      ({ state, port }) => state === now.state && (state === "absent" || port === 0 || port === now.port),
    );
    ledger.check(isRight, `${name} was ${may.map(shown).join(" or ")} and is ${shown(now)}`);
    entry.known = now;
    entry.wanted = undefined;
  }
}

const shown = ({ state, port }: RoleState) => (state === "absent" ? state : `${state} on ${port}`);
