/** Families of a client: our server's replies in pieces, late, long or never, and its leaving. Of roles whose client is typed to. */
import type { Role } from "../../machines/_role.ts";
import { type ClientCase, defineCase, type RoleChecks } from "../case.ts";
import { endedLike } from "../ended-like.ts";
import { showsInPieces } from "../likeness.ts";
import type { ClientTester, Deviation, WireStep } from "../tester.ts";
import { expectIdle } from "./idleness.ts";
import { graded } from "./server-families.ts";

const SLOW_MS = 700;
/** Of right clients, the least patient ones wait a little longer than this for more of a reply [FRAME-9]. */
const LONG_PAUSE_MS = 150;
const BUSY_MS = 600;
const BUSY_CPU_MS = 100;
const LONG = 3_000;

/** None where nothing is known to type. */
export function clientFamilies(role: Role, checks?: RoleChecks): ClientCase[] {
  if (role.side !== "server" || role.transport !== "tcp" || !checks?.script) return [];
  return graded([...replyFamilies(role), ...leavingFamilies(), ...keyboardFamilies()], checks.families ?? {});
}

/** The replies are shown with this deviation, as they are without it. `doubt`: what keeps it from being judged, once all is typed. */
async function stillShows(
  t: ClientTester,
  deviation: Deviation,
  message: string,
  doubt: () => string | undefined = () => undefined,
): Promise<void> {
  if (!(await t.showsUsually()))
    t.skip("with this input the client prints no reply of a server that does nothing unusual");
  const server = await t.serve({ deviation });
  await t.start();
  await t.typed();
  const why = doubt();
  if (why !== undefined) t.skip(why);
  const areShown = await t.showsAll({ withinMs: 2_500 });
  // A client that gave up before it was told anything has nothing to show.
  if (areShown && server.said.some((said) => t.shown(said) !== undefined)) return;
  if (server.pauseMs > LONG_PAUSE_MS)
    t.skip(
      `on this busy machine the parts of a reply went out ${Math.round(server.pauseMs)} ms apart: a client may take such a pause for its end`,
    );
  t.fail(t.crash === undefined ? message : `${message}: ${t.crash}`);
}

function halves(bytes: Buffer): readonly WireStep[] {
  const middle = Math.floor(bytes.length / 2);
  return middle === 0 ? [bytes] : [bytes.subarray(0, middle), "taken", bytes.subarray(middle)];
}

function replyFamilies({ hub }: Role): ClientCase[] {
  return [
    // In a room each read begins a line [FRAME-9], and two messages follow one another without a question between them.
    ...(hub
      ? [
          defineCase({
            id: "FRAME-6.c.two-replies-one-read",
            advice: "One recv() may give several messages: print all that it gave.",
            side: "client",
            grade: "SHOULD",
            limitMs: 10_000,
            title: "shows both of two messages that come in one read",
            run: (t) => showsBoth(t),
          }),
        ]
      : [
          defineCase({
            id: "FRAME-6.c.reply-in-two-reads",
            advice: "One recv() is not one reply: go on reading until the reply is whole.",
            side: "client",
            grade: "SHOULD",
            limitMs: 10_000,
            title: "shows the whole of a reply that comes in two reads",
            run: (t) => stillShows(t, { write: halves }, "a reply that came in two reads is not shown whole"),
          }),
        ]),
    defineCase({
      id: "ROBUST.c.slow-server",
      advice: "Wait for the reply as long as it takes: no time limit on recv(), or one of several seconds.",
      side: "client",
      grade: "SHOULD",
      limitMs: 15_000,
      title: "waits for a reply that takes most of a second",
      run: (t) =>
        stillShows(
          t,
          { write: (bytes) => [{ waitMs: SLOW_MS }, bytes] },
          "a reply that came late is not shown",
        ),
    }),
    defineCase({
      id: "ROBUST.c.long-reply",
      advice: "A recv(1024) gives at most that much: go on reading until the reply is whole.",
      side: "client",
      grade: "INFO",
      limitMs: 10_000,
      title: "shows a reply of 3,000 bytes to its end",
      run: (t) => longReply(t),
    }),
  ];
}

/**
 * The second and the third message go out as one. A client that takes turns says nothing more before it has its answer: the third never
 * comes about, and that it hears nothing in between fails the case of its role alone.
 */
async function showsBoth(t: ClientTester): Promise<void> {
  let held: Buffer | undefined;
  const write = (bytes: Buffer, nth: number): readonly WireStep[] => {
    if (nth === 1) {
      held = bytes;
      return [];
    }
    const both = held ? [held, bytes] : [bytes];
    held = undefined;
    return [Buffer.concat(both)];
  };
  await stillShows(
    t,
    { write },
    "of two messages that came in one read not both are shown",
    () =>
      held && "the client says nothing more before it has its answer, so no two messages come in one read",
  );
}

async function longReply(t: ClientTester): Promise<void> {
  if (!(await t.showsUsually()))
    t.skip("with this input the client prints no reply of a server that does nothing unusual");
  const text = `${"long ".repeat(LONG / 5)}${t.word(10)}`;
  let isSaid = false;
  const write = (bytes: Buffer) => {
    // Words that a client takes note of and does not print stay as they are.
    if (isSaid || t.shown(bytes.toString()) === undefined) return [bytes];
    isSaid = true;
    return [endedLike(bytes, text)];
  };
  await t.serve({ deviation: { write } });
  await t.start();
  await t.typed();
  if (!isSaid) t.skip("with this input the client is told nothing that it prints");
  // Reads in which it came may be lines of their own: their ends are none of its text.
  const shown = withoutBlanks(t.shown(text) ?? text);
  await t.until(
    "the client should show a reply of 3,000 bytes to its end, and does not",
    () =>
      withoutBlanks(t.program?.output ?? "").includes(shown) ||
      // A word before each read is the client's. A piece behind a line that was typed is a read that it had left out.
      t.stretches.some((stretch) => showsInPieces(withoutBlanks(stretch), shown)),
  );
}

const withoutBlanks = (text: string) => text.replace(/\s+/g, "");

function leavingFamilies(): ClientCase[] {
  return [
    defineCase({
      id: "FRAME-8.c.server-leaves",
      advice: "A recv() of 0 bytes says that the server has left: say so, and end.",
      side: "client",
      grade: "SHOULD",
      limitMs: 10_000,
      title: "ends when the server has closed the connection",
      run: (t) => leaves(t, "fin"),
    }),
    defineCase({
      id: "FRAME-8.c.server-resets",
      advice: "Catch the error of recv() and send(), say that the connection is gone, and end.",
      side: "client",
      grade: "SHOULD",
      limitMs: 10_000,
      title: "ends in order when the connection is reset",
      async run(t) {
        await leaves(t, "reset");
        if (t.crash !== undefined)
          t.fail(`the client should say that the connection is gone, and crashed: ${t.crash}`);
      },
    }),
    defineCase({
      id: "FRAME-8.c.refused",
      advice: "Catch the error of connect(), print it, and end with exit status 1.",
      side: "client",
      grade: "SHOULD",
      title: "says so, and ends with a status other than 0, where nothing listens",
      async run(t) {
        const program = await t.start({ port: await t.nobody() });
        const { code } = await t.exits({ withinMs: 4_000 });
        if (code === 0) t.fail("nothing listens, and the client ended with exit status 0");
        if (!tells(program.output, t.script))
          t.fail("nothing listens, and the client printed nothing about it");
      },
    }),
  ];
}

/** Lines beside those that were typed, which a terminal prints, too, behind their prompts; of a last one without an end what it is about. */
function tells(output: string, typed: readonly string[]): boolean {
  const lines = output.split("\n").map((line) => line.trim());
  const last = lines.pop() ?? "";
  const isTyped = (line: string) => typed.some((one) => one.trim() !== "" && line.endsWith(one.trim()));
  return (
    lines.some((line) => line !== "" && !isTyped(line)) ||
    /refuse|connect|error|fail|cannot|could|unable/i.test(last)
  );
}

/** After the first reply. A client at its keyboard may notice with the next line, or at the end of its input. */
async function leaves(t: ClientTester, step: "fin" | "reset"): Promise<void> {
  await t.serve({ deviation: { write: (bytes, nth) => (nth === 0 ? [bytes, "taken", step] : []) } });
  await t.start();
  await t.typed();
  t.endInput();
  await t.exits({ withinMs: 3_000 });
}

function keyboardFamilies(): ClientCase[] {
  return [
    defineCase({
      id: "ROBUST.c.stdin-ends",
      advice: "The end of input is an EOFError in Python, NULL in C: close the connection there, and end.",
      side: "client",
      grade: "SHOULD",
      limitMs: 10_000,
      title: "leaves the server when its input ends",
      async run(t) {
        const server = await t.serve();
        // The last line may be a word with which it leaves by itself.
        await t.start({ lines: Math.max(1, t.script.length - 1) });
        await t.typed();
        t.endInput();
        await t.exits({ withinMs: 3_000 });
        await t.until("the client ended, and its connection did not", () => server.closing !== undefined);
      },
    }),
    defineCase({
      id: "ROBUST.c.no-busy-loop",
      advice: "Wait in recv() or select(), and leave the loop where recv() gives 0 bytes.",
      side: "client",
      grade: "SHOULD",
      limitMs: 10_000,
      title: "uses no processor time while it waits for a reply",
      needs: ["start"],
      async run(t) {
        await t.serve({ deviation: { write: () => [{ waitMs: 10_000 }] } });
        const program = await t.start();
        await t.pause(300);
        await expectIdle(t, program, { forMs: BUSY_MS, mostCpuMs: BUSY_CPU_MS });
      },
    }),
  ];
}
