/**
 * A lesson: a class comes within a minute and works for ten, a quarter of it with a mistake that it does not find, the wall open in a
 * browser. In the middle the daemon is killed -9 and started again, as a supervisor does. Of the evidence nothing may be gone that is older
 * than a second; who is done stays done, and the wall goes on by itself.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { StudentRow } from "../../src/lab/lab.ts";
import { type ConnectionDocument, type InstanceDocument, TestDaemon } from "../e2e/daemon.ts";
import { freeOffset } from "../e2e/free-ports.ts";
import type { Scene } from "../e2e/scene.ts";
import { Crowd, FILE, mistakesFor, type Pace, type Student } from "./_class-crowd.ts";
import { Evidence } from "./_class-evidence.ts";
import { Wall } from "./_class-wall.ts";
import { count, mib, ms, percent, percentile, tally } from "./_figures.ts";
import { defineOrdeal, type Finding, type Trial } from "./_ordeal.ts";
import { processorMs, residentBytes } from "./_process.ts";

const ROLES = ["calculator", "chat", "echo"] as const;
/** Promised: what is older is on disk. */
const PROMISED_MS = 1_000;
const EXPLAINED = 40;
const MAX_BYTES = 512 * 1_048_576;
/** Promised is a second; a machine that runs a whole test suite beside it has other troubles. */
const WALL_LIMIT_MS = { short: 8_000, long: 1_000 } as const;
/** Longest time that the last conversations take to be judged. */
const SETTLE_MS = 20_000;
const NOTE_MS = 60_000;
/** Of 600 roles on a machine that does much else. */
const START_MS = 120_000;
/** Added to each half of a lesson, at most, where the machine is slow. */
const LATE_MS = 60_000;

interface Plan {
  readonly students: number;
  readonly forMs: number;
  readonly pace: Pace;
  readonly probeEveryMs: number;
  /** Of so many right students one uses programs, the others sockets. */
  readonly processOf: number;
}

function planOf({ sized, scale }: Trial): Plan {
  const forMs = sized(9_000, 600_000 * scale);
  const pace: Pace = {
    arriveMs: Math.min(60_000, forMs / 4),
    // As quick as people, however long the lesson is.
    thinkMs: sized([60, 200], [2_000, 8_000]),
    pauseMs: sized([100, 300], [5_000, 20_000]),
    patienceMs: sized(2_500, 20_000),
  };
  return { students: sized(20, 200), forMs, pace, probeEveryMs: sized(700, 3_000), processOf: sized(2, 10) };
}

export default defineOrdeal({
  name: "class",
  summary:
    "a class for ten minutes, a quarter of it with mistakes, the wall open, and a kill -9 in the middle",
  limitMs: { short: 180_000, long: 3_600_000 },
  run: async (trial) => {
    const lesson = await Lesson.begin(trial, planOf(trial));
    try {
      return await lesson.run();
    } finally {
      await lesson.end();
    }
  },
});

class Lesson {
  readonly #trial: Trial;
  readonly #plan: Plan;
  readonly #students: readonly Student[];
  readonly #crowd: Crowd;
  readonly #wall: Wall | undefined;
  readonly #usage = { peakBytes: 0, processorMs: 0, playedMs: 0 };
  #daemon: TestDaemon;
  #nextNote = performance.now() + NOTE_MS;

  static async begin(trial: Trial, plan: Plan): Promise<Lesson> {
    const lab = await labFor(trial.scene, plan.students);
    const daemon = await TestDaemon.start(trial.scene, {
      lab,
      args: ["--log-level", "warn"],
      patienceMs: START_MS,
    });
    const all = studentsOf(daemon.ready.instances, trial, plan);
    // The last one's tile is the ordeal's own, to see how soon the wall tells.
    const probed = {
      id: idOf(plan.students - 1),
      place: plan.students,
      port: all.at(-1)?.ports.calculator ?? 0,
    };
    const wall = await Wall.open(daemon, probed);
    trial.note(wall ? "the wall is open in Chromium" : "no Chromium: without the wall");
    return new Lesson(trial, plan, daemon, wall, all.slice(0, -1));
  }

  private constructor(
    trial: Trial,
    plan: Plan,
    daemon: TestDaemon,
    wall: Wall | undefined,
    students: readonly Student[],
  ) {
    this.#trial = trial;
    this.#plan = plan;
    this.#daemon = daemon;
    this.#wall = wall;
    this.#students = students;
    this.#crowd = new Crowd(trial.scene, plan.pace);
  }

  async run(): Promise<readonly Finding[]> {
    const { forMs } = this.#plan;
    this.#crowd.come(this.#students, this.#trial.random.fork());
    const hasBegun = () => this.#crowd.talks.some(({ answers }) => answers.length > 0);
    await this.#play(forMs / 2, hasBegun);
    const kill = await this.#killAndStart();
    await this.#play(forMs / 2, () => this.#students.every((one) => one.mistake || this.#hasDoneAll(one)));
    const during = await this.#daemon.document<StudentRow[]>("class");
    const onWall = await this.#wall?.counts();
    await this.#crowd.leave();
    const rows = await this.#settled();
    const isWallRight = await this.#wall?.showsDone(rows.filter(({ done }) => done).length);
    await this.#daemon.stop();
    const whole = new Evidence(this.#daemon.dataFolder);
    return [
      this.#nothingLost(kill, whole),
      toldAsBefore(kill),
      this.#classView(kill, during, rows),
      ...this.#wallFindings(onWall, isWallRight),
      this.#costs(kill, whole),
    ];
  }

  /** The page is probed, and the daemon looked at: for so long, and on a busy machine until something is true. */
  async #play(forMs: number, isDue: () => boolean): Promise<void> {
    const { pid } = this.#daemon.ready;
    const [begun, before] = [performance.now(), processorMs(pid)];
    const until = begun + forMs;
    while (performance.now() < until || (!isDue() && performance.now() < until + LATE_MS)) {
      this.#usage.peakBytes = Math.max(this.#usage.peakBytes, residentBytes(pid));
      const next = performance.now() + this.#plan.probeEveryMs;
      await this.#wall?.probe();
      await delay(Math.max(0, next - performance.now()));
      this.#noteSoFar();
    }
    this.#usage.processorMs += processorMs(pid) - before;
    this.#usage.playedMs += performance.now() - begun;
  }

  /** Once a minute. */
  #noteSoFar(): void {
    if (performance.now() < this.#nextNote) return;
    this.#nextNote = performance.now() + NOTE_MS;
    const answers = this.#crowd.talks.reduce((sum, talk) => sum + talk.answers.length, 0);
    this.#trial.note(
      `${count(this.#crowd.started)} programs, ${count(answers)} answers, ${mib(this.#usage.peakBytes)}`,
    );
  }

  async #killAndStart(): Promise<Kill> {
    const seen = await this.#daemon.document<ConnectionDocument[]>("conns --all");
    const rows = await this.#daemon.document<StudentRow[]>("class");
    for (const from = this.#crowd.now(); this.#crowd.now() < from + PROMISED_MS + 100; ) await delay(50);
    const killedAt = this.#crowd.now();
    await this.#daemon.kill();
    const left = new Evidence(this.#daemon.dataFolder);
    const startedAt = performance.now();
    this.#daemon = await this.#daemon.again();
    const backMs = performance.now() - startedAt;
    this.#trial.note(`killed, and back after ${ms(backMs)}`);
    const rowsAfter = await this.#daemon.document<StudentRow[]>("class");
    const told = await this.#explained(seen);
    await this.#wall?.back();
    return { seen, rows, rowsAfter, killedAt, left, backMs, told };
  }

  /** Ended connections of before the kill, those with cards first: how `explain` tells them now. */
  async #explained(seen: readonly ConnectionDocument[]): Promise<Told> {
    const ended = seen.filter(({ state, verdict }) => state === "closed" && verdict !== null);
    const byCards = ended.toSorted((a, b) => b.cards.length - a.cards.length);
    const sample = [...byCards.slice(0, EXPLAINED / 2), ...byCards.slice(-EXPLAINED / 2)];
    const otherwise: string[] = [];
    for (const { id, verdict, cards } of sample) {
      const now = await this.#daemon.document<ConnectionDocument & { source: string }>(`explain ${id}`);
      const isSame = now.verdict === verdict && now.cards.join() === cards.join();
      if (now.source !== "journal" || !isSame)
        otherwise.push(`${id}: ${verdict} ${cards}, now ${now.verdict} ${now.cards} from the ${now.source}`);
    }
    return {
      asked: sample.length,
      withCards: sample.filter(({ cards }) => cards.length > 0).length,
      otherwise,
    };
  }

  /** Once every conversation has been judged. */
  async #settled(): Promise<StudentRow[]> {
    const due = this.#students.filter((student) => this.#hasDoneAll(student)).length;
    for (const until = performance.now() + SETTLE_MS; ; await delay(200)) {
      const rows = await this.#daemon.document<StudentRow[]>("class");
      const isOver = rows.every(({ connected }) => connected === 0);
      if ((isOver && rows.filter(({ done }) => done).length >= due) || performance.now() > until) return rows;
    }
  }

  /** A conversation with each role went to its end. */
  #hasDoneAll({ id, mistake }: Student): boolean {
    if (mistake) return false;
    const own = this.#crowd.talks.filter(({ student, isWhole }) => student === id && isWhole);
    return ROLES.every((role) => own.some((talk) => talk.role === role));
  }

  #nothingLost({ killedAt, left, seen }: Kill, whole: Evidence): Finding {
    const { talks } = this.#crowd;
    const isOld = (at: number) => at < killedAt - PROMISED_MS;
    const before = left.answers(talks, (at) => isOld(at));
    const shown = left.connectionsSeen(seen);
    const last = left.answers(talks, (at) => at >= killedAt - PROMISED_MS && at < killedAt);
    // A student may read after the kill what was sent before it: what counts is who came after it.
    const after = whole.answers(talks, (at, { begunAt }) => isOld(at) || begunAt > killedAt);
    for (const loss of [...before.lost, ...shown.lost, ...after.lost].slice(0, 10)) this.#trial.note(loss);
    const lost = before.lost.length + shown.lost.length + after.lost.length;
    return {
      promised: "of what is older than a second, a kill -9 loses nothing",
      done: `a kill after ${count(before.looked)} answers that students had, on ${count(shown.looked)} connections; ${count(after.looked)} answers at the end`,
      figure: `${lost} lost; of the last second ${last.lost.length} of ${last.looked}`,
      held: lost === 0 && before.looked > 0 && shown.looked > 0 && after.looked > before.looked,
    };
  }

  #classView(
    { rows: then, rowsAfter }: Kill,
    during: readonly StudentRow[],
    rows: readonly StudentRow[],
  ): Finding {
    const done = rows.filter((row) => row.done);
    const right = this.#students.filter((student) => this.#hasDoneAll(student));
    const { due, told, asDue, survived } = this.#cardsIn(rows);
    const undone = then.filter((row) => row.done && !rowsAfter.find(({ id }) => id === row.id)?.done);
    const stuck = during.filter(({ waitingMs, stuckMs }) => waitingMs !== undefined || stuckMs !== undefined);
    const connected = during.filter(({ connected: open }) => open > 0);
    const isDoneRight =
      right.every(({ id }) => done.some((row) => row.id === id)) && done.length >= right.length;
    return {
      promised: "the class tells who is done and who made a mistake, and a kill undoes nothing",
      done: `${this.#students.length} students, ${due.length} of them with a mistake that does harm and ${survived.length} with one that the role takes; ${connected.length} were connected at the end, ${stuck.length} stuck or waiting`,
      figure: `done ${done.length}, as due ${right.length}; a card for ${told.length} of ${due.length}, ${asDue.length} the one due; ${undone.length} undone by the kill`,
      held: isDoneRight && right.length > 0 && this.#isEnough(told.length, due.length) && undone.length === 0,
    };
  }

  /** In a lesson of seconds some programs of a mistake have hardly begun. */
  #isEnough(told: number, due: number): boolean {
    return this.#trial.size === "short" ? told > 0 : told === due;
  }

  /** Students whose mistake does harm, and what the class tells of them. */
  #cardsIn(rows: readonly StudentRow[]) {
    const mistaken = this.#students.filter(({ mistake }) => mistake);
    const due = mistaken.filter(({ mistake }) => !mistake?.isSurvived);
    const cardOf = ({ id }: Student) => rows.find((row) => row.id === id)?.card?.id;
    for (const student of due) {
      const { id, mistake } = student;
      if (cardOf(student) !== mistake?.card)
        this.#trial.note(`${id}: ${mistake?.program}: ${cardOf(student) ?? "no card"}, due ${mistake?.card}`);
    }
    return {
      due,
      told: due.filter((student) => cardOf(student) !== undefined),
      asDue: due.filter((student) => cardOf(student) === student.mistake?.card),
      survived: mistaken.filter(({ mistake }) => mistake?.isSurvived),
    };
  }

  #wallFindings(counts: ReadonlyMap<string, number> | undefined, isRight: boolean | undefined): Finding[] {
    if (!this.#wall) return [];
    const { latenciesMs, legs } = this.#wall;
    const [middle, high, most] = [0.5, 0.95, 1].map((share) => percentile(latenciesMs, share));
    const legsTold = (["daemon", "wire", "paint"] as const).map((leg) => {
      const times = legs.map((one) => one[leg]);
      return `${leg} ${ms(percentile(times, 0.5))}, ${ms(percentile(times, 0.95))}`;
    });
    const told = [...(counts ?? [])].map(([condition, tiles]) => `${tiles} ${condition}`).join(", ");
    return [
      {
        promised: "the wall tells what happened within a second, and goes on by itself after a kill",
        done: `${latenciesMs.length} changes of one tile beside ${this.#plan.students - 1} others at work; at the end: ${told}`,
        figure: `${ms(middle ?? 0)} in the middle, ${ms(high ?? 0)} for 95 of 100, ${ms(most ?? 0)} at most; of these (middle, 95 of 100) ${legsTold.join("; ")}; ${isRight ? "as many done as class says" : "NOT as many done as class says"}`,
        held: isRight === true && (high ?? 0) < WALL_LIMIT_MS[this.#trial.size],
      },
    ];
  }

  #costs({ backMs }: Kill, whole: Evidence): Finding {
    const { peakBytes, processorMs: used, playedMs } = this.#usage;
    const verdicts = [...whole.verdicts].flatMap(([verdict, times]) => Array<string>(times).fill(verdict));
    return {
      promised: "a class costs a small part of a machine",
      done: `${count(this.#crowd.started)} programs in ${Math.round(playedMs / 1_000)} s: ${count(whole.connections)} connections, ${count(whole.entries)} entries; verdicts: ${tally(verdicts)}`,
      figure: `${mib(peakBytes)} at most, ${percent(used / playedMs)} of a core, ready again ${ms(backMs)} after the kill`,
      held: peakBytes < MAX_BYTES,
    };
  }

  async end(): Promise<void> {
    await this.#crowd.leave();
    await this.#wall?.close();
  }
}

interface Told {
  readonly asked: number;
  readonly withCards: number;
  readonly otherwise: readonly string[];
}

/** What was seen before the kill, what it left, and what was told after it. */
interface Kill {
  readonly seen: readonly ConnectionDocument[];
  readonly rows: readonly StudentRow[];
  readonly rowsAfter: readonly StudentRow[];
  readonly killedAt: number;
  readonly left: Evidence;
  readonly backMs: number;
  readonly told: Told;
}

const toldAsBefore = ({ told: { asked, withCards, otherwise } }: Kill): Finding => ({
  promised: "any connection of before is told from the journal, with the verdict and the cards that it had",
  done: `explain of ${asked} connections of before the kill, ${withCards} of them with cards`,
  figure: `${otherwise.length} told otherwise${otherwise[0] ? `: ${otherwise[0]}` : ""}`,
  held: otherwise.length === 0 && asked > 0,
});

const idOf = (index: number) => `s${String(index + 1).padStart(3, "0")}`;

async function labFor(scene: Scene, students: number): Promise<string> {
  const ids = Array.from({ length: students }, (_, index) => idOf(index));
  const count = students * ROLES.length;
  const offset = await freeOffset(Array.from({ length: count }, (_, index) => index + 1));
  scene.file("roster.csv", `id,group\n${ids.map((id, index) => `${id},${"ABCD"[index % 4]}\n`).join("")}`);
  scene.file(`own/${FILE}`, "notes of the lesson\n".repeat(150));
  const host = "127.0.0.1";
  return JSON.stringify({
    title: "A lesson",
    roster: "./roster.csv",
    class: { ports: `${offset + 1}-${offset + count}` },
    each: [
      { role: "calculator", host },
      { role: "chat", host },
      { role: "echo", host, root: scene.path("own") },
    ],
  });
}

function studentsOf(
  instances: readonly InstanceDocument[],
  { random }: Trial,
  { students, processOf }: Plan,
): Student[] {
  const mistakes = mistakesFor(Math.floor(students / 4), random.fork());
  const portOf = (type: string, id: string) =>
    instances.find((one) => one.type === type && one.label === id)?.port ?? 0;
  return Array.from({ length: students }, (_, index) => {
    const id = idOf(index);
    const ports = {
      calculator: portOf("calculator", id),
      chat: portOf("chat", id),
      echo: portOf("echo", id),
    };
    const mistake = index % 4 === 2 ? mistakes[Math.floor(index / 4)] : undefined;
    return { id, ports, mistake, isProcess: index % processOf === 0 };
  });
}
