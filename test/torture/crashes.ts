/**
 * Every piece of every machine made to throw once, in the daemon itself: that connection ends and is recorded as crashed,
 * its neighbour in the same instance goes on, a hub is made again and its members told, and a UDP role or a client is its
 * supervisor's affair. A first round without sabotage finds out which dialogue reaches which piece.
 */
import { mkdirSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import type { ClientRun } from "../../src/actors/client-run.ts";
import type { Instance } from "../../src/actors/instance.ts";
import { scanRoles } from "../../src/catalogue/role-folder.ts";
import { Daemon } from "../../src/daemon.ts";
import type { Role } from "../../src/machines/_role.ts";
import { parseCommandLine } from "../../src/netlabd-program.ts";
import { causeText } from "../../src/stories/cause-text.ts";
import { discover, tell } from "../e2e/registry-client.ts";
import crashesAtStart from "../fixtures/roles/crashes-at-start.ts";
import { type ClientPlay, clientPlays, oddServer, serverOf } from "./_client-plays.ts";
import { type ServerPlay, type Step, serverPlays } from "./_dialogues.ts";
import { defineOrdeal, type Finding, type Trial } from "./_ordeal.ts";
import { filesOpenIn } from "./_process.ts";
import type { Random } from "./_random.ts";
import { isSabotage, sabotaged, Trap } from "./_sabotage.ts";
import { Talker } from "./_talker.ts";

/** One after another they would mostly wait. */
const AT_ONCE = 8;
const LATER_MS = 2_150;
const NOT_REACHED = "was not reached again";
const TRIES = 4;

/** Which part of all there is; everything takes some twenty seconds. */
interface Share {
  readonly plays: number;
  readonly pieces: number;
}
const SHORT: Share = { plays: 0.35, pieces: 0.1 };
const WHOLE: Share = { plays: 1, pieces: 1 };

/** A piece, and the play that reaches it. */
interface Attempt {
  readonly role: Role;
  readonly play: number;
  readonly piece: string;
}

interface Lab {
  readonly daemon: Daemon;
  readonly servers: Readonly<Record<string, ServerPlay>>;
  /** A well-behaved instance of each server role, for the clients. */
  readonly ports: ReadonlyMap<string, number>;
  next: number;
}

export default defineOrdeal({
  name: "crashes",
  summary: "every action, guard, delay, actor, handler and hub method of every role made to throw once",
  limitMs: { short: 60_000, long: 300_000 },
  run: sabotageEverything,
});

async function sabotageEverything({ scene, sized, random, note }: Trial): Promise<readonly Finding[]> {
  const roles = await scanRoles(`${import.meta.dirname}/../../src/machines`);
  mkdirSync(scene.path("files"));
  scene.file("files/small.txt", "a small file\n");
  scene.file("files/empty.txt", "");
  const argv = [
    "--data",
    scene.path("data"),
    "--socket",
    scene.path("lab.sock"),
    "--lab",
    "none",
    "--no-repl",
  ];
  const daemon = await Daemon.start(parseCommandLine(argv), { isLogShown: false });
  await daemon.prepare();
  const escaped: unknown[] = [];
  const onEscape = (error: unknown) => void escaped.push(error);
  process.on("unhandledRejection", onEscape);
  process.on("uncaughtExceptionMonitor", onEscape);
  try {
    const servers = serverPlays(scene.path("files"));
    const lab: Lab = { daemon, servers, ports: await startServers(daemon, servers), next: 1 };
    const { attempts, pieces } = await reachable(lab, [...roles.values()], sized(SHORT, WHOLE), random);
    note(`${attempts.length} pieces of ${pieces} are reached`);
    const answers = await inParallel(attempts, (attempt) => attack(lab, attempt));
    const missed = answers.filter((why) => why.endsWith(NOT_REACHED)).length;
    const broken = answers.filter((why) => why !== "" && !why.endsWith(NOT_REACHED));
    const left = await filesLeftOpen(scene.path("files"), scene.path("data", "downloads"));
    for (const why of broken.slice(0, 20)) note(why);
    const udp = [await udpCrash(lab, roles), await alwaysCrashing(lab)];
    return [
      {
        promised:
          "a connection whose machine throws ends alone, recorded as crashed with its story; its role goes on",
        done: `${attempts.length - missed} pieces of ${roles.size} roles made to throw once, of ${pieces} there are`,
        figure: `${broken.length} did otherwise${broken[0] ? `: ${broken[0]}` : ""}`,
        held: broken.length === 0 && attempts.length > 0,
      },
      {
        promised: "no throw leaves its connection",
        done: "the same",
        figure: `${escaped.length} unhandled rejections and uncaught exceptions`,
        held: escaped.length === 0,
      },
      {
        promised: "a crash leaves no file open",
        done: "the same",
        figure: `${left} files still open`,
        held: !(left > 0),
      },
      ...udp,
    ];
  } finally {
    process.off("unhandledRejection", onEscape);
    process.off("uncaughtExceptionMonitor", onEscape);
    await daemon.close(0);
  }
}

/** How many; connections that were closed take a moment to be gone. Unknown where there is no /proc. */
async function filesLeftOpen(...folders: readonly string[]): Promise<number> {
  const until = performance.now() + 3_000;
  const count = () => filesOpenIn(process.pid, folders);
  while (count() > 0 && performance.now() < until) await delay(50);
  return count();
}

async function startServers(daemon: Daemon, servers: Lab["servers"]): Promise<Map<string, number>> {
  const ports = new Map<string, number>();
  for (const role of [...Object.keys(servers), "ack", "clock", "bootstrap"]) {
    const options = servers[role]?.options ?? {};
    ports.set(role, (await daemon.lab.spawn(role, { ...options, host: "127.0.0.1", port: 0 })).port);
  }
  return ports;
}

/** Runs every play once, and answers which of them reaches which piece first. A share of the pieces is enough for a short form. */
async function reachable(lab: Lab, roles: readonly Role[], share: Share, random: Random) {
  const plays = roles
    .flatMap((role) => Array.from({ length: playsOf(lab, role) }, (_, play) => ({ role, play })))
    .filter(
      ({ role, play }) => random.chance(share.plays) && (share.plays === 1 || !isSlow(lab, role, play)),
    );
  const all = new Set<string>();
  const found = new Map<string, Attempt>();
  await inParallel(plays, async ({ role, play }) => {
    const trap = new Trap();
    let touched: readonly string[] = [];
    await inInstance(lab, role, trap, play, async (instance) => {
      // As it will be: what a neighbour's name leads to, is reached too.
      const neighbour = await neighbourOf(lab, instance, role);
      trap.touched.clear();
      await playIt(lab, instance, role, play);
      touched = [...trap.touched];
      neighbour?.end();
      return "";
    });
    for (const piece of piecesOf(role)) all.add(`${role.name} ${piece}`);
    for (const piece of touched) {
      const key = `${role.name} ${piece}`;
      if (!found.has(key)) found.set(key, { role, play, piece });
    }
    return "";
  });
  return { attempts: [...found.values()].filter(() => random.chance(share.pieces)), pieces: all.size };
}

/** One that waits for seconds, as some things are only reached so. */
function isSlow({ servers }: Lab, { name }: Role, play: number): boolean {
  const timeout = clientPlays[name]?.[play]?.options.timeout;
  return servers[name]?.dialogues[play]?.includes("LATER") === true || timeout === "5s";
}

function playsOf({ servers }: Lab, { name }: Role): number {
  return servers[name]?.dialogues.length ?? clientPlays[name]?.length ?? 0;
}

/** Hub methods are counted as they are called. */
function piecesOf({ machine, phases }: Role): string[] {
  const { actions, guards, actors, delays } = machine.implementations;
  const named = (kind: string, pieces: object) => Object.keys(pieces).map((name) => `${kind} ${name}`);
  const handlers = Object.entries(phases).flatMap(([state, phase]) =>
    (["handle", "decode", "unglue", "isWord"] as const)
      .filter((key) => phase[key] !== undefined)
      .map((key) => `phase ${state}.${key}`),
  );
  return [
    ...named("action", actions),
    ...named("guard", guards),
    ...named("actor", actors),
    ...named("delay", delays),
    ...handlers,
  ];
}

async function spawn(daemon: Daemon, role: string, given: Record<string, unknown>): Promise<Instance> {
  const { id } = await daemon.lab.spawn(role, given);
  const instance = daemon.supervisor.find(id);
  if (!instance) throw new Error(`${id} is gone`);
  return instance;
}

/** An instance of a sabotaged copy of the role, for as long as `use` takes. */
async function inInstance(
  lab: Lab,
  role: Role,
  trap: Trap,
  play: number,
  use: (instance: Instance) => Promise<string>,
): Promise<string> {
  const name = `${role.name}-x${lab.next++}`;
  lab.daemon.supervisor.roles.set(name, sabotaged(role, name, trap));
  const target =
    role.side === "client" ? await serverFor(lab, role, clientPlays[role.name]?.[play]) : undefined;
  const given = target?.options ?? { ...lab.servers[role.name]?.options, host: "127.0.0.1", port: 0 };
  const instance = await spawn(lab.daemon, name, given);
  try {
    return await use(instance);
  } finally {
    await lab.daemon.lab.remove(instance.id);
    lab.daemon.supervisor.roles.delete(name);
    target?.end();
  }
}

async function serverFor(lab: Lab, role: Role, play: ClientPlay | undefined) {
  if (!play) throw new Error(`${role.name} has no such play`);
  const odd = typeof play.against === "function" ? await oddServer(play.against) : undefined;
  // Nobody listens on a port of the system's own choice that was given back.
  const gone = play.against === "nobody" ? await oddServer(() => undefined) : undefined;
  gone?.end();
  const port = odd?.port ?? gone?.port ?? lab.ports.get(serverOf(role.name)) ?? 0;
  const where = role.name === "file-client" ? { server: `127.0.0.1:${port}` } : { host: "127.0.0.1", port };
  // Names are unique where they are said to others.
  const as = play.options.as === undefined ? {} : { as: `${play.options.as}${lab.next}` };
  return { options: { ...play.options, ...as, ...where }, end: () => odd?.end() };
}

// -- one play -------------------------------------------------------------------------------------------------------

async function playIt(lab: Lab, instance: Instance, role: Role, play: number): Promise<Talker | undefined> {
  if (role.side === "client") {
    await beUser(instance, clientPlays[role.name]?.[play]);
    return undefined;
  }
  const victim = await Talker.at(instance.port);
  const dialogue = lab.servers[role.name]?.dialogues[play] ?? [];
  await victim.isQuiet();
  for (const step of dialogue) await take(step, victim, instance);
  return victim;
}

async function take(step: Step, victim: Talker, instance: Instance): Promise<void> {
  if (step === "FIN") victim.socket.end();
  else if (step === "RST") victim.socket.resetAndDestroy();
  else if (step === "STOP") instance.stop(0);
  else if (step !== "LATER") victim.say(step);
  await victim.isQuiet(step === "LATER" ? LATER_MS : undefined);
}

/** Types the lines, ends the input, and waits for the run to be over. */
async function beUser(instance: Instance, play: ClientPlay | undefined): Promise<void> {
  const run = instance.service as ClientRun;
  for (const line of play?.lines ?? []) run.say(line);
  await delay(play?.isStopped ? 60 : 0);
  if (play?.isStopped) instance.stop(100);
  else run.endOfInput();
  await Promise.race([instance.reaches((state) => state === "stopped" || state === "failed"), delay(6_000)]);
}

// -- one attack -----------------------------------------------------------------------------------------------------

/** Answers what was not as promised; empty where everything was. */
async function attack(lab: Lab, { role, play, piece }: Attempt): Promise<string> {
  const judge = role.side === "client" ? attackClient : attackServer;
  let why = NOT_REACHED;
  // Which of two answers comes first is the network's affair.
  for (let tries = 0; tries < TRIES && why === NOT_REACHED; tries += 1) {
    const trap = new Trap();
    why = await inInstance(lab, role, trap, play, (instance) =>
      judge(lab, instance, { role, play, piece }, trap),
    );
  }
  return why === "" ? "" : `${role.name}, ${piece}: ${why}`;
}

async function attackServer(
  lab: Lab,
  instance: Instance,
  { role, play, piece }: Attempt,
  trap: Trap,
): Promise<string> {
  const neighbour = await neighbourOf(lab, instance, role);
  const after = lab.servers[role.name]?.neighbour.after;
  if (!neighbour || !after) return "it has no neighbour";
  trap.armed.add(piece);
  const victim = await playIt(lab, instance, role, play);
  if (trap.armed.has(piece)) return NOT_REACHED;
  const isStopped = lab.servers[role.name]?.dialogues[play]?.includes("STOP");
  const told = isStopped ? "" : await neighbourGoesOn(neighbour, after, piece);
  neighbour.end();
  const recorded = whatIsRecorded(lab, instance, piece, victim?.port ?? 0);
  victim?.end();
  if (instance.restarts > 0 || (!isStopped && instance.state !== "running"))
    return `the role is ${instance.state}`;
  return told || recorded;
}

/** Somebody who has got as far as that conversation goes before it is interesting; clients have none. */
async function neighbourOf(lab: Lab, instance: Instance, role: Role): Promise<Talker | undefined> {
  const neighbourly = lab.servers[role.name]?.neighbour;
  if (!neighbourly) return undefined;
  const [says, hears] = neighbourly.before;
  const neighbour = await Talker.at(instance.port);
  neighbour.say(says);
  if (!(await neighbour.hears(hears)))
    throw new Error(`the neighbour heard ${JSON.stringify(neighbour.heard)} at first`);
  return neighbour;
}

async function neighbourGoesOn(
  neighbour: Talker,
  [says, hears]: readonly [string, string],
  piece: string,
): Promise<string> {
  neighbour.heard = piece.startsWith("hub ") ? neighbour.heard : "";
  neighbour.say(says);
  return (await neighbour.hears(hears)) ? "" : `its neighbour heard ${JSON.stringify(neighbour.heard)}`;
}

const storiesOf = ({ daemon }: Lab, { id }: Instance) =>
  daemon.recorder.all().filter(({ subject }) => subject.instance === id);

/** A throw in an invoked actor is an answer that the machine may be ready for; a hub's is the hub's. */
function whatIsRecorded(lab: Lab, instance: Instance, piece: string, port: number): string {
  const stories = storiesOf(lab, instance);
  if (piece.startsWith("hub ")) {
    const isTold = lab.daemon.log.lines().some(({ message }) => isSabotage(message, piece));
    return isTold ? "" : "the hub's crash was told nobody";
  }
  const crashed = stories.filter(({ fault }) => fault === "crashed");
  if (piece.startsWith("actor ") && crashed.length === 0) return "";
  const [story] = crashed;
  if (crashed.length !== 1 || !story) {
    const all = stories.map(({ fault, cause, state }) => `${state} ${fault} ${cause && causeText(cause)}`);
    return `${crashed.length} connections crashed: ${all.join("; ")}`;
  }
  if (story.subject.remote.port !== port) return "another connection crashed";
  const reason = story.cause && causeText(story.cause);
  if (!isSabotage(reason, piece)) return `it crashed of ${reason}`;
  return story.entries.some(({ kind }) => kind === "crashed") ? "" : "its story does not tell its crash";
}

/** A client's crash is its instance's: it fails with the cause, or was ready for it; it never hangs. */
async function attackClient(lab: Lab, instance: Instance, attempt: Attempt, trap: Trap): Promise<string> {
  const { role, play, piece } = attempt;
  // It started with its instance: once more, sabotaged.
  await Promise.race([beUser(instance, clientPlays[role.name]?.[play]), delay(8_000)]);
  trap.armed.add(piece);
  await lab.daemon.lab.start(instance.id);
  await beUser(instance, clientPlays[role.name]?.[play]);
  if (trap.armed.has(piece)) return NOT_REACHED;
  if (!["failed", "stopped"].includes(instance.state)) return `it is ${instance.state}`;
  if (piece.startsWith("actor ") || isSabotage(instance.lastError, piece)) return "";
  // One that an operator stops is stopped, whatever it meets on its way; its story tells.
  const isStopped = clientPlays[role.name]?.[play]?.isStopped;
  if (isStopped && storiesOf(lab, instance).some(({ cause }) => isSabotage(cause && causeText(cause), piece)))
    return "";
  return `it is ${instance.state}: ${instance.lastError}`;
}

// -- UDP, and what always crashes -------------------------------------------------------------------------------------

async function udpCrash(lab: Lab, roles: ReadonlyMap<string, Role>): Promise<Finding> {
  const trap = new Trap();
  const role = roles.get("bootstrap");
  if (!role) throw new Error("there is no bootstrap role");
  const why = await inInstance(lab, role, trap, 0, async (instance) => {
    const { port } = instance;
    await tell(port, "REGISTRN,10.9.9.9,9,pdf,t");
    await discover(port);
    trap.armed.add("phase serving.handle");
    await tell(port, "DISCOVERY");
    await Promise.race([instance.reaches((state) => state === "backingOff"), delay(3_000)]);
    await Promise.race([instance.reaches((state) => state === "running"), delay(3_000)]);
    const answer = (await discover(port)).join(" ");
    if (instance.port !== port || instance.restarts !== 1)
      return `${instance.restarts} restarts, port ${instance.port}`;
    return answer.includes("10.9.9.9,9,pdf,t") ? "" : `answered ${answer}`;
  });
  return {
    promised: "a UDP role that throws is started again on its port, and has lost nothing",
    done: "the registry's handler made to throw once",
    figure: why === "" ? "one restart, the registration is there" : why,
    held: why === "",
  };
}

async function alwaysCrashing(lab: Lab): Promise<Finding> {
  lab.daemon.supervisor.roles.set(crashesAtStart.name, crashesAtStart);
  const startedAt = performance.now();
  const instance = await spawn(lab.daemon, crashesAtStart.name, { host: "127.0.0.1", port: 0 });
  const tookMs = Math.round(performance.now() - startedAt);
  return {
    promised: "a role that crashes on every start ends as failed after its intensity, with the cause",
    done: "a role that throws as it starts",
    figure: `${instance.state} after ${instance.restarts} restarts and ${tookMs} ms: ${instance.lastError}`,
    held: instance.state === "failed" && instance.restarts === 3,
  };
}

async function inParallel<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<string>,
): Promise<string[]> {
  const answers: string[] = [];
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < items.length; index = next++)
      answers[index] = await work(items[index] as Item).catch((error: unknown) => `it failed: ${error}`);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return answers;
}
