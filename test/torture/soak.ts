/**
 * Everything at a steady pace for a long time: calculators, chats, fetches, registrations with leases, datagrams, resets,
 * commands. What is temporary must be gone again: memory, descriptors, timers, rows. `TORTURE_SOAK_S` sets how long.
 */
import { setTimeout as delay } from "node:timers/promises";
import Database from "better-sqlite3";
import { Conversation } from "../actors/conversation.ts";
import type { InstanceDocument, TestDaemon } from "../e2e/daemon.ts";
import { freePorts } from "../e2e/free-ports.ts";
import { discover, tell } from "../e2e/registry-client.ts";
import { count, mib, percent } from "./_figures.ts";
import { defineOrdeal, type Finding, type Trial } from "./_ordeal.ts";
import { openDescriptors, processorMs, residentBytes } from "./_process.ts";
import type { Random } from "./_random.ts";
import { fewStories, type Resources, TellingDaemon } from "./_resources.ts";

const LONG_MS = Number(process.env.TORTURE_SOAK_S ?? 1_200) * 1_000;
const SHORT_MS = 600;
const LEASE_MS = 500;
/** As `src/actors/udp-endpoint.ts` has it. */
const SILENCE_MS = 60_000;
/** Only what never comes back is waited for so long. */
const PATIENCE_MS = 20_000;
/** More than this in an hour is a leak, not the garbage collector's habit. */
const MAX_MIB_AN_HOUR = 32;

export default defineOrdeal({
  name: "soak",
  summary: "everything mixed at a steady pace, for a long time",
  limitMs: { short: 60_000, long: LONG_MS + 180_000 },
  run: async (trial) => {
    const [registry = 0, echo = 0, calculator = 0, chat = 0, files = 0] = await freePorts(5);
    const ports: Ports = { registry, echo, calculator, chat, files };
    const options = { lab: labOf(ports), args: ["--log-level", "warn", ...fewStories] };
    const telling = await TellingDaemon.start(trial.scene, options);
    const { daemon } = telling;
    const start = await telling.resources();
    const startDescriptors = openDescriptors(daemon.ready.pid);
    const forMs = trial.sized(SHORT_MS, LONG_MS);
    const tally: Tally = { done: 0, wrong: [] };
    const until = performance.now() + forMs;
    const workers = lines(daemon, ports).map((line) => steadily(line, until, trial.random.fork(), tally));
    const samples = await observe(telling, forMs, trial.note);
    await Promise.all(workers);
    return await judge(telling, { start, startDescriptors, samples, tally, forMs, trial });
  },
});

interface Ports {
  readonly registry: number;
  readonly echo: number;
  readonly calculator: number;
  readonly chat: number;
  readonly files: number;
}

interface Tally {
  done: number;
  readonly wrong: string[];
}

function labOf({ registry, echo, calculator, chat, files }: Ports): string {
  return JSON.stringify({
    roles: [
      { role: "bootstrap", port: registry, lease: `${LEASE_MS}ms` },
      { role: "echo", port: echo },
      { role: "calculator", port: calculator },
      { role: "chat", port: chat },
      { role: "file-server", port: files, service: "txt", token: "secret" },
    ],
  });
}

interface Line {
  readonly everyMs: number;
  readonly act: (random: Random, number: number) => Promise<void>;
}

/** Each is done again and again; what goes wrong once is a finding. */
function lines(daemon: TestDaemon, { registry, echo, calculator, chat, files }: Ports): Line[] {
  return [
    { everyMs: 10, act: (random) => calculate(calculator, random) },
    { everyMs: 10, act: (random) => echoAndReset(echo, random) },
    { everyMs: 20, act: (_, number) => visitRoom(chat, number) },
    { everyMs: 20, act: () => fetchFile(files) },
    { everyMs: 5, act: (random) => register(registry, random) },
    { everyMs: 5, act: (random) => tell(registry, random.bytes(random.int(0, 40)).toString("latin1")) },
    { everyMs: 200, act: async () => void (await daemon.document("conns")) },
    { everyMs: 500, act: (_, number) => spawnAndRemove(daemon, number) },
  ];
}

async function steadily({ everyMs, act }: Line, until: number, random: Random, tally: Tally): Promise<void> {
  for (let number = 1; performance.now() < until; number += 1) {
    try {
      await act(random, number);
      tally.done += 1;
    } catch (error) {
      tally.wrong.push(String(error));
    }
    await delay(everyMs);
  }
}

/** Whatever becomes of the visit, the visitor leaves. */
async function visit(port: number, act: (peer: Conversation) => Promise<void>): Promise<void> {
  const peer = await Conversation.open(port);
  try {
    await act(peer);
  } finally {
    if (!peer.isOver && !peer.socket.writableEnded) peer.reset();
  }
}

const calculate = (port: number, random: Random) =>
  visit(port, async (peer) => {
    peer.say("name\n");
    const number = random.int(1, 1_000);
    peer.say(`${number} + 1\n`);
    await peer.hears(`${number + 1}.0\n`);
    peer.say("q\n");
    await peer.hearsTheEnd();
    peer.end();
  });

const echoAndReset = (port: number, random: Random) =>
  visit(port, async (peer) => {
    await peer.hears("Enter your command please");
    peer.say(random.bytes(random.int(1, 20)));
    if (random.chance(0.5)) await delay(random.int(0, 20));
  });

const visitRoom = (port: number, number: number) =>
  visit(port, async (peer) => {
    peer.say(`:Guest ${number}:guest${number}\n`);
    let text = "";
    while (!text.includes(`guest${number} joined`))
      text += await peer.hearsBytes(Math.max(1, peer.unread.length));
    peer.say("hello\n");
    peer.end();
    await peer.over();
  });

const fetchFile = (port: number) =>
  visit(port, async (peer) => {
    peer.say("secret\nserver.txt\n");
    await peer.hears("valid\nfound\n");
    const size = (await peer.hearsBytes(4)).readInt32LE();
    peer.say("Got\n");
    await peer.hearsBytes(size);
    peer.end();
  });

async function register(port: number, random: Random): Promise<void> {
  await tell(port, `REGISTRN,10.0.0.${random.int(1, 250)},${random.int(1, 60_000)},pdf,server1`);
  if (random.chance(0.05)) await discover(port);
}

async function spawnAndRemove(daemon: TestDaemon, number: number): Promise<void> {
  await daemon.plain(`spawn clock soaked${number} --port 0`);
  const answer = await daemon.plain(`remove soaked${number}`);
  if (!answer.includes("removed")) throw new Error(`remove: ${answer}`);
}

// -- what grows ------------------------------------------------------------------------------------------------------

interface Sample extends Resources {
  readonly atMs: number;
  readonly residentBytes: number;
}

const MAX_SAMPLES = 40;

async function observe(telling: TellingDaemon, forMs: number, note: Trial["note"]): Promise<Sample[]> {
  const samples: Sample[] = [];
  const startedAt = performance.now();
  for (let atMs = 0; atMs < forMs; atMs = performance.now() - startedAt) {
    const resources = await telling.resources();
    const resident = residentBytes(telling.daemon.ready.pid);
    samples.push({ ...resources, atMs, residentBytes: resident });
    note(`${mib(resources.liveBytes)} live, ${mib(resident)} resident, ${resources.timers} timers`);
    await delay(Math.max(0, Math.min(forMs / MAX_SAMPLES, forMs - (performance.now() - startedAt))) + 1);
  }
  return samples;
}

interface Course {
  readonly start: Resources;
  readonly startDescriptors: number;
  readonly samples: readonly Sample[];
  readonly tally: Tally;
  readonly forMs: number;
  readonly trial: Trial;
}

async function judge(telling: TellingDaemon, course: Course): Promise<Finding[]> {
  const { start, startDescriptors, samples, tally, forMs, trial } = course;
  const { daemon } = telling;
  const busyMs = processorMs(daemon.ready.pid);
  // Leases run out, and what was closed last is drained; senders of datagrams are remembered longer.
  await delay(trial.sized(LEASE_MS + 400, SILENCE_MS + 10_000));
  const left = await leftOver(telling, course);
  const { exit } = await daemon.stop();
  const rows = rowsLeft(daemon);
  const done = `${count(tally.done)} visits, commands and datagrams in ${count(forMs / 1_000)} s, ${percent(busyMs / forMs)} of a processor`;
  return [
    {
      promised: "everything is answered rightly, from the first to the last",
      done,
      figure: `${tally.wrong.length} went wrong${kindsOf(tally.wrong)}; exit ${exit}`,
      held: tally.wrong.length === 0 && tally.done > 0 && exit === 0,
    },
    memory(samples, trial),
    {
      promised: "descriptors, connections and senders come back",
      done: "a while after the last visit",
      figure: `${startDescriptors} descriptors before the first, ${left.descriptors} then; ${left.connections} connections and senders left`,
      held: !hasMoreDescriptors(left, course) && left.connections === 0,
    },
    {
      promised: "no timer is left over",
      done: "the same moment",
      figure: `${start.timers} before the first visit, ${left.timers} then`,
      held: !hasMoreTimers(left, course),
    },
    {
      promised: "rows of temporary things are gone",
      done: `registrations with a lease of ${LEASE_MS} ms, roles spawned and removed`,
      figure: `${rows.registrations} registrations, ${rows.instances} instances left in the database`,
      held: rows.registrations === 0 && rows.instances === 0,
    },
  ];
}

interface Left {
  readonly descriptors: number;
  readonly connections: number;
  readonly timers: number;
}

const hasMoreDescriptors = ({ descriptors }: Left, { startDescriptors }: Course) =>
  descriptors > startDescriptors + 1;
const hasMoreTimers = ({ timers }: Left, { start }: Course) => timers > start.timers + 1;

/** The short form leaves little time: a machine that does much else may take some more. */
async function leftOver(telling: TellingDaemon, course: Course): Promise<Left> {
  const { trial } = course;
  const { daemon } = telling;
  for (const until = performance.now() + trial.sized(PATIENCE_MS, 0); ; await delay(50)) {
    const descriptors = openDescriptors(daemon.ready.pid);
    const connections = await connectionsOf(daemon, trial);
    const left = { descriptors, connections, timers: (await telling.resources()).timers };
    const isMore = hasMoreDescriptors(left, course) || hasMoreTimers(left, course);
    const { registrations, instances } = rowsLeft(daemon);
    if (!isMore && connections + registrations + instances === 0) return left;
    if (performance.now() >= until) return left;
  }
}

/** What went wrong, by kind, with how often. */
function kindsOf(wrong: readonly string[]): string {
  const kinds = [...Map.groupBy(wrong, (sentence) => sentence.replaceAll(/\d+/g, "n"))];
  return kinds.map(([, all]) => `; ${all.length} ×: ${all[0]}`).join("");
}

/** Senders of datagrams are remembered for longer than the short form lasts. */
async function connectionsOf(daemon: TestDaemon, { size }: Trial): Promise<number> {
  const instances = await daemon.document<InstanceDocument[]>("ls");
  const looked = instances.filter(({ type }) => size === "long" || type !== "bootstrap");
  return looked.reduce((sum, one) => sum + one.connections, 0);
}

/** The slope of the second half: in the first one the recorder fills its memory, and code is compiled. */
function memory(samples: readonly Sample[], { size }: Trial): Finding {
  const half = samples.slice(Math.floor(samples.length / 2));
  const perHour = slope(half) * 3_600_000;
  const [first, last] = [samples[0], samples.at(-1)];
  const most = Math.max(...samples.map((one) => one.residentBytes));
  return {
    promised: "memory does not grow",
    done: "live memory, right after its garbage was collected; the slope is the second half's",
    figure: `${mib(perHour)} an hour; ${mib(first?.liveBytes ?? 0)} at first, ${mib(last?.liveBytes ?? 0)} at last; resident at most ${mib(most)}`,
    // A second says nothing about an hour.
    held: size === "short" || perHour < MAX_MIB_AN_HOUR * 1_048_576,
  };
}

/** Bytes a millisecond, by least squares. */
function slope(samples: readonly Sample[]): number {
  const meanAt = samples.reduce((sum, { atMs }) => sum + atMs, 0) / samples.length;
  const mean = samples.reduce((sum, { liveBytes }) => sum + liveBytes, 0) / samples.length;
  const rise = samples.reduce((sum, { atMs, liveBytes }) => sum + (atMs - meanAt) * (liveBytes - mean), 0);
  return rise / samples.reduce((sum, { atMs }) => sum + (atMs - meanAt) ** 2, 0);
}

function rowsLeft({ dataFolder }: TestDaemon): { registrations: number; instances: number } {
  const sql = new Database(`${dataFolder}/netlab.db`, { readonly: true });
  const rowsOf = (table: string) => sql.prepare(`SELECT count(*) FROM ${table}`).pluck().get() as number;
  try {
    return {
      registrations: rowsOf("registrations"),
      instances: rowsOf("instances"),
    };
  } finally {
    sql.close();
  }
}
