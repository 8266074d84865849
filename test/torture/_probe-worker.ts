/**
 * A well-behaved client on a thread of its own: asks, waits for the answer, pauses, asks again; tells how long each took. Every stretch that
 * it is asked of has an answer in it, however short: it begins with a question under way, and ends once the last one is answered.
 */
import { createSocket, type Socket } from "node:dgram";
import { EventEmitter, once } from "node:events";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { Standstill } from "../processor-time.ts";
import type { LineName, ProbeStep, Probes, ProbeWork } from "./_probe.ts";

const { echo, registry, everyMs, plain, patienceMs } = workerData as ProbeWork;
/** A datagram that is not answered by then is lost. */
const LOST_MS = 500;

let probes = empty();
let standstill = new Standstill();
/** Aborted while nobody may pause: from the beginning of a stretch until what happens in it is under way. */
let hurry = new AbortController();

function empty(): Probes {
  return { tcp: [], plain: [], udp: [], lost: 0, unanswered: [], patienceMs, starvedMs: 0 };
}

/** One question after another to one server. */
class Line {
  readonly name: LineName;
  readonly #news = new EventEmitter();
  #askedAt: number | undefined;
  /** In this stretch. */
  #answers = 0;
  /** The last one was: whether it is late only, is known when the next one is answered. */
  #isLost = false;

  constructor(name: LineName) {
    this.name = name;
  }

  /** `ask`: true once it is answered, false where it was lost. */
  async keepAsking(ask: (number: number) => Promise<boolean>): Promise<never> {
    for (let number = 0; ; number += 1) {
      const askedAt = performance.now();
      const answer = ask(number);
      this.#askedAt = askedAt;
      this.#news.emit("asked");
      this.#isLost = !(await answer);
      if (!this.#isLost) {
        probes[this.name].push(performance.now() - askedAt);
        this.#answers += 1;
      }
      this.#askedAt = undefined;
      this.#news.emit("settled");
      await delay(everyMs, undefined, { signal: hurry.signal }).catch(() => undefined);
    }
  }

  /** A question is under way; where none can be asked, that is told at the end. */
  async begins(): Promise<void> {
    this.#answers = 0;
    const signal = AbortSignal.timeout(patienceMs);
    if (this.#askedAt === undefined) await once(this.#news, "asked", { signal }).catch(() => undefined);
  }

  /** Once the question under way is answered, and one of this stretch; false where that takes too long. */
  async isAnswered(): Promise<boolean> {
    const waited = this.#askedAt === undefined ? 0 : performance.now() - this.#askedAt;
    const signal = AbortSignal.timeout(Math.max(0, Math.ceil(patienceMs - waited)));
    try {
      if (this.#askedAt !== undefined) await once(this.#news, "settled", { signal });
      while (this.#answers === 0 || this.#isLost) await once(this.#news, "settled", { signal });
      return true;
    } catch {
      return false;
    }
  }
}

async function probeTcp(port: number, line: Line): Promise<void> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  let wanted = "Enter your command please";
  let answered = Promise.withResolvers<boolean>();
  let text = "";
  socket.on("data", (bytes) => {
    text += bytes;
    if (text.endsWith(wanted)) answered.resolve(true);
  });
  await answered.promise;
  await line.keepAsking((number) => {
    answered = Promise.withResolvers();
    text = "";
    wanted = `question ${number}`;
    socket.write(wanted);
    return answered.promise;
  });
}

interface Asker {
  readonly socket: Socket;
  /** What becomes of the end of a list. */
  ends: () => void;
}

async function openUdp(port: number): Promise<Asker> {
  const asker: Asker = { socket: createSocket("udp4"), ends: () => undefined };
  asker.socket.on("message", (bytes) => bytes.toString() === "end" && asker.ends());
  await new Promise<void>((ready) => asker.socket.connect(port, "127.0.0.1", ready));
  return asker;
}

/** An answer that is late is none that was lost; it comes to a socket of its own, so that it is not taken for the next one. */
async function probeUdp(port: number, line: Line): Promise<void> {
  let asker = await openUdp(port);
  await line.keepAsking(async () => {
    const answered = Promise.withResolvers<boolean>();
    asker.ends = () => answered.resolve(true);
    const askedAt = performance.now();
    asker.socket.send("DISCOVERY");
    const late = setTimeout(() => answered.resolve(false), LOST_MS);
    const isInTime = await answered.promise;
    clearTimeout(late);
    if (!isInTime) {
      const counted = probes;
      counted.lost += 1;
      asker.ends = () => {
        counted.lost -= 1;
        counted.udp.push(performance.now() - askedAt);
      };
      asker = await openUdp(port);
    }
    return isInTime;
  });
}

const lines = [new Line("tcp"), new Line("plain"), ...(registry === undefined ? [] : [new Line("udp")])];

/** Each step of a stretch, and what is answered to it. */
const steps: Readonly<Record<ProbeStep, () => Promise<void>>> = {
  begin: async () => {
    probes = empty();
    standstill.end();
    standstill = new Standstill();
    hurry.abort();
    await Promise.all(lines.map((line) => line.begins()));
    parentPort?.postMessage("begun");
  },
  going: async () => {
    hurry = new AbortController();
  },
  tell: async () => {
    const answers = await Promise.all(lines.map((line) => line.isAnswered()));
    probes.unanswered.push(...lines.filter((_, at) => !answers[at]).map(({ name }) => name));
    probes.starvedMs = standstill.ms;
    parentPort?.postMessage(probes);
  },
};
parentPort?.on("message", (step: ProbeStep) => steps[step]());

const [tcp, beside, udp] = lines as [Line, Line, Line?];
const under = [probeTcp(echo, tcp), probeTcp(plain, beside)];
if (registry !== undefined && udp) under.push(probeUdp(registry, udp));
await Promise.all(under);
