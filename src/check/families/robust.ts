/** Families of many and slow clients, and of what a program costs [ROBUST]: no rule of the wire, but what a server is for. */
import { defineCase, type ServerCase } from "../case.ts";
import type { ServerTester } from "../tester.ts";
import { butFailures } from "../verdict.ts";
import { expectIdle } from "./idleness.ts";
import { type Dialogues, hangUp, inPeace, Talk } from "./talk.ts";

const MANY = 20;
const LEAK_CLIENTS = 50;
/** A server that closes nothing is told so, and does not take up all the time of its case. */
const LEAVES_MS = 60;
const THINKING_MS = 300;
const SPARE_FDS = 8;
const IDLE_MS = 400;
/** Processor time is told in hundredths of a second. */
const IDLE_CPU_MS = 60;
const ENOUGH_ZOMBIES = 2;

export function robustFamilies(source: Dialogues): ServerCase[] {
  return [
    ...crowdFamilies(source),
    ...slowFamilies(source),
    ...costFamilies(source),
    ...placeFamilies(source),
  ];
}

function crowdFamilies(source: Dialogues): ServerCase[] {
  return [
    defineCase({
      id: "ROBUST.two-at-once",
      advice:
        "Serve each client in a thread of its own, or all of them with one select(): accept() may not wait until a client has left.",
      side: "server",
      grade: "SHOULD",
      title: "serves a second client while the first is still there",
      run: (t) => together(t, source, 2),
    }),
    defineCase({
      id: "ROBUST.twenty-in-a-row",
      advice: "Go back to accept() after each client, and keep nothing of one for the next.",
      side: "server",
      grade: "SHOULD",
      title: "serves twenty clients, one after the other",
      limitMs: 10_000,
      async run(t) {
        await inPeace(t, () => new Talk(t, source).whole());
        for (let count = 1; count < MANY; count += 1) await new Talk(t, source).whole();
      },
    }),
    defineCase({
      id: "ROBUST.twenty-at-once",
      advice:
        "Serve each client in a thread of its own, or all with one select(), and give listen() room for twenty.",
      side: "server",
      grade: "SHOULD",
      title: "serves twenty clients at the same time",
      limitMs: 10_000,
      run: (t) => together(t, source, MANY),
    }),
    defineCase({
      id: "ROBUST.nonsense",
      advice:
        'Bytes that are no text make decode() throw: use errors="replace" or catch it, end that client alone, and go on.',
      side: "server",
      grade: "SHOULD",
      title: "serves the next client after one that sent 1,024 bytes of nonsense",
      async run(t) {
        const c = await t.connect();
        c.send(t.bytes(1_024));
        await c.settled();
        await inPeace(t, () => hangUp(c));
        await new Talk(t, source).whole();
      },
    }),
  ];
}

/** Turn by turn, the last client first: a server that serves one after the other does not hear it. */
async function together(t: ServerTester, source: Dialogues, count: number): Promise<void> {
  const talks = Array.from({ length: count }, () => new Talk(t, source));
  const all = [];
  for (const talk of talks) all.push({ talk, c: await talk.open() });
  // Of a conversation of one question, that one.
  const turns = Math.max(1, ...talks.map(({ openTurns }) => openTurns));
  for (let turn = 0; turn < turns; turn += 1)
    for (const { talk, c } of all.toReversed()) await talk.play(c, turn, turn + 1);
}

function slowFamilies(source: Dialogues): ServerCase[] {
  return [
    defineCase({
      id: "ROBUST.slow-writer",
      advice: "Wait for a client as long as it takes: no time limit on its recv(), or a long one.",
      side: "server",
      grade: "SHOULD",
      title: "waits for a client that thinks for a while before each message",
      run: (t) =>
        new Talk(t, source).whole(async (c, text) => {
          await t.pause(THINKING_MS);
          c.say(text);
        }),
    }),
    defineCase({
      id: "ROBUST.slow-reader",
      advice: "A send() may take a part only: use sendall(), or keep the rest until the socket is writable.",
      side: "server",
      grade: "SHOULD",
      title: "keeps its answers for a client that reads them late",
      needs: ["start"],
      async run(t) {
        const talk = new Talk(t, source);
        const c = await talk.open();
        await talk.play(c, 0, talk.question);
        const last = talk.turns[talk.question];
        if (!last) return;
        c.pause();
        c.say(last.says);
        await c.taken();
        await t.pause(200);
        c.resume();
        await talk.hearsAnswer(c, last);
      },
    }),
  ];
}

function costFamilies(source: Dialogues): ServerCase[] {
  return [
    defineCase({
      id: "ROBUST.no-busy-loop",
      advice: "Close a connection whose recv() gives 0 bytes, and wait in recv(), accept() or select().",
      side: "server",
      grade: "SHOULD",
      title: "uses no processor time while a client says nothing, and after one has left",
      needs: ["start"],
      limitMs: 10_000,
      run: (t) => idles(t, source),
    }),
    defineCase({
      id: "ROBUST.no-descriptor-leak",
      advice: "Close the socket of each client in the end, also after an error.",
      side: "server",
      grade: "SHOULD",
      title: "has no more descriptors open after fifty clients than before",
      needs: ["start"],
      limitMs: 10_000,
      run: (t) => leaks(t, source),
    }),
    defineCase({
      id: "ROBUST.no-zombies",
      advice: "Call waitpid() with WNOHANG for ended children, or ignore SIGCHLD.",
      side: "server",
      grade: "SHOULD",
      title: "waits for its child processes, so that none stays a zombie",
      needs: ["start"],
      async run(t) {
        for (let count = 0; count < 5; count += 1) await inPeace(t, () => new Talk(t, source).whole());
        const zombies = async () => (await t.program?.sample())?.zombies ?? 0;
        await t.until(
          "ended child processes stay as zombies",
          async () => {
            return (await zombies()) < ENOUGH_ZOMBIES;
          },
          { withinMs: 500 },
        );
      },
    }),
  ];
}

async function idles(t: ServerTester, source: Dialogues): Promise<void> {
  for (const turns of [0, 1]) {
    const talk = new Talk(t, source);
    const gone = await talk.open();
    // A wrong answer is no busy loop.
    await talk.play(gone, 0, Math.min(turns, talk.openTurns)).catch(butFailures);
    await inPeace(t, () => {
      gone.fin();
      return gone.taken();
    });
  }
  await new Talk(t, source).open();
  await expectIdle(t, t.program, { forMs: IDLE_MS, mostCpuMs: IDLE_CPU_MS });
}

async function leaks(t: ServerTester, source: Dialogues): Promise<void> {
  await inPeace(t, () => new Talk(t, source).whole());
  const before = await t.program?.sample();
  if (!before) t.skip("the system does not tell which descriptors a program has open");
  for (let count = 0; count < LEAK_CLIENTS; count += 1) {
    const c = await new Talk(t, source).open();
    if (count === 0) await inPeace(t, () => hangUp(c));
    else await hangUp(c, LEAVES_MS);
  }
  await new Talk(t, source).whole();
  const fds = async () => (await t.program?.sample())?.fds ?? 0;
  await t.until(
    "after 50 clients that left, the descriptors of their connections are still open",
    async () => {
      return (await fds()) <= before.fds + SPARE_FDS;
    },
    { withinMs: 1_000 },
  );
}

function placeFamilies(source: Dialogues): ServerCase[] {
  return [
    defineCase({
      id: "ROBUST.ipv6",
      advice: "Bind an IPv6 socket to :: with IPV6_V6ONLY off: it takes IPv4 too.",
      side: "server",
      grade: "INFO",
      title: "serves IPv6 too",
      needs: ["ipv6"],
      run: (t) => new Talk(t, source).whole(undefined, 6),
    }),
    defineCase({
      id: "ROBUST.restart-port",
      advice: "Set SO_REUSEADDR before bind().",
      side: "server",
      grade: "SHOULD",
      title: "starts again on its port at once, though a client was connected",
      needs: ["start"],
      async run(t) {
        const c = await new Talk(t, source).open();
        // A client that waits to be accepted is reset, and nothing stays of it.
        await c.taken();
        // The program leaves first, and its port keeps the connection for a minute: SO_REUSEADDR is for that.
        await t.stop();
        c.fin();
        await c.left();
        await t.restart().catch(() => t.fail("the program does not start again on the port that it had"));
        await new Talk(t, source).whole();
      },
    }),
  ];
}
