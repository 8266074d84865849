/**
 * Junk datagrams at the registry, many more than a lab has people: it goes on answering, its error answers stay within their
 * limits [BOOT-6], the TCP roles beside it notice nothing, and the log stays readable. Beyond loopback DISCOVERY is limited too.
 */
import { createSocket } from "node:dgram";
import { TestDaemon } from "../e2e/daemon.ts";
import { freePorts } from "../e2e/free-ports.ts";
import { count, mib, ms } from "./_figures.ts";
import { type Flooded, type FloodRequest, flood } from "./_flood.ts";
import { askedFromAfar, hasNetworkNamespaces } from "./_namespace.ts";
import { defineOrdeal, type Finding, type Trial } from "./_ordeal.ts";
import { compared, isUnharmed, Probe, type Probes, p99 } from "./_probe.ts";
import { datagramsDropped, residentBytes } from "./_process.ts";

/** [BOOT-6] */
const ERRORS_A_SECOND = 100;
const DISCOVERIES_A_SECOND = 20;
/** One log line in so many milliseconds, at most, whatever comes. */
const MS_PER_LINE = 500;

export default defineOrdeal({
  name: "flood",
  summary: "junk datagrams at the registry, as fast as they can be sent",
  run: async (trial) => {
    const [echo = 0, registry = 0] = await freePorts(2);
    const lab = `roles: [{ role: bootstrap, port: ${registry} }, { role: echo, port: ${echo} }]`;
    const daemon = await TestDaemon.start(trial.scene, { lab });
    const probe = await Probe.start({ echo, registry, everyMs: 2, pid: daemon.ready.pid });
    try {
      const request = {
        port: registry,
        perSecond: trial.sized(20_000, 100_000),
        forMs: trial.sized(500, 10_000),
        senders: trial.sized(64, 256),
        seed: trial.random.seed,
      };
      const beside = await aside(request, probe);
      const before = residentBytes(daemon.ready.pid);
      const droppedBefore = datagramsDropped(registry);
      const { result, probes } = await probe.during(() => flood(request));
      const dropped = datagramsDropped(registry) - droppedBefore;
      const grown = residentBytes(daemon.ready.pid) - before;
      const done = `${count(result.sent)} junk datagrams in ${ms(result.tookMs)} from ${request.senders} ports: ${count(result.sent / (result.tookMs / 1_000))} a second`;
      const findings = [
        answered(beside, probes, dropped, { trial, done }),
        errors(result, done),
        tcp(beside, probes, trial, done),
      ];
      const { stderr } = await daemon.stop();
      return [...findings, told(stderr, result, grown), ...(trial.size === "long" ? await afar(trial) : [])];
    } finally {
      await probe.end();
    }
  },
});

/** The same flood at a program that only reads it: what is left of the machine then is what there is to compare with. */
async function aside(request: FloodRequest, probe: Probe): Promise<Probes> {
  const reader = createSocket("udp4");
  await new Promise<void>((ready) => reader.bind(0, "127.0.0.1", ready));
  try {
    const { port } = reader.address();
    return (await probe.during(() => flood({ ...request, port, forMs: request.forMs / 2 }))).probes;
  } finally {
    reader.close();
  }
}

/** In half a second one question that the kernel drops is a large share: then none but such may be lost. */
function answered(
  beside: Probes,
  { udp, lost, unanswered }: Probes,
  dropped: number,
  { trial, done }: { trial: Trial; done: string },
): Finding {
  const share = lost / (udp.length + lost);
  const isKernels = trial.size === "short" && lost <= dropped;
  return {
    promised: "the registry still answers",
    done,
    figure: `${count(udp.length)} DISCOVERY answered, ${lost} lost where the kernel's queue dropped ${count(dropped)}; p99 ${ms(p99(udp))}, without it ${ms(p99(beside.udp))}`,
    held: udp.length > 0 && !unanswered.includes("udp") && (share < 0.05 || isKernels),
  };
}

function errors({ answered: all, mostToOne, heardMs }: Flooded, done: string): Finding {
  // A second that began before the flood, and one that ends after it.
  const seconds = Math.ceil(heardMs / 1_000) + 1;
  return {
    promised: "error answers stay within 1 a second and sender, 100 a second in all [BOOT-6]",
    done,
    figure: `${count(all)} answers, at most ${mostToOne} to one sender, over ${seconds} seconds by the clock`,
    held: all <= seconds * ERRORS_A_SECOND && mostToOne <= seconds,
  };
}

function tcp(beside: Probes, now: Probes, { size }: Trial, done: string): Finding {
  return {
    promised: "TCP roles are unharmed: no more than by the same flood at another program",
    done,
    figure: `an echo client's ${compared(beside, now)}`,
    held: isUnharmed(beside, now, size) && p99(now.tcp) > 0,
  };
}

function told(log: string, { tookMs }: Flooded, grownBytes: number): Finding {
  const lines = log.split("\n").filter((line) => line.includes("bootstrap-1/")).length;
  return {
    promised: "bad datagrams are remarked in the log, and summed up there",
    done: "the same flood",
    figure: `${lines} lines; the daemon grew by ${mib(grownBytes)}`,
    held: lines > 0 && lines <= 11 + tookMs / MS_PER_LINE,
  };
}

/** Root, or user namespaces, are needed: elsewhere, and in the short form, the limiter's own tests must do. */
async function afar({ scene }: Trial): Promise<Finding[]> {
  if (!hasNetworkNamespaces()) return [];
  const seconds = 4;
  const { asked, answered: got } = await askedFromAfar(scene, seconds);
  const most = DISCOVERIES_A_SECOND * (seconds + 1);
  return [
    {
      promised: "beyond loopback, DISCOVERY is answered at most 20 times a second and source [BOOT-6]",
      done: `a network namespace with an address of its own: ${count(asked)} questions in ${seconds} s`,
      figure: `${got} answers`,
      held: got > 0 && got <= most && asked > most,
    },
  ];
}
