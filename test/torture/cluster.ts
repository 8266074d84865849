/**
 * Three daemons that are one lab on three nats-servers, a room of members who all talk, and writes to registry and address book, while nodes
 * are stopped in peace, killed, and suspended for longer than their lease, and servers are killed, one at a time.
 */
import { setTimeout as delay } from "node:timers/promises";
import { NatsServer, natsBinary } from "../cluster/nats-server.ts";
import { TestDaemon } from "../e2e/daemon.ts";
import { count, ms } from "./_figures.ts";
import { LabLedger } from "./_lab-ledger.ts";
import { defineOrdeal, type Finding, type Trial } from "./_ordeal.ts";
import { type Place, RoomCrowd } from "./_room-crowd.ts";
import { type Fault, faultsOf, type Property, type Visit } from "./_room-history.ts";

const NODES = ["node1", "node2", "node3"] as const;
const LAB =
  "roles:\n  - { role: chat, port: 0, host: 127.0.0.1, max-connections: 1000 }\n  - { role: bootstrap, port: 0, host: 127.0.0.1 }\n";
const START_MS = 60_000;
const IN_MS = 60_000;
/** Longer than anything is kept before it is sent again. */
const QUIET_MS = 3_000;
const SAME_MS = 30_000;

/** Of a node: longer than a machine stands still where nothing is done to it. */
const LEASE_MS = 5_000;

interface Row {
  readonly node: string;
  readonly state: string;
  readonly hubs: readonly string[];
}

export default defineOrdeal({
  name: "cluster",
  summary:
    "one lab on three daemons and three nats-servers: rolling restarts, kills, suspensions, under talk",
  limitMs: { short: 120_000, long: 1_200_000 },
  run: async (trial) => {
    if (!natsBinary) return [skipped];
    const lab = new ClusterLab(trial);
    try {
      await lab.begin();
      await lab.suffer();
      return await lab.findings();
    } finally {
      await lab.end();
    }
  },
});

const skipped: Finding = {
  promised: "several daemons are one lab",
  done: "nothing: no nats-server here",
  figure: "skipped",
  held: true,
};

class ClusterLab {
  readonly #trial: Trial;
  readonly #crowd: RoomCrowd;
  readonly #ledger: LabLedger;
  readonly #servers: NatsServer[] = [];
  readonly #daemons = new Map<string, TestDaemon>();
  readonly #places = NODES.map((name): Place => ({ name, port: undefined }));
  /** What was done, and how often. */
  readonly #done = new Map<string, number>();
  /** Of rolling restarts: when each began and ended. */
  readonly #peaceful: [from: number, to: number][] = [];
  readonly #backMs: number[] = [];
  #slowestRollingMs = 0;
  #slowestMs = 0;
  #races = 0;

  constructor(trial: Trial) {
    this.#trial = trial;
    this.#crowd = new RoomCrowd(trial.random.fork(), trial.sized(300, 3_000));
    this.#ledger = new LabLedger(trial.random.fork());
  }

  async begin(): Promise<void> {
    this.#servers.push(...(await NatsServer.cluster(3)));
    await Promise.all(NODES.map((name) => this.#start(name)));
    for (const place of this.#places) this.#crowd.add(place, this.#trial.sized(10, 100));
    for (const [number, name] of NODES.entries())
      this.#ledger.write(number + 1, () => this.#daemons.get(name));
    await this.#crowd.isIn(IN_MS);
    this.#trial.note(`${this.#crowd.size} members are in`);
  }

  /** What is done to it, in an order that chance gives; a rolling restart at both ends. */
  async suffer(): Promise<void> {
    const { sized, scale, random } = this.#trial;
    await this.#rollingRestart();
    for (let round = 0; round < sized(1, Math.ceil(4 * scale)); round += 1) {
      const blows = [
        () => this.#kill("the owner", true),
        () => this.#suspend("the owner", true),
        () => this.#killServer(),
        () => this.#kill("another node", false),
        () => this.#suspend("another node", false),
      ].slice(0, sized(3, 5));
      while (blows.length > 0) await blows.splice(random.int(0, blows.length - 1), 1)[0]?.();
    }
    if (sized(false, true)) await this.#rollingRestart();
  }

  // -- blows ----------------------------------------------------------------------------------------------------------

  async #rollingRestart(): Promise<void> {
    for (const name of NODES) {
      const from = performance.now();
      const daemon = this.#daemonOf(name);
      const { exit, stderr } = await daemon.ctl("drain");
      if (exit !== 0) throw new Error(`drain at ${name} ended with ${exit}: ${stderr}`);
      this.#away(name);
      const stopped = await daemon.stop();
      if (stopped.exit !== 0) throw new Error(`${name} ended with ${stopped.exit}: ${stopped.stderr}`);
      await this.#start(name);
      this.#slowestRollingMs = Math.max(this.#slowestRollingMs, this.#crowd.slowestMs);
      await this.#settle("drained, stopped and started again");
      this.#peaceful.push([from, performance.now()]);
      await delay(this.#trial.random.int(0, LEASE_MS / 2));
    }
  }

  async #kill(whom: string, isOwner: boolean): Promise<void> {
    const name = await this.#pick(isOwner);
    const daemon = this.#daemonOf(name);
    this.#away(name);
    const killedAt = performance.now();
    // Looked at before: who comes in after the room was made again is told of no restart.
    const living = this.#crowd.visits.filter((visit) => visit.end === "there" && visit.until === undefined);
    await daemon.kill();
    if (isOwner) this.#backMs.push((await this.#restarted(living, killedAt)) - killedAt);
    else await delay(this.#trial.random.int(0, 2 * LEASE_MS));
    await this.#start(name);
    await this.#settle(`kill -9 of ${whom}`);
  }

  /** Longer than its lease; what it does when it wakes is seen by those who hear it. */
  async #suspend(whom: string, isOwner: boolean): Promise<void> {
    const name = await this.#pick(isOwner);
    const daemon = this.#daemonOf(name);
    this.#crowd.doubt(this.#placeOf(name));
    this.#daemons.delete(name);
    daemon.program.signal("SIGSTOP");
    await delay(LEASE_MS * (1.5 + this.#trial.random.next()));
    await this.#isGone(name);
    daemon.program.signal("SIGCONT");
    this.#daemons.set(name, daemon);
    await daemon.program.says("cut off", START_MS);
    await this.#settle(`${whom} suspended for longer than its lease`);
  }

  async #killServer(): Promise<void> {
    const server = this.#trial.random.pick(this.#servers);
    await server.kill();
    await delay(this.#trial.random.int(500, 2 * LEASE_MS));
    await server.start();
    await this.#settle("kill -9 of a nats-server");
  }

  /** All are in again, and a race is run. */
  async #settle(what: string): Promise<void> {
    this.#done.set(what, (this.#done.get(what) ?? 0) + 1);
    await this.#crowd.isIn(IN_MS);
    // More than one winner is two visits of one name.
    await this.#crowd.race(this.#places, `racer${this.#races}`);
    this.#races += 1;
    this.#slowestMs = Math.max(this.#slowestMs, this.#crowd.slowestMs);
    this.#trial.note(
      `${what}: slowest line ${ms(this.#crowd.slowestMs)}; ${count(this.#crowd.lines)} lines, ${count(this.#crowd.heard)} heard, ${count(this.#ledger.answered)} writes`,
    );
    this.#crowd.slowestMs = 0;
  }

  // -- nodes ----------------------------------------------------------------------------------------------------------

  #placeOf(name: string): Place {
    return this.#places.find((place) => place.name === name) as Place;
  }

  #daemonOf(name: string): TestDaemon {
    const daemon = this.#daemons.get(name);
    if (!daemon) throw new Error(`${name} is away`);
    return daemon;
  }

  async #start(name: string): Promise<void> {
    const { scene } = this.#trial;
    const urls = this.#servers.map(({ url }) => url).join(",");
    const args = [
      ...["--lab", scene.file("room.yaml", LAB), "--cluster", urls, "--node", name],
      ...["--lease-time", `${LEASE_MS / 1_000}s`, "--cluster-operators", "all"],
    ];
    const daemon = await TestDaemon.start(scene, { name, args, patienceMs: START_MS });
    this.#daemons.set(name, daemon);
    this.#placeOf(name).port = daemon.ready.instances.find(({ type }) => type === "chat")?.port;
  }

  #away(name: string): void {
    const place = this.#placeOf(name);
    place.port = undefined;
    this.#crowd.doubt(place);
    this.#daemons.delete(name);
  }

  async #pick(isOwner: boolean): Promise<string> {
    const owner = await this.#owner();
    return isOwner ? owner : this.#trial.random.pick(NODES.filter((name) => name !== owner));
  }

  async #owner(): Promise<string> {
    const until = performance.now() + IN_MS;
    while (performance.now() < until) {
      const rows = await this.#daemonOf(NODES[0]).document<Row[]>("nodes");
      const row = rows.find(({ hubs }) => hubs.includes("chat-1"));
      if (row) return row.node;
      await delay(100);
    }
    throw new Error("no node owns the room");
  }

  /** Where the machine stood still meanwhile, the others see it off later. */
  async #isGone(name: string): Promise<void> {
    const [other] = this.#daemons.values();
    for (const until = performance.now() + IN_MS; performance.now() < until; await delay(100)) {
      const rows = (await other?.document<Row[]>("nodes")) ?? [];
      if (rows.some(({ node, state }) => node === name && state === "gone")) return;
    }
    throw new Error(`${name} stands still, and the others do not see it off`);
  }

  /** Moment at which the last of those who live heard that the room was made again. */
  async #restarted(living: readonly Visit[], since: number): Promise<number> {
    const until = since + IN_MS;
    const heardAt = () =>
      living.map(({ heard, end }) => {
        const event = heard.findLast(({ kind }) => kind === "restarted");
        return end !== "there"
          ? since
          : event?.kind === "restarted" && event.at > since
            ? event.at
            : undefined;
      });
    for (;;) {
      const all = heardAt();
      if (!all.includes(undefined)) return Math.max(...all.map((at) => at ?? since));
      if (performance.now() > until) {
        this.#noteLogs();
        const deaf = living
          .filter((_, at) => all[at] === undefined)
          .map(({ id, name }) => `${name} (visit ${id})`);
        throw new Error(
          `${deaf.length} of ${living.length} never heard of a restart: ${deaf.slice(0, 9).join(", ")}`,
        );
      }
      await delay(20);
    }
  }

  // -- figures --------------------------------------------------------------------------------------------------------

  async findings(): Promise<Finding[]> {
    await this.#crowd.isQuiet(QUIET_MS, IN_MS);
    await this.#ledger.stop();
    const visits = this.#crowd.visits;
    const faults = faultsOf(visits);
    for (const { property, what } of faults.slice(0, 20)) this.#trial.note(`${property}: ${what}`);
    if (faults.length > 0) this.#noteLogs();
    const blows = [...this.#done].map(([what, times]) => `${what}: ${times}`).join("; ");
    const lines = `${count(this.#crowd.lines)} lines of ${this.#crowd.size} members in ${count(visits.length)} visits, ${count(this.#crowd.heard)} times heard`;
    return [
      held(
        faults,
        "names are unique",
        "a name is there once in the whole lab",
        `${blows}; ${this.#races} races of three for one name`,
      ),
      held(faults, "a sender's order", "lines of one sender keep their order", lines),
      held(faults, "one order", "all members hear one order", lines),
      held(faults, "nothing twice", "nothing is heard twice", lines),
      this.#lost(faults, lines),
      this.#rolling(visits.flatMap(({ heard }) => heard)),
      this.#back(),
      await this.#stored(),
    ];
  }

  #noteLogs(): void {
    for (const [name, { program }] of this.#daemons)
      for (const line of program.stderr.split("\n").slice(-12)) this.#trial.note(`${name}: ${line}`);
  }

  /** With its node an owner that dies may take what was on its way to it. */
  #lost(faults: readonly Fault[], lines: string): Finding {
    const finding = held(faults, "nothing lost", "nothing is lost but where the room says so", lines);
    const told = this.#crowd.visits
      .filter(({ end }) => end !== "lost")
      .reduce((sum, visit) => sum + visit.said - ownHeard(visit), 0);
    return { ...finding, figure: `${finding.figure}; ${count(told)} lines where it does` };
  }

  #rolling(all: readonly { readonly kind: string }[]): Finding {
    const isWithin = (at: number) => this.#peaceful.some(([from, to]) => at >= from && at <= to);
    const told = all.filter((event) => "at" in event && isWithin(event.at as number)).length;
    return {
      promised: "a rolling restart loses no line said to a living node, and makes no room again",
      done: `${this.#peaceful.length} times drained, stopped and started`,
      figure: `${told} members heard of a restart; the slowest line took ${ms(this.#slowestRollingMs)}`,
      held: told === 0,
    };
  }

  #back(): Finding {
    const slowest = Math.max(0, ...this.#backMs);
    // A machine that runs a whole test suite beside it has other troubles.
    const limitMs = this.#trial.sized(IN_MS, LEASE_MS);
    return {
      promised: `a room whose owner dies is back within the lease, ${ms(LEASE_MS)}`,
      done: `kill -9 of the owner: ${this.#backMs.length}`,
      figure: `all who live had heard it after ${ms(slowest)} at most; the slowest line of all took ${ms(this.#slowestMs)}`,
      held: slowest <= limitMs,
    };
  }

  async #stored(): Promise<Finding> {
    const daemons = NODES.map((name) => this.#daemonOf(name));
    const until = performance.now() + SAME_MS;
    let faults = await this.#ledger.faults(daemons);
    while (faults.length > 0 && performance.now() < until) {
      await delay(200);
      faults = await this.#ledger.faults(daemons);
    }
    for (const fault of faults.slice(0, 20)) this.#trial.note(fault);
    return {
      promised: "what registry and address book have answered as stored is at each node in the end",
      done: `${count(this.#ledger.answered)} writes answered`,
      figure: `${faults.length} keys otherwise${faults[0] ? `: ${faults[0]}` : ""}; ${count(this.#ledger.refused)} refused`,
      held: faults.length === 0 && this.#ledger.answered > 0,
    };
  }

  async end(): Promise<void> {
    this.#crowd.end();
    await this.#ledger.stop();
    // A suspended one would not hear of its end.
    for (const daemon of this.#daemons.values()) await daemon.kill();
    for (const server of this.#servers) await server.end();
  }
}

const ownHeard = ({ id, heard }: Visit) =>
  heard.filter((event) => event.kind === "line" && event.visit === id).length;

function held(faults: readonly Fault[], property: Property, promised: string, done: string): Finding {
  const found = faults.filter((fault) => fault.property === property);
  return {
    promised,
    done,
    figure: `${found.length} faults${found[0] ? `: ${found[0].what}` : ""}`,
    held: found.length === 0,
  };
}
