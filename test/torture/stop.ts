/**
 * A stop in the middle of everything: transfers under way, a full chat room, an unread transfer, a closed terminal, and lab
 * files that are wrong in every way while peers speak.
 */
import { createHash } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Conversation } from "../actors/conversation.ts";
import { type InstanceDocument, TestDaemon } from "../e2e/daemon.ts";
import { SlowFileClient } from "../e2e/file-client.ts";
import { freePorts } from "../e2e/free-ports.ts";
import { takenMs } from "../processor-time.ts";
import { count, mib, ms } from "./_figures.ts";
import { defineOrdeal, type Finding, type Trial } from "./_ordeal.ts";
import { isAlive } from "./_process.ts";

/** As `src/actors/instance.ts` has it. */
const DRAIN_MS = 5_000;
/** A second signal is obeyed within this time. */
const AT_ONCE_MS = 1_000;

export default defineOrdeal({
  name: "stop",
  summary: "SIGTERM, twice, and SIGHUP with transfers under way and a full room",
  run: async (trial) => {
    const size = trial.sized(4_000_000, 16_000_000);
    const file = trial.random.bytes(1_000_000);
    trial.scene.file("served/big.bin", Buffer.concat(Array.from({ length: size / file.length }, () => file)));
    const hup = await wrongLabs(trial);
    const drained = await drain(trial, size);
    return [...drained, await secondSignal(trial), hup];
  },
});

async function house(trial: Trial, name: string) {
  const [files = 0, room = 0] = await freePorts(2);
  const served = { service: "bin", token: "secret", root: trial.scene.path("served") };
  const roles = [
    { role: "file-server", port: files, ...served },
    { role: "chat", port: room },
  ];
  const lab = JSON.stringify({ roles });
  return { daemon: await TestDaemon.start(trial.scene, { name, lab }), files, room, lab };
}

async function fetchers(port: number, howMany: number): Promise<SlowFileClient[]> {
  const clients = Array.from({ length: howMany }, () => new SlowFileClient(port));
  await Promise.all(clients.map((client) => client.ask("secret", "big.bin")));
  return clients;
}

async function members(port: number, howMany: number): Promise<Conversation[]> {
  const room = await Promise.all(Array.from({ length: howMany }, () => Conversation.open(port)));
  for (const [number, member] of room.entries()) member.say(`:Member ${number}:member${number}\n`);
  const last = `:Member ${howMany - 1}:member${howMany - 1} joined`;
  await Promise.all(room.map((member) => heard(member, last)));
  return room;
}

/** Everything up to these words, whatever the room said before. */
async function heard(member: Conversation, words: string): Promise<void> {
  let text = "";
  while (!text.includes(words)) text += await member.hearsBytes(Math.max(1, member.unread.length));
}

async function drain(trial: Trial, size: number): Promise<Finding[]> {
  const transfers = trial.sized(8, 20);
  const { daemon, files, room } = await house(trial, "drains");
  const fetching = await fetchers(files, transfers);
  const guests = await members(room, trial.sized(40, 100));
  const stopped = daemon.stop();
  const taken = takenMs(() => stopped, daemon.ready.pid);
  const farewells = await Promise.all(
    guests.map((guest) => guest.hearsTheEnd().catch(() => Buffer.alloc(0))),
  );
  for (const guest of guests) guest.end();
  // They read on only now: the role is draining.
  const received = await Promise.all(fetching.map((client) => client.readOn(size)));
  for (const client of fetching) client.close();
  const { exit } = await stopped;
  const tookMs = await taken;
  const told = farewells.filter((bytes) => bytes.toString().includes(":Server:The room closes")).length;
  const digests = new Set(received.map((bytes) => createHash("sha256").update(bytes).digest("hex")));
  const whole = received.filter(({ length }) => length === size).length;
  return [
    {
      promised: "SIGTERM lets transfers finish, and exits 0 within its limit",
      done: `${transfers} transfers of ${mib(size)} that are being read`,
      figure: `${whole} whole, ${digests.size} digest; exit ${exit} after ${ms(tookMs)}`,
      held: whole === transfers && digests.size === 1 && exit === 0 && tookMs < DRAIN_MS,
    },
    {
      promised: "peers are told where their protocol has a word for it",
      done: `${guests.length} members of a chat room`,
      figure: `${told} heard :Server:The room closes, then a FIN`,
      held: told === guests.length,
    },
    {
      promised: "the database is checkpointed",
      done: "the same stop",
      figure: existsSync(join(daemon.dataFolder, "netlab.db-wal"))
        ? "its log is left behind"
        : "no log is left",
      held: !existsSync(join(daemon.dataFolder, "netlab.db-wal")),
    },
  ];
}

async function secondSignal(trial: Trial): Promise<Finding> {
  const { daemon, files } = await house(trial, "hurries");
  const deaf = await fetchers(files, trial.sized(8, 20));
  daemon.program.signal("SIGTERM");
  await daemon.program.says("send it again to stop at once");
  let exit: number | null = null;
  const tookMs = await takenMs(async () => {
    exit = (await daemon.stop()).exit;
  }, daemon.ready.pid);
  for (const client of deaf) client.close();
  return {
    promised: "a second signal stops at once",
    done: `${deaf.length} transfers that nobody reads`,
    figure: `gone after ${ms(tookMs)}, exit ${exit}`,
    held: exit === 143 && tookMs < AT_ONCE_MS,
  };
}

const yes = () => true;
const no = () => false;

/** Each a lab file that must not be taken, cut or bent at random. */
async function wrongLabs(trial: Trial): Promise<Finding> {
  const { daemon, room, lab } = await house(trial, "keeps");
  const [guest] = await members(room, 1);
  const before = JSON.stringify(await idsOf(daemon));
  const times = trial.sized(4, 100);
  let changed = 0;
  for (let time = 1; time <= times; time += 1) {
    writeFileSync(trial.scene.path("keeps.yaml"), bent(lab, trial));
    daemon.program.signal("SIGHUP");
    await said(daemon, "the lab stays as it is", time);
    if (JSON.stringify(await idsOf(daemon)) !== before) changed += 1;
  }
  guest?.say(":Member 0:still there\n");
  const isThere = guest !== undefined && (await heard(guest, "still there").then(yes, no));
  guest?.end();
  await daemon.stop();
  return {
    promised: "SIGHUP without a terminal checks the lab file first, and keeps the old one on error",
    done: `${count(times)} lab files, each cut or bent at random, with a member in the room`,
    figure: `${changed} changed anything; the member is ${isThere ? "still there" : "gone"}`,
    held: changed === 0 && isThere,
  };
}

const idsOf = async (daemon: TestDaemon) =>
  (await daemon.document<InstanceDocument[]>("ls")).map(({ id, port, state }) => [id, port, state]);

function bent(lab: string, { random }: Trial): string {
  const cut = lab.slice(0, random.int(1, lab.length - 3));
  return random.pick([
    cut,
    lab.replace("chat", `ch${random.int(0, 999)}t`),
    lab.replace('"port"', `"p${random.int(0, 999)}"`),
    lab.replace(/"port":\d+/, `"port":${random.int(65_536, 1_000_000)}`),
    lab.replace("token", "tokin"),
  ]);
}

/** So many times by now. */
async function said({ program }: TestDaemon, words: string, times: number): Promise<void> {
  while (program.stderr.split(words).length <= times) {
    if (!isAlive(program.pid)) throw new Error(`the daemon is gone: ${program.stderr.slice(-500)}`);
    await delay(2);
  }
}
