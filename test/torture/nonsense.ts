/**
 * Nonsense for every role over real sockets: random and mutated messages in every framing habit, cut anywhere, with half-closes
 * and resets in the middle. Beside it a well-behaved client of each role checks every byte that it is told.
 */
import { createSocket } from "node:dgram";
import { connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { freePorts } from "../e2e/free-ports.ts";
import { tell } from "../e2e/registry-client.ts";
import { serverPlays } from "./_dialogues.ts";
import { count, mib } from "./_figures.ts";
import { cut, habits, nonsense, written } from "./_nonsense.ts";
import { defineOrdeal, type Finding, type Trial } from "./_ordeal.ts";
import { isAlive } from "./_process.ts";
import type { Random } from "./_random.ts";
import { fewStories, TellingDaemon } from "./_resources.ts";
import { WellBehaved } from "./_well-behaved.ts";

const UDP_ROLES = ["ack", "clock", "bootstrap"];
/** Connections of nonsense at once, to each role; an address book waits a while to see what half a query means. */
const AT_ONCE = 4;
const AT_ONCE_WAITING = 12;
/** A connection that is not over by then is ended: some roles would wait for ever, as they should. */
const PATIENCE_MS = 400;
/** One that breaks off waits so long for a first word: the kernel's queue of connections that are not accepted yet is the swarm's. */
const FIRST_WORD_MS = 250;
/** Datagrams are sent no faster than they are read, or the kernel drops them unseen. */
const DATAGRAMS_AT_ONCE = 48;

const UDP_RIGHT: Readonly<Record<string, readonly string[]>> = {
  ack: ["hello"],
  clock: ["SEND_DATE", "SEND_TIME"],
  bootstrap: [
    "REGISTRN,10.0.0.1,1236,pdf,server1",
    "DISCOVERY,pdf",
    "DEREGISTR,10.0.0.1,1236,server1",
    "bye",
  ],
};

interface Target {
  readonly role: string;
  readonly port: number;
  readonly right: readonly Buffer[];
}

interface Sent {
  messages: number;
  connections: number;
}

export default defineOrdeal({
  name: "nonsense",
  summary: "random and mutated messages for every role, beside well-behaved clients who check every byte",
  limitMs: { short: 60_000, long: 900_000 },
  run: talkNonsense,
});

async function talkNonsense(trial: Trial): Promise<readonly Finding[]> {
  const { scene, sized, random, note } = trial;
  scene.file("files/small.txt", "a small file\n");
  const { lab, targets } = await everyRole(scene.path("files"));
  const telling = await TellingDaemon.start(scene, { lab, args: ["--log-level", "error", ...fewStories] });
  const { daemon } = telling;
  await daemon.plain("book add luke@example.org Luke Skywalker");
  await tell(portOf(targets, "bootstrap"), "REGISTRN,192.0.2.1,7777,witness,w");
  const messages = sized(600, Math.round(1_000_000 * trial.scale));
  // Warm: code compiled, buffers as large as they get, and as many stories kept as the recorder has room for.
  const warm = await attackAll(targets, random, sized(Math.round(messages / 5), messages), note);
  const { liveBytes: before } = await telling.resources();
  let isOver = false;
  const witnesses = targets.map(({ role, port }) => new WellBehaved(role, port));
  const talking = witnesses.map((one) => one.keepTalking(() => !isOver, sized(5, 50)));
  const sent = await attackAll(targets, random, messages, note);
  isOver = true;
  await Promise.all(talking);
  // What was cut off in the middle is closed by then, and drained.
  await delay(sized(500, 1_500));
  const { liveBytes: after } = await telling.resources();
  const isUp = isAlive(daemon.ready.pid);
  const crashes = crashesIn(daemon.program.stderr);
  const states = await daemon.document<{ id: string; state: string; restarts: number }[]>("ls");
  const down = states.filter(({ state, restarts }) => state !== "running" || restarts > 0);
  const { exit } = await daemon.stop();
  const wrong = witnesses.flatMap((one) => one.wrong);
  for (const line of [...wrong, ...crashes].slice(0, 10)) note(line);
  const answers = witnesses.reduce((sum, one) => sum + one.answers, 0);
  const growth = after / before - 1;
  const done = `${count(sent.messages)} messages to ${targets.length} roles over ${count(sent.connections)} connections`;
  note(`${count(warm.messages)} messages to warm up`);
  return [
    {
      promised: "no throw leaves its connection, and nothing a peer says makes one of ours throw",
      done,
      figure: `${crashes.length} crashes, ${down.length} roles restarted or down, the daemon is ${isUp ? "up" : "down"} and stops with ${exit}`,
      held: isUp && crashes.length === 0 && down.length === 0 && exit === 0,
    },
    {
      promised: "no other connection's answer changes by a byte",
      done: `${count(answers)} answers to a well-behaved client of each role meanwhile`,
      figure: `${wrong.length} were not as they should be`,
      held: wrong.length === 0 && witnesses.every((one) => one.answers > 0),
    },
    {
      promised: "memory is back to within 10 % afterwards",
      done: "measured after as many messages as in the run itself, and after it; garbage collected",
      figure: `${mib(before)} before, ${mib(after)} after (${growth < 0 ? "" : "+"}${(growth * 100).toFixed(1)} %)`,
      // A short run has not yet filled what the recorder may keep.
      held: trial.size === "short" ? after - before < 32 * 1_048_576 : growth < 0.1,
    },
  ];
}

async function everyRole(files: string): Promise<{ lab: string; targets: Target[] }> {
  const plays = serverPlays(files);
  const roles = [...Object.keys(plays), ...UDP_ROLES];
  const ports = await freePorts(roles.length);
  const lines: string[] = [];
  const targets = roles.map((role, index) => {
    const port = ports[index] ?? 0;
    const { greet, ...options } = { ...plays[role]?.options } as Record<string, unknown>;
    lines.push(`  - ${JSON.stringify({ role, port, host: "127.0.0.1", ...options })}`);
    const said = plays[role]?.dialogues.flat().filter((step) => !/^[A-Z]{3,}$/.test(String(step))) ?? [];
    const right = [...said, ...(UDP_RIGHT[role] ?? [])].map((step) => withoutEnd(Buffer.from(step)));
    return { role, port, right };
  });
  return { lab: `roles:\n${lines.join("\n")}\n`, targets };
}

const withoutEnd = (bytes: Buffer) => (bytes.at(-1) === 0x0a ? bytes.subarray(0, -1) : bytes);
const portOf = (targets: readonly Target[], name: string) =>
  targets.find(({ role }) => role === name)?.port ?? 0;

/** What the log calls a crash; there is nothing else at this level. */
const crashesIn = (log: string) => log.split("\n").filter((line) => line.includes("ERROR"));

async function attackAll(
  targets: readonly Target[],
  random: Random,
  messages: number,
  note: (text: string) => void,
): Promise<Sent> {
  const sent: Sent = { messages: 0, connections: 0 };
  const attacks = targets.map(async (target) => {
    const own: Sent = { messages: 0, connections: 0 };
    const startedAt = performance.now();
    if (UDP_ROLES.includes(target.role)) await floodGently(target, random.fork(), messages, own);
    else
      await Promise.all(
        Array.from({ length: atOnce(target) }, () => attack(target, random.fork(), messages, own)),
      );
    sent.messages += own.messages;
    sent.connections += own.connections;
    const seconds = Math.round((performance.now() - startedAt) / 1_000);
    note(
      `${target.role}: ${count(own.messages)} messages, ${count(own.connections)} connections, ${seconds} s`,
    );
  });
  await Promise.all(attacks);
  return sent;
}

async function attack(target: Target, random: Random, messages: number, own: Sent): Promise<void> {
  while (own.messages < messages) {
    own.connections += 1;
    const said = await volley(target, random, Math.min(messages - own.messages, longest(target)));
    // Added only now: others have added theirs meanwhile.
    own.messages += said;
  }
}

const atOnce = ({ role }: Target) => (role === "address-book" ? AT_ONCE_WAITING : AT_ONCE);

/** An address book's connection is over after one message; what is behind it is drained. */
const longest = ({ role }: Target) => (role === "address-book" ? 60 : 2_000);

/** One connection's worth of nonsense; answers how many messages that was. */
async function volley(target: Target, random: Random, most: number): Promise<number> {
  const habit = random.pick(habits);
  // Bare messages need a packet, and padded ones a buffer each: fewer of them.
  const limit = habit === "bare" ? 40 : habit === "padded" ? 20 : most;
  const amount = random.int(1, Math.max(1, Math.min(most, limit)));
  const said = Array.from({ length: amount }, () => written(random, nonsense(random, target.right), habit));
  const pieces = habit === "bare" ? said : cut(random, Buffer.concat(said));
  if (random.chance(0.005)) pieces.push(Buffer.alloc(70_000, 0x41));
  const socket = connect({ host: "127.0.0.1", port: target.port, allowHalfOpen: true, noDelay: true });
  const over = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  socket.on("error", () => socket.destroy());
  socket.on("end", () => socket.end());
  const firstWord = new Promise((heard) => socket.once("data", heard));
  socket.resume();
  await writeAll(socket, pieces, random);
  const ending = random.int(0, 3);
  if (ending < 2) await Promise.race([firstWord, over, delay(FIRST_WORD_MS)]);
  if (ending === 0) socket.resetAndDestroy();
  else if (ending === 1) socket.destroy();
  else socket.end();
  await Promise.race([over, delay(PATIENCE_MS)]);
  socket.destroy();
  return amount;
}

async function writeAll(socket: Socket, pieces: readonly Buffer[], random: Random): Promise<void> {
  for (const piece of pieces) {
    if (socket.destroyed || !socket.writable) return;
    if (random.chance(0.001)) return;
    const isRoom = socket.write(piece);
    if (!isRoom) await Promise.race([new Promise((free) => socket.once("drain", free)), delay(PATIENCE_MS)]);
    else if (random.chance(0.3)) await new Promise((next) => setImmediate(next));
  }
}

async function floodGently(target: Target, random: Random, messages: number, own: Sent): Promise<void> {
  while (own.messages < messages) {
    own.connections += 1;
    const socket = createSocket("udp4");
    for (let burst = 0; burst < 40 && own.messages < messages; burst += 1) {
      const sends = Array.from({ length: DATAGRAMS_AT_ONCE }, () => {
        const habit = random.pick(habits);
        const bytes = written(random, nonsense(random, target.right), habit === "padded" ? "nul" : habit);
        return new Promise((sent) => socket.send(bytes, target.port, "127.0.0.1", sent));
      });
      await Promise.all(sends);
      own.messages += sends.length;
      await new Promise((next) => setImmediate(next));
    }
    socket.close();
  }
}
