/**
 * The process that plays one instance of a user's role. It reads the daemon's questions from one pipe and writes to another,
 * which blocks: what was said before it died has been said. A read of its peers is in a file before the role hears of it
 * (`black-box.ts`). It lives no longer than the daemon, which watches it (`keeper.ts`).
 */
import { writeSync } from "node:fs";
// biome-ignore lint/style/noRestrictedImports: a pipe that this process was given is no peer.
import { Socket } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import { parseOptions, roleOptions } from "../catalogue/instance-options.ts";
import { faultsOf } from "../catalogue/role-folder.ts";
import { osCode } from "../os/os-errors.ts";
import { playStory } from "../replay/replay-elsewhere.ts";
import { importRole, PlayedInstance } from "./played-instance.ts";
import { MAX_FROM_ROLE, plainError, Rpc } from "./rpc.ts";
import { type DaemonSide, PIPE_CLOSED, type RoleSide } from "./sides.ts";

const TO_DAEMON = 3;
const FROM_DAEMON = 4;
const BLACK_BOX = 5;
const SIGN_OF_LIFE_MS = 400;

let instance: PlayedInstance | undefined;
/** Told to end by us, and not by the role. */
let isOver = false;
let isBoxOpen = false;

const played = (): PlayedInstance => {
  if (!instance) throw new Error("it has not begun");
  return instance;
};

const side: RoleSideAnswers = {
  begin: async (beginning) => {
    isBoxOpen = beginning.hasBlackBox;
    instance = await PlayedInstance.begin(beginning, daemon, keepSafe);
  },
  examine: async (file) => {
    const role = await importRole(file);
    // A rejection that it left unhandled is told first.
    await turn();
    return faultsOf(role);
  },
  replay: async (file, story) => {
    const role = await importRole(file);
    const options = parseOptions(role, story.given);
    return playStory(story, { role, options: roleOptions(role, options), common: options }, signOfLife);
  },
  adopt: (edition) => played().adopt(edition),
  open: () => played().open(),
  drain: (limitMs) => played().drain(limitMs),
  close: () => played().close(),
  fresh: (withSnapshots) => played().fresh(withSnapshots),
  act: (id, act) => played().act(id, act),
  say: (text) => played().say(text),
  speak: (key, text, isNow) => played().speak(key, text, isNow),
  hush: (key) => played().hush(key),
  registry: (view) => played().registry.show(view),
  putFault: (fault) => played().putFault(fault),
  takeFault: (id) => played().takeFault(id),
};

type RoleSideAnswers = {
  readonly [Name in keyof RoleSide]: (
    ...args: Parameters<RoleSide[Name]>
  ) => ReturnType<RoleSide[Name]> | Promise<ReturnType<RoleSide[Name]>>;
};

const daemon = new Rpc<DaemonSide>(side, write, undefined, { mostSent: MAX_FROM_ROLE });

function write(bytes: Buffer): void {
  try {
    writeWhole(bytes);
  } catch (error) {
    end(osCode(error) === "EBADF" ? PIPE_CLOSED : 0);
  }
}

function writeWhole(bytes: Buffer): void {
  for (let at = 0; at < bytes.length; at += writeSync(TO_DAEMON, bytes, at));
}

/** Of a segment of the batch that is not yet sent: the next batch is written over it. */
function keepSafe(bytes: Buffer, from: number, to: number): boolean {
  try {
    isBoxOpen &&= writeSync(BLACK_BOX, bytes, from, to - from, from) === to - from;
  } catch {
    isBoxOpen = false;
  }
  return isBoxOpen;
}

function end(status: number): void {
  isOver = true;
  process.exit(status);
}

const questions = new Socket({ fd: FROM_DAEMON, readable: true, writable: false });
questions.on("data", (chunk) => daemon.feed(chunk));
for (const event of ["end", "error"]) questions.on(event, () => end(0));

daemon.tell("alive");
setInterval(() => daemon.tell("alive"), SIGN_OF_LIFE_MS).unref();

let lastSign = performance.now();

/** Sign of one who is at it all the time, so that no timer goes off: between two entries of a story. */
function signOfLife(): void {
  const now = performance.now();
  if (now - lastSign < SIGN_OF_LIFE_MS) return;
  lastSign = now;
  daemon.tell("alive");
}

process.on("exit", (code) => {
  if (isOver) return;
  instance?.flush();
  daemon.tell("exiting", code, new Error("exit").stack);
});
// Errors that were not caught: the state of the role's own code is not known any more, so the instance begins anew.
for (const event of ["uncaughtException", "unhandledRejection"] as const)
  process.on(event, (error: unknown) => {
    if (instance) instance.crash(error);
    else daemon.tell("crashed", plainError(error));
  });
// A signal is for this process alone: a number that is wrong would stop the daemon, or all that its user runs.
const { kill } = process;
process.kill = (pid, signal) => {
  if (pid === process.pid) return kill.call(process, pid, signal);
  const text = "a role may send signals to its own process alone";
  throw Object.assign(new Error(text), { code: "ERR_ACCESS_DENIED" });
};
// Signals of a terminal are the daemon's affair: it lets us finish what is under way.
for (const signal of ["SIGINT", "SIGHUP", "SIGTERM"] as const) process.on(signal, () => undefined);
