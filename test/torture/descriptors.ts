/**
 * No more descriptors: a daemon that may open 128, and many times as many peers that come at once and stay. Those over the
 * budget hear the role's words; those inside fetch files all at the same time; registry, database and control socket go on.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Conversation } from "../actors/conversation.ts";
import { type ConnectionDocument, TestDaemon } from "../e2e/daemon.ts";
import { freePorts } from "../e2e/free-ports.ts";
import { discover, tell } from "../e2e/registry-client.ts";
import { sampleFiles } from "../e2e/scene.ts";
import { count, percent, tally } from "./_figures.ts";
import { defineOrdeal, type Finding, type Trial } from "./_ordeal.ts";
import { openDescriptors, processorShare } from "./_process.ts";

const LIMIT = 128;
/** A full house that has nothing to do takes no more of a processor than this; one that spins takes all of it. */
const IDLE_SHARE = { short: 0.5, long: 0.05 } as const;
const LOOKS = 10;
/** Only what never happens is waited for so long. */
const PATIENCE_MS = 20_000;
const REFUSAL = "Too many clients";
const GREETING_TEXT = "Enter your command please";
/** As much of it as the refusal is long. */
const GREETING = GREETING_TEXT.slice(0, REFUSAL.length);

export default defineOrdeal({
  name: "descriptors",
  summary: `${LIMIT} descriptors, and many times as many peers`,
  run: async (trial) => {
    const [echo = 0, files = 0, registry = 0] = await freePorts(3);
    const lab = JSON.stringify({
      roles: [
        { role: "bootstrap", port: registry },
        { role: "echo", port: echo },
        { role: "file-server", port: files, service: "pdf", token: "secret" },
      ],
    });
    const daemon = await TestDaemon.start(trial.scene, { lab, descriptors: LIMIT });
    const fetching = await Promise.all(Array.from({ length: 8 }, () => Conversation.open(files)));
    for (const peer of fetching) peer.say("secret\n");
    for (const peer of fetching) await peer.hears("valid\n");
    const crowd = await openCrowd(echo, trial.sized(250, 5_000));
    const findings = [
      words(crowd),
      await everythingElse(daemon, { crowd, fetching, registry }),
      await quiet(daemon, trial),
    ];
    for (const { peer } of crowd) peer.reset();
    findings.push(await wellAgain(daemon, echo, crowd.filter(isServed).length));
    const { stderr } = await daemon.stop();
    findings.push(summedUp(stderr, crowd.length - crowd.filter(isServed).length));
    return findings;
  },
});

interface Guest {
  readonly peer: Conversation;
  /** The first thing it heard. */
  readonly heard: string;
}

const isServed = ({ heard }: Guest) => heard === GREETING;

/** Two hundred at a time: the kernel's own queue of a listener is not what is tried here. */
async function openCrowd(port: number, size: number): Promise<Guest[]> {
  const crowd: Guest[] = [];
  while (crowd.length < size) {
    const more = Array.from({ length: Math.min(200, size - crowd.length) }, async () => {
      const peer = await Conversation.open(port);
      const heard = await peer.hearsBytes(REFUSAL.length).catch(() => "");
      return { peer, heard: heard.toString() };
    });
    crowd.push(...(await Promise.all(more)));
  }
  return crowd;
}

function words(crowd: readonly Guest[]): Finding {
  const heard = crowd.map((guest) => (isServed(guest) ? "served" : guest.heard));
  return {
    promised: "a peer over the budget is refused in the role's words, never without one",
    done: `ulimit -n ${LIMIT}; ${count(crowd.length)} connections that stay`,
    figure: tally(heard),
    held: heard.every((word) => word === "served" || word === REFUSAL) && heard.includes("served"),
  };
}

interface House {
  readonly crowd: readonly Guest[];
  readonly fetching: readonly Conversation[];
  readonly registry: number;
}

async function everythingElse(daemon: TestDaemon, { crowd, fetching, registry }: House): Promise<Finding> {
  const wrong: string[] = [];
  const check = (isRight: boolean, what: string) => void (isRight || wrong.push(what));
  const bytes = readFileSync(join(sampleFiles, "server.pdf"));
  const fetched = await Promise.all(fetching.map((peer) => fetchOn(peer, bytes.length)));
  check(
    fetched.every((digest) => digest === digestOf(bytes)),
    "a file that came wrong",
  );
  const held = crowd.filter(isServed);
  for (const { peer } of held) peer.say("still there?");
  for (const { peer } of held) check(await answers(peer), "a held connection that says nothing");
  await tell(registry, "REGISTRN,10.0.0.1,77,pdf,server1");
  check(
    (await discover(registry)).some((line) => line.includes("10.0.0.1,77")),
    "a registration that is not stored",
  );
  const conns = await daemon.document<ConnectionDocument[]>("conns");
  check(conns.length >= fetching.length, "a control socket that does not answer");
  return {
    promised: "those held go on; files, the registry's database and the control socket still open",
    done: `with the house full: ${fetching.length} fetches at once, ${held.length} peers that speak, a registration, a command`,
    figure:
      wrong.length === 0
        ? `all done, ${openDescriptors(daemon.ready.pid)} descriptors open`
        : wrong.join("; "),
    held: wrong.length === 0,
  };
}

/** Behind the rest of the greeting. */
async function answers(peer: Conversation): Promise<boolean> {
  return peer.hears(`${GREETING_TEXT.slice(REFUSAL.length)}still there?`).then(
    () => true,
    () => false,
  );
}

async function fetchOn(peer: Conversation, sizeBytes: number): Promise<string> {
  peer.say("server.pdf\n");
  await peer.hears("found\n");
  await peer.hearsBytes(4);
  peer.say("Got\n");
  return digestOf(await peer.hearsBytes(sizeBytes));
}

const digestOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

/** What it still has to do for those who spoke last is over in the end: one that spins never rests. */
async function quiet({ ready }: TestDaemon, trial: Trial): Promise<Finding> {
  const [overMs, most] = [trial.sized(250, 5_000), IDLE_SHARE[trial.size]];
  let share = await processorShare(ready.pid, overMs);
  for (let look = 1; look < LOOKS && share > most; look += 1) share = await processorShare(ready.pid, overMs);
  return {
    promised: "a full house does not make the daemon spin",
    done: `${overMs / 1_000} s with every place taken and nobody speaking`,
    figure: `${percent(share)} of a processor`,
    held: !(share > most),
  };
}

async function wellAgain(daemon: TestDaemon, echo: number, before: number): Promise<Finding> {
  // They are gone when the daemon says so.
  const until = performance.now() + PATIENCE_MS;
  while ((await liveOf(daemon)) > 0 && performance.now() < until) await delay(20);
  const again = await openCrowd(echo, before);
  const served = again.filter(isServed).length;
  for (const { peer } of again) peer.reset();
  return {
    promised: "when they leave, all is well again",
    done: `everybody resets; as many come as were served before, ${before}`,
    figure: `${served} served`,
    held: served === before,
  };
}

async function liveOf(daemon: TestDaemon): Promise<number> {
  return (await daemon.document<ConnectionDocument[]>("conns", "echo")).filter(
    ({ state }) => state !== "closed",
  ).length;
}

function summedUp(log: string, refused: number): Finding {
  const lines = log.split("\n").filter((line) => line.includes("refused"));
  const told = /: ([\d,]+) more like this/.exec(lines.at(-1) ?? "")?.[1];
  return {
    promised: "refusals are summed up in the log, not a line each",
    done: `${count(refused)} refusals`,
    figure: `${lines.length} lines, the last with the number of the others: ${told}`,
    held: lines.length < 30 && lines.length > 0,
  };
}
