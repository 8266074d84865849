/**
 * Disks that are full, held by another program, read-only or damaged: what cannot be stored is refused to whoever asked,
 * everything else goes on, and when the trouble is over the same daemon stores again.
 */
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import Database from "better-sqlite3";
import { launch, type RegistrationDocument, TestDaemon } from "../e2e/daemon.ts";
import { freePorts } from "../e2e/free-ports.ts";
import { HeldUp } from "../processor-time.ts";
import { canMount, fill, onReadOnlyDisk, onSmallDisk, seenBy } from "./_disks.ts";
import { defineOrdeal, type Finding, type Trial } from "./_ordeal.ts";
import { Questioner } from "./_questioner.ts";
import type { Random } from "./_random.ts";
import { Witness } from "./_witness.ts";

/** Larger than what the database keeps in its log before it tidies up. */
const DISK_KIB = 6_144;
/** A daemon that waits for the disk in its event loop keeps everybody waiting. */
const SLOWEST_ANSWER_MS = 500;

interface Lab {
  readonly text: string;
  readonly registry: number;
  readonly calculator: number;
}

export default defineOrdeal({
  name: "disk",
  summary: "disks that are full, held by another program, read-only or damaged",
  run: async (trial) => {
    const lab = await smallLab();
    const findings = [...(await heldDatabase(trial, lab)), await damagedFiles(trial, lab)];
    if (!canMount()) {
      const figure = "not tried here: this machine lets nobody mount a small disk";
      return [
        ...findings,
        { promised: "a full disk refuses, drops nothing", done: "nothing", figure, held: true },
      ];
    }
    return [...(await fullDisk(trial, lab)), ...findings, await readOnlyFolder(trial, lab)];
  },
});

async function smallLab(): Promise<Lab> {
  const [registry = 0, calculator = 0] = await freePorts(2);
  const roles = `{ role: bootstrap, port: ${registry} }, { role: calculator, port: ${calculator} }`;
  return { text: `roles: [${roles}]`, registry, calculator };
}

// -- full ----------------------------------------------------------------------------------------------------------

async function fullDisk({ scene, sized, note }: Trial, lab: Lab): Promise<Finding[]> {
  const folder = scene.path("full.data");
  mkdirSync(folder);
  const run = onSmallDisk(folder, DISK_KIB);
  const daemon = await TestDaemon.start(scene, { lab: lab.text, name: "full", run });
  const spawned = await daemon.ctl("spawn", "clock", "mine", "--port", "0");
  const questioner = new Questioner(daemon, lab.registry);
  await questioner.ask(sized(8, 200));
  const before = questioner.tally();
  const makeRoom = fill(seenBy(daemon.ready.pid, folder));
  const round = await underTrouble(lab, daemon, questioner, sized(24, 2_000));
  const operator = await operatorIsRefused(daemon);
  makeRoom();
  const recoveredMs = await untilStored(questioner);
  const lost = await questioner.lost();
  for (const loss of lost.slice(0, 5)) note(loss);
  const isSaid = /cannot be changed now, changes are refused: the disk is full: make room/.test(
    daemon.program.stderr,
  );
  await daemon.stop();
  const done = `a disk of ${DISK_KIB} KiB filled to the last byte; ${round.asked} registrations and addresses`;
  return [
    {
      promised:
        "a full disk: what cannot be stored is refused to whoever asked, nothing is dropped or told too early",
      done,
      figure: `${round.stored} stored, ${round.refused} refused, ${lost.length} lost`,
      held: spawned.exit === 0 && before.refused === 0 && round.refused > 0 && lost.length === 0 && isSaid,
    },
    {
      promised: "a full disk: an operator's change that is refused has not happened",
      done: "spawn, stop and remove on the full disk",
      figure: operator === "" ? "each that was refused, with 5, had not happened" : operator,
      held: operator === "",
    },
    serving("a full disk", round),
    {
      promised: "a full disk: stores again without a restart when there is room",
      done: "the disk emptied again",
      figure: `stored ${Math.round(recoveredMs)} ms later`,
      held: recoveredMs < 5_000,
    },
  ];
}

/** Empty where everything is as it should be. One that still finds room is done, and has happened. */
async function operatorIsRefused(daemon: TestDaemon): Promise<string> {
  for (const line of ["spawn clock other --port 0", "stop mine", "remove mine"]) {
    const before = await daemon.plain("ls");
    const { exit, stderr } = await daemon.ctl(...line.split(" "));
    const hasChanged = (await daemon.plain("ls")) !== before;
    const isRefused = exit === 5 && stderr.includes("the disk is full") && !hasChanged;
    if (!isRefused && !(exit === 0 && hasChanged))
      return `${line} ended with ${exit} and ${hasChanged ? "happened" : "did not happen"}: ${stderr}`;
  }
  return "";
}

// -- held ----------------------------------------------------------------------------------------------------------

async function heldDatabase({ scene, sized, note }: Trial, lab: Lab): Promise<Finding[]> {
  const daemon = await TestDaemon.start(scene, { lab: lab.text, name: "held" });
  const questioner = new Questioner(daemon, lab.registry);
  await questioner.ask(10);
  const other = new Database(join(daemon.dataFolder, "netlab.db"));
  other.exec("BEGIN EXCLUSIVE");
  const round = await underTrouble(lab, daemon, questioner, sized(24, 500));
  other.close();
  await untilStored(questioner);
  const lost = await questioner.lost();
  for (const loss of lost.slice(0, 5)) note(loss);
  await daemon.stop();
  return [
    {
      promised: "a database that another program holds: refused after a second's patience, nothing dropped",
      done: `an exclusive transaction of another program; ${round.asked} registrations and addresses`,
      figure: `${round.stored} stored, ${round.refused} refused, ${lost.length} lost; stored again at once when it let go`,
      held: round.refused > 0 && lost.length === 0,
    },
    serving("a held database", round),
  ];
}

// -- what both have in common ----------------------------------------------------------------------------------------

interface Round {
  readonly asked: number;
  readonly stored: number;
  readonly refused: number;
  readonly witness: Witness;
  /** The machine held up who asks and who answers for so long. */
  readonly starvedMs: number;
}

/** Asks for changes while a client of a role that needs no disk wants its answers. */
async function underTrouble(
  lab: Lab,
  daemon: TestDaemon,
  questioner: Questioner,
  count: number,
): Promise<Round> {
  const before = questioner.tally();
  const heldUp = new HeldUp(daemon.ready.pid);
  const witness = await Witness.at(lab.calculator);
  let isOver = false;
  const watching = witness.keepAsking(() => !isOver, 5);
  await questioner.ask(count);
  isOver = true;
  await watching;
  witness.end();
  const { stored, refused } = questioner.tally();
  const starvedMs = heldUp.ms;
  heldUp.end();
  return {
    asked: count,
    stored: stored - before.stored,
    refused: refused - before.refused,
    witness,
    starvedMs,
  };
}

const serving = (trouble: string, { witness, starvedMs }: Round): Finding => ({
  promised: `${trouble}: roles that need no disk go on serving`,
  done: `${witness.delays.length} calculations meanwhile`,
  figure: `${witness.wrong.length} wrong, the slowest answer after ${Math.round(witness.slowestMs)} ms`,
  held:
    witness.wrong.length === 0 &&
    witness.delays.length > 0 &&
    witness.slowestMs < SLOWEST_ANSWER_MS + starvedMs,
});

async function untilStored(questioner: Questioner): Promise<number> {
  const startedAt = performance.now();
  while (!(await questioner.isStored())) {
    if (performance.now() - startedAt > 5_000) break;
    await delay(20);
  }
  return performance.now() - startedAt;
}

// -- read-only -------------------------------------------------------------------------------------------------------

async function readOnlyFolder({ scene }: Trial, lab: Lab): Promise<Finding> {
  const folder = scene.path("fixed.data");
  const daemon = await TestDaemon.start(scene, { lab: lab.text, name: "fixed" });
  await daemon.stop();
  const before = readFileSync(join(folder, "netlab.db"));
  const { exit, stderr } = await launch(scene, { lab: lab.text, name: "fixed", run: onReadOnlyDisk(folder) })
    .ended;
  const isSaid = stderr.includes(`cannot use the data folder ${folder}: `) && stderr.includes("--data");
  const isSame = readFileSync(join(folder, "netlab.db")).equals(before);
  return {
    promised:
      "a read-only data folder: a sentence that names it and says what to do, before anything listens",
    done: "a start on one, with a database in it",
    figure: `exit ${exit}: ${stderr.trim().split("\n")[0]?.replaceAll(folder, "FOLDER")}`,
    held: exit === 1 && isSaid && isSame,
  };
}

// -- damaged ---------------------------------------------------------------------------------------------------------

const ROWS = 400;

async function damagedFiles({ scene, sized, random, note }: Trial, lab: Lab): Promise<Finding> {
  const rounds = sized(2, 60);
  const file = scene.path("damaged.data", "netlab.db");
  const whole = wholeDatabase(scene.path("whole.db"));
  let setAside = 0;
  let unharmed = 0;
  const overwritten: string[] = [];
  mkdirSync(scene.path("damaged.data"));
  for (let round = 1; round <= rounds; round += 1) {
    writeFileSync(file, whole);
    const damage = spoil(file, random);
    const spoiled = readFileSync(file);
    const daemon = await TestDaemon.start(scene, { lab: lab.text, name: "damaged" });
    const rows = await daemon.document<RegistrationDocument[]>("registry");
    const kept = keptIn(scene.names("damaged.data"), daemon.program.stderr);
    const isKept = kept !== undefined && readFileSync(scene.path("damaged.data", kept)).equals(spoiled);
    if (isKept) setAside += 1;
    else if (rows.length === ROWS) unharmed += 1;
    else overwritten.push(`${damage}: ${rows.length} rows, ${kept ?? "nothing kept"}`);
    await daemon.stop();
  }
  for (const one of overwritten.slice(0, 5)) note(one);
  return {
    promised: "a damaged database is set aside under a new name, byte for byte, and said so; the lab starts",
    done: `${rounds} starts on files with overwritten, cut off or foreign bytes`,
    figure: `${setAside} set aside, ${unharmed} not harmed where it matters, ${overwritten.length} lost`,
    held: overwritten.length === 0 && setAside > 0,
  };
}

/** The name that the daemon said, where it is there. */
function keptIn(names: readonly string[], said: string): string | undefined {
  const kept = /it is kept as (netlab\.db\.damaged-\S+?),/.exec(said)?.[1];
  return kept !== undefined && names.includes(kept) ? kept : undefined;
}

/** A database as a daemon leaves it, with rows on many pages. */
function wholeDatabase(file: string): Buffer {
  const sql = new Database(file);
  sql.pragma("journal_mode = WAL");
  sql.exec(readFileSync(join(import.meta.dirname, "../../data/schema.sql"), "utf8"));
  sql.pragma("user_version = 1");
  const insert = sql.prepare("INSERT INTO registrations VALUES (NULL, ?, ?, 'pdf', 'token', 0, 0, NULL)");
  sql.transaction(() => {
    for (let row = 1; row <= ROWS; row += 1) insert.run(`10.0.0.${row % 250}`, row);
  })();
  sql.close();
  return readFileSync(file);
}

/** Does one of several things to the file; answers which. */
function spoil(file: string, random: Random): string {
  const bytes = readFileSync(file);
  switch (random.pick(["overwrite", "overwrite", "truncate", "foreign"] as const)) {
    case "overwrite": {
      const length = random.int(64, 3 * 4_096);
      const at = random.int(0, bytes.length - length);
      random.bytes(length).copy(bytes, at);
      writeFileSync(file, bytes);
      return `${length} bytes at ${at}`;
    }
    case "truncate": {
      const length = random.int(1, bytes.length - 1);
      truncateSync(file, length);
      return `cut off at ${length}`;
    }
    case "foreign":
      writeFileSync(file, random.bytes(random.int(600, 9_000)));
      return "foreign bytes";
  }
}
