/** Families of framing: messages that are cut, glued, ended otherwise or no text [FRAME]. Of roles that read text. */
import { defineCase, type ServerCase } from "../case.ts";
import type { ServerTester, TestConnection } from "../tester.ts";
import { butFailures, CheckFailure } from "../verdict.ts";
import { type Dialogues, hangUp, inPeace, type Say, Talk } from "./talk.ts";

/** Size of the buffer that C programs send whole. */
const BUFFER = 1_024;
const STALE = "stale words of an earlier message; ";
const LONG = 10_000;
/** A program that can be seen is seen to be through, and waited for so long where it is at something. */
const MORE_MS = 1_000;
const WHOLE_LINES =
  "One recv() is not one line: add what it gives to a buffer, and take whole lines out of that.";
const TO_ITS_NUL =
  "A NUL byte ends a message as a newline does: leave out that and what follows, and wait for nothing more.";

const asLine: Say = (c, text) => c.send(`${text}\n`);

/** In pieces, of which each has been read before the next is sent. */
async function inPieces(c: TestConnection, pieces: readonly (string | Uint8Array)[]): Promise<void> {
  for (const [index, piece] of pieces.entries()) {
    const isLast = index === pieces.length - 1;
    c.send(piece, { unfinished: !isLast });
    if (!isLast) await c.taken();
  }
}

function halves(c: TestConnection, text: string): Promise<void> {
  const bytes = Buffer.from(`${text}\n`);
  const middle = Math.floor(bytes.length / 2);
  return inPieces(c, [bytes.subarray(0, middle), bytes.subarray(middle)]);
}

const bytewise: Say = (c, text) =>
  inPieces(
    c,
    [...Buffer.from(`${text}\n`)].map((byte) => Buffer.of(byte)),
  );

/** Text, a NUL, and what an earlier message left in the buffer. */
function staleBuffer(text: string): Buffer {
  const buffer = Buffer.from(STALE.repeat(BUFFER / 32)).subarray(0, BUFFER);
  buffer.write(`${text}\0`);
  return buffer;
}

export function framingFamilies(source: Dialogues): ServerCase[] {
  const whole =
    (say: Say): ServerCase["run"] =>
    (t) =>
      new Talk(t, source).whole(say);
  return [
    defineCase({
      id: "FRAME-2.lines",
      advice: "A line ends in \\n, and may have \\r before it: take both off before you compare or compute.",
      side: "server",
      grade: "SHOULD",
      title: "understands messages that end in a newline",
      run: whole(asLine),
    }),
    defineCase({
      id: "FRAME-2.two-lines-one-segment",
      advice: WHOLE_LINES,
      side: "server",
      grade: "SHOULD",
      title: "answers two lines that come in one read, one after the other",
      run: (t) => twoLines(new Talk(t, source)),
    }),
    defineCase({
      id: "FRAME-2.line-in-two-segments",
      advice: WHOLE_LINES,
      side: "server",
      grade: "SHOULD",
      title: "waits for the end of a line that comes in two reads",
      needs: ["start"],
      run: (t) => cut(t, source, halves),
    }),
    defineCase({
      id: "FRAME-2.byte-by-byte",
      advice: WHOLE_LINES,
      side: "server",
      grade: "SHOULD",
      title: "waits for the end of a line that comes byte by byte",
      needs: ["start"],
      limitMs: 10_000,
      run: (t) => cut(t, source, bytewise),
    }),
    defineCase({
      id: "FRAME-4.nul-terminated",
      advice: TO_ITS_NUL,
      side: "server",
      grade: "SHOULD",
      title: "understands messages that end in a NUL",
      run: whole((c, text) => c.send(`${text}\0`)),
    }),
    defineCase({
      id: "FRAME-4.stale-buffer-1024",
      advice: TO_ITS_NUL,
      side: "server",
      grade: "SHOULD",
      title: "reads a fixed buffer of 1,024 bytes up to its NUL",
      limitMs: 15_000,
      run: (t) => ofItsOwn(() => wholeBuffers(t, source)),
    }),
    ...oddMessages(source),
  ];
}

/**
 * Answers to the rest of a buffer come behind the due one, at once or later: each turn is played to its end. A server that says
 * more than is asked in a usual conversation too is known by that.
 */
async function wholeBuffers(t: ServerTester, source: Dialogues): Promise<void> {
  const buffers: Say = (c, text) => c.send(staleBuffer(text));
  const talk = new Talk(t, source);
  // In a room others are told of between its answers.
  if (talk.isAmongOthers) return talk.whole(buffers);
  const usual = new Set<number>();
  const quiet = await toTheEnds(
    talk,
    (c, text) => c.say(text),
    (turn) => void usual.add(turn),
  ).catch(butFailures);
  // A server that does not wait for a client that pauses is not given the time.
  if (!quiet) return new Talk(t, source).whole(buffers);
  await inPeace(t, () => hangUp(quiet));
  const c = await toTheEnds(new Talk(t, source), buffers, (turn, failure) => {
    if (!usual.has(turn)) throw failure;
  });
  await hangUp(c);
}

/** `onMore`: something came behind the answer to that turn. */
async function toTheEnds(
  talk: Talk,
  say: Say,
  onMore: (turn: number, failure: CheckFailure) => void,
): Promise<TestConnection> {
  const c = await talk.open();
  for (const turn of talk.turns.keys()) {
    await talk.play(c, turn, turn + 1, say);
    if (turn >= talk.openTurns) continue;
    await c.nothing(talk.isSeen ? MORE_MS : undefined).catch((cause: unknown) => {
      if (!(cause instanceof CheckFailure)) throw cause;
      onMore(turn, cause);
    });
    await c.passOver();
  }
  return c;
}

/** A server that says back what lay behind the NUL has filled no buffer itself: no other mistake is likely. */
async function ofItsOwn(run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (cause) {
    if (!(cause instanceof CheckFailure) || !cause.got?.text.includes("words of an earlier")) throw cause;
    const { message, expected, got } = cause;
    throw new CheckFailure(message, { expected, got });
  }
}

/** Behind a whole line, so that the server knows that lines come: until then a pause may be a message's end [FRAME-3]. */
async function cut(t: ServerTester, source: Dialogues, say: Say): Promise<void> {
  const talk = new Talk(t, source);
  if (talk.question < 1) t.skip("this conversation has no second message that could be cut");
  const c = await talk.open();
  await talk.play(c, 0, talk.question, asLine);
  await talk.play(c, talk.question, talk.question + 1, say);
}

/** The last two turns that leave the connection open: both have an answer, or the first has none. */
async function twoLines(talk: Talk): Promise<void> {
  const second = talk.question;
  const first = second - 1;
  const [one, two] = [talk.turns[first], talk.turns[second]];
  const c = await talk.open();
  if (!one || !two) return talk.play(c);
  await talk.play(c, 0, first, asLine);
  c.send(`${one.says}\n${two.says}\n`);
  await talk.hearsAnswers(c, [one, two]);
}

function oddMessages(source: Dialogues): ServerCase[] {
  const survives = (
    odd: (talk: Talk, c: TestConnection) => void,
    grade: ServerCase["grade"],
    slug: string,
    { title, advice }: { readonly title: string; readonly advice: string },
  ) =>
    defineCase({
      id: `FRAME-7.${slug}`,
      advice,
      side: "server",
      grade,
      title,
      async run(t) {
        const talk = new Talk(t, source);
        const c = await talk.open();
        await talk.play(c, 0, Math.max(0, talk.question));
        odd(talk, c);
        await c.settled();
        await inPeace(t, () => hangUp(c));
        await new Talk(t, source).whole();
      },
    });
  return [
    defineCase({
      id: "FRAME-7.empty-message",
      advice: "Skip an empty line and go on: only a recv() of 0 bytes says that the client has left.",
      side: "server",
      grade: "SHOULD",
      title: "goes on after an empty line",
      run: (t) => emptyLine(t, new Talk(t, source)),
    }),
    survives((_, c) => c.send(`${"x".repeat(LONG)}\n`), "SHOULD", "long-message", {
      title: "serves the next client after a message of 10,000 bytes",
      advice:
        "A message may be longer than a buffer: answer it or close its connection, and go on with the next client.",
    }),
    survives((_, c) => c.send(Buffer.of(0xff, 0xfe, 0xc3, 0x28, 0x80, 0x0a)), "SHOULD", "invalid-utf8", {
      title: "serves the next client after bytes that are no UTF-8",
      advice:
        'Bytes that are no text make decode() throw: use errors="replace" or catch it, end that client alone, and go on.',
    }),
  ];
}

/** Any answer to it is right, and none: the conversation goes on. */
async function emptyLine(t: ServerTester, talk: Talk): Promise<void> {
  if (t.usual?.closesAfter !== undefined)
    t.skip("the server closes after an answer, and an empty line may have one");
  const c = await talk.open();
  await talk.play(c, 0, talk.question, asLine);
  c.send("\n");
  await c.message({ withinMs: 200 }).catch(() => "");
  await talk.play(c, talk.question, talk.question + 1, asLine);
}
