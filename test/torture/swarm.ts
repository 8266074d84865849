/**
 * Deaf, slow, silent and swarming peers, while a well-behaved one asks and is answered on a thread of its own. Each limit
 * strikes with its words; nobody else notices.
 */
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { Conversation } from "../actors/conversation.ts";
import { TestDaemon } from "../e2e/daemon.ts";
import { freePorts } from "../e2e/free-ports.ts";
import { count, tally } from "./_figures.ts";
import { defineOrdeal, type Finding, type Trial } from "./_ordeal.ts";
import { compared, isUnharmed, Probe, type Probes } from "./_probe.ts";

/** So many connects are under way at once: a storm, and not the kernel's queue of one listener. */
const AT_ONCE = 50;
/** Only what never happens is waited for so long. */
const PATIENCE_MS = 20_000;

export default defineOrdeal({
  name: "swarm",
  summary: "deaf, slow, silent and swarming peers beside a well-behaved one",
  run: async (trial) => {
    const [echo = 0, swarmed = 0, dozing = 0] = await freePorts(3);
    const roles = [
      { role: "echo", port: echo },
      { role: "echo", port: swarmed, "max-queue": "64k", "max-connections": 1_000 },
      { role: "echo", port: dozing, idle: trial.sized("600ms", "3s"), "max-connections": 20_000 },
    ];
    const daemon = await TestDaemon.start(trial.scene, { lab: JSON.stringify({ roles }) });
    const probe = await Probe.start({ echo, everyMs: 2, pid: daemon.ready.pid });
    try {
      const quiet = await probe.quiet(trial.sized(300, 5_000));
      const house: House = { daemon, swarmed, dozing, probe, quiet, trial };
      return [await deaf(house), await slow(house), ...(await silent(house)), await storm(house)];
    } finally {
      await probe.end();
      await daemon.stop();
    }
  },
});

interface House {
  readonly daemon: TestDaemon;
  readonly swarmed: number;
  readonly dozing: number;
  readonly probe: Probe;
  readonly quiet: Probes;
  readonly trial: Trial;
}

const unharmed = ({ quiet, trial }: House, now: Probes) => isUnharmed(quiet, now, trial.size);
const beside = ({ quiet }: House, now: Probes) => `a well-behaved client's ${compared(quiet, now)}`;

/** They ask and ask, and read nothing. */
async function deaf(house: House): Promise<Finding> {
  const { daemon, swarmed, probe, trial } = house;
  const howMany = trial.sized(10, 50);
  const { result: dropped, probes } = await probe.during(async () => {
    const peers = await inTurns(howMany, () => Conversation.open(swarmed, { isDeaf: true }));
    const line = `${"x".repeat(60_000)}\n`;
    // A connection that reads nothing holds the kernel's buffers of both sides full before anything waits for it here.
    await Promise.all(peers.map((peer) => sayUntilOver(peer, line)));
    return peers.filter(({ isOver, error }) => isOver && error !== undefined).length;
  });
  const isLogged = await logged(daemon, "does not read");
  return {
    promised: "a peer that reads nothing is dropped at --max-queue, and said so",
    done: `${howMany} peers that send 60 kB lines and read no answer`,
    figure: `${dropped} dropped, logged: ${isLogged}; ${beside(house, probes)}`,
    held: dropped === howMany && isLogged && unharmed(house, probes),
  };
}

/** Full buffers are waited for, not counted: a busy machine empties them late. */
async function sayUntilOver(peer: Conversation, line: string): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  while (!peer.isOver && performance.now() < until) {
    if (peer.socket.writableNeedDrain || !peer.socket.write(line)) await delay(5);
  }
}

/** One byte at a time is not idle, and is nobody else's loss. */
async function slow(house: House): Promise<Finding> {
  const { swarmed, probe, trial } = house;
  const howMany = trial.sized(30, 500);
  const word = "slow\n";
  const { result: right, probes } = await probe.during(async () => {
    const peers = await inTurns(howMany, () => Conversation.open(swarmed));
    for (const peer of peers) peer.say("hello\n");
    await Promise.all(peers.map((peer) => peer.hears("Enter your command pleasehello\n")));
    for (const byte of word) {
      for (const peer of peers) peer.say(byte);
      await delay(trial.sized(50, 1_000));
    }
    const answers = await Promise.all(peers.map((peer) => peer.hears(word).then(yes, no)));
    for (const peer of peers) peer.reset();
    return answers.filter(Boolean).length;
  });
  return {
    promised: "writers of a byte at a time are answered, and hold up nobody",
    done: `${howMany} peers, a byte ${trial.sized("every 50 ms", "a second")} each`,
    figure: `${right} answered rightly; ${beside(house, probes)}`,
    held: right === howMany && unharmed(house, probes),
  };
}

/** They come, say nothing and stay: over --max-connections, and then over --idle. */
async function silent(house: House): Promise<Finding[]> {
  const { swarmed, dozing, probe, trial } = house;
  const howMany = trial.sized(300, 9_000);
  const over = trial.sized(1_050, 2_000);
  const crowd = await probe.during(() => inTurns(howMany, () => Conversation.open(dozing)));
  const idle = await probe.during(() => Promise.all(crowd.result.map(lastWords)));
  for (const peer of crowd.result) peer.end();
  const full = await probe.during(async () => {
    const peers = await inTurns(over, () => Conversation.open(swarmed));
    const heard = await Promise.all(
      peers.map(async (peer) => (await peer.hearsBytes("Too many clients".length)).toString()),
    );
    for (const peer of peers) peer.reset();
    return heard.map((text) => (text === "Too many clients" ? text : "the greeting"));
  });
  const refused = full.result.filter((text) => text === "Too many clients").length;
  return [
    {
      promised: "connections that say nothing harm nobody while they are there",
      done: `${count(howMany)} come and stay`,
      figure: beside(house, crowd.probes),
      held: unharmed(house, crowd.probes),
    },
    {
      promised: "those that say nothing for --idle are told so and closed",
      done: `the same ${count(howMany)}, all idle at once`,
      figure: `${tally(idle.result)}; ${beside(house, idle.probes)}`,
      held: idle.result.every((words) => words === "Idle too long") && unharmed(house, idle.probes),
    },
    {
      promised: "those over --max-connections are told so and closed",
      done: `${count(over)} where 1,000 may`,
      figure: `${tally(full.result)}; ${beside(house, full.probes)}`,
      held: refused === over - 1_000 && unharmed(house, full.probes),
    },
  ];
}

const GREETING = "Enter your command please";

async function lastWords(peer: Conversation): Promise<string> {
  while (!peer.hasEnded && !peer.isOver) await delay(50);
  return peer.unread.toString().slice(GREETING.length);
}

async function storm(house: House): Promise<Finding> {
  const { daemon, swarmed, probe, trial } = house;
  const howMany = trial.sized(1_000, 20_000);
  const { probes } = await probe.during(() => inTurns(howMany, () => comeAndReset(swarmed)));
  let left = Number.POSITIVE_INFINITY;
  for (const until = performance.now() + PATIENCE_MS; left > 0 && performance.now() < until; ) {
    // The well-behaved one stays.
    left = (await daemon.document<{ connections: number }>("info")).connections - 1;
    if (left > 0) await delay(50);
  }
  return {
    promised: "a storm of connects and resets leaves nothing behind",
    done: `${count(howMany)} connections, each reset at once, ${AT_ONCE} under way`,
    figure: `${left} left; ${beside(house, probes)}`,
    held: left === 0 && unharmed(house, probes),
  };
}

function comeAndReset(port: number): Promise<void> {
  return new Promise((gone) => {
    const socket = connect(port, "127.0.0.1", () => socket.resetAndDestroy());
    socket.on("error", () => undefined).on("close", () => gone());
  });
}

const yes = () => true;
const no = () => false;

/** So many, a handful under way at once. */
async function inTurns<Made>(howMany: number, make: () => Promise<Made>): Promise<Made[]> {
  const made: Made[] = [];
  let begun = 0;
  const line = async () => {
    while (begun < howMany) {
      begun += 1;
      made.push(await make());
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, line));
  return made;
}

/** What a peer hears may be here before what the log says of it. */
function logged({ program }: TestDaemon, words: string): Promise<boolean> {
  return program.says(words).then(yes, no);
}
