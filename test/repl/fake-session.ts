/** One attached terminal and its fake daemon, made anew for each test. What it exports changes with the test. */
import { afterEach, beforeEach, expect, vi } from "vitest";
import { type AttachOptions, attach, type Leaving } from "../../src/terminal/attached-terminal.ts";
import { FakeKeyboard, FakeScreen } from "../terminal/fake-terminal.ts";
import { eventually } from "./eventually.ts";
import { FakeDaemon, type Message, type Reply } from "./fake-daemon.ts";

export let daemon: FakeDaemon;
export let keyboard: FakeKeyboard;
export let screen: FakeScreen;
export let leaving: Promise<Leaving>;
/** How the test ends a command that runs until then, by its line. */
export let replies: Map<string, Reply>;

/** To be called once in a test file. */
export function useSession(): void {
  beforeEach(() => {
    // readline draws nothing on a terminal that cannot move its cursor.
    vi.stubEnv("TERM", "xterm");
    replies = new Map();
  });
  afterEach(async () => {
    keyboard.end();
    await daemon.stop();
    await leaving?.catch(() => {});
    vi.unstubAllEnvs();
  });
}

/** Says what was run and how it ended; `wait…` lines are ended by the test, `bad…` lines fail. */
export function obedient({ op, line = "", columns, target }: Message, reply: Reply): void {
  if (op === "interrupt") {
    for (const [line, end] of replies) if (!line.includes("stubborn")) end({ id: target, exit: 130 });
  } else if (op === "run" && line.startsWith("wait")) {
    replies.set(line, reply);
    reply({ out: `began ${line}` });
  } else if (op === "run") {
    reply(line.startsWith("bad") ? { err: `no such thing: ${line}` } : { out: `did ${line} in ${columns}` });
    reply({ exit: line.startsWith("bad") ? 4 : 0 });
  }
}

export async function startDaemon(...how: Parameters<typeof FakeDaemon.start>): Promise<void> {
  daemon = await FakeDaemon.start(...how);
}

export function open(options: Partial<AttachOptions> = {}): void {
  keyboard = new FakeKeyboard();
  screen = new FakeScreen(60, 20);
  const streams = { socketPath: daemon.path, input: keyboard, output: screen };
  leaving = attach({ colors: false, ...streams, ...options });
  // A test that ends early is the failure to report, not the session that then ends with it.
  leaving.catch(() => {});
}

/** A daemon, and a session with it that has greeted. */
export async function start(options: Partial<AttachOptions> = {}, script = obedient): Promise<void> {
  await startDaemon(script);
  open(options);
  await shows("Welcome.", "netlab>");
}

/** The last rows on the screen are these. */
export async function shows(...rows: string[]): Promise<void> {
  await eventually(() => expect(screen.rows.slice(-rows.length)).toEqual(rows));
}
