/**
 * A line peer's bytes over a real socket, cut anywhere, while taps come and go and the peer reads its answers now and then: what is recorded, what
 * is heard and what is answered is what a plain reading of the whole stream says. Other seeds: `SEED=7`.
 */
import { createHash } from "node:crypto";
import { once } from "node:events";
import fc from "fast-check";
import { expect, it } from "vitest";
import { systemClock } from "../../src/actors/clock.ts";
import type { Link } from "../../src/link/link.ts";
import { Recorder } from "../../src/stories/recorder.ts";
import type { Story } from "../../src/stories/story.ts";
import { echoMachine, echoRole } from "../fixtures/roles/_echo.ts";
import { converse, eventually, openLab, turns } from "./harness.ts";

const SEEDS = process.env.SEED ? [Number(process.env.SEED)] : [3, 20_261_130];
const RUNS = Number(process.env.RUNS ?? 12);
const [NEWLINE, RETURN, NUL] = [0x0a, 0x0d, 0x00];

const bytesOf = (texts: fc.Arbitrary<string>) => texts.map((text) => Buffer.from(text));
const piece = fc.oneof(
  { weight: 5, arbitrary: bytesOf(fc.string({ unit: "grapheme-ascii", maxLength: 12 })) },
  { weight: 5, arbitrary: bytesOf(fc.constantFrom("\n", "\r\n", "\n\n", "12 + 34\n", "\r", "\0", "\0\0\n")) },
  { weight: 3, arbitrary: bytesOf(fc.constantFrom("é", "漢字\n", "🙂", "naïve\r\n")) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 8 }).map((one) => Buffer.from(one)) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom("a", "ü", "\0"), fc.constantFrom(1_500, 4_095, 4_096, 30_000, 524_288))
      .map(([letter, count]) => Buffer.from(`${letter.repeat(count)}\n`)),
  },
);
const doing = fc.constantFrom("tap", "untap", "deaf", "listen", undefined, undefined, undefined);
const cuts = fc.array(
  fc.record({
    length: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(700, 5_000, 65_536, 200_000)),
    isAlone: fc.boolean(),
    does: doing,
  }),
  { minLength: 1, maxLength: 30 },
);
const ending = fc.constantFrom("fin", "fin", "reset");

const answerTo = (bytes: Buffer) =>
  `${bytes.length < 2_000 ? bytes.toString() : ""} ${createHash("sha1").update(bytes).digest("base64")}\n`;

function startOf(row: Buffer, end: number): number {
  let start = 0;
  while (start < end && row[start] === NUL) start += 1;
  return start;
}

/** [FRAME-2, FRAME-4] Lines of a whole stream, and what its FIN ends. */
function plainLines(stream: Buffer): Buffer[] {
  const rows: Buffer[] = [];
  let from = 0;
  for (let end = stream.indexOf(NEWLINE); end >= 0; end = stream.indexOf(NEWLINE, from)) {
    rows.push(stream.subarray(from, end));
    from = end + 1;
  }
  const lines = rows.map((row) => {
    const end = row.at(-1) === RETURN ? row.length - 1 : row.length;
    return row.subarray(startOf(row, end), end);
  });
  const rest = stream.subarray(from);
  const nul = rest.indexOf(NUL, startOf(rest, rest.length));
  const tail = rest.subarray(startOf(rest, rest.length), nul < 0 ? rest.length : nul);
  lines.push(tail.at(-1) === RETURN ? tail.subarray(0, -1) : tail);
  return lines.filter((line) => line.length > 0);
}

const readsOf = (story: Story) =>
  Buffer.concat(story.entries.flatMap((entry) => (entry.kind === "in" ? [entry.bytes] : [])));

/** A tap of the link and one of the story, from here on until `end`: both have seen what came meanwhile. */
function tapped(link: Link, recorder: Recorder, story: Story) {
  const from = story.bytesIn;
  const seen: Buffer[] = [];
  const told: Buffer[] = [];
  const ends = [
    link.tap((event) => event.kind === "in" && seen.push(Buffer.from(event.bytes))),
    recorder.tap((of, entry) => of === story && entry.kind === "in" && told.push(entry.bytes)),
  ];
  return {
    end: () => ends.forEach((end) => void end()),
    check: (stream: Buffer) => {
      const [ofLink, ofStory] = [Buffer.concat(seen), Buffer.concat(told)];
      expect(ofLink.equals(stream.subarray(from, from + ofLink.length))).toBe(true);
      expect(ofStory.equals(ofLink)).toBe(true);
    },
  };
}

async function listening() {
  const recorder = new Recorder(systemClock, { keepsAll: true });
  const heard: Buffer[] = [];
  const links: Link[] = [];
  const role = echoRole("plain", {
    machine: echoMachine(() => undefined),
    phases: {
      listening: {
        reads: "text",
        rule: "TEST-1",
        expects: "anything",
        handle: ({ bytes }, { peer }) => {
          heard.push(Buffer.from(bytes));
          peer.send(answerTo(bytes));
          return undefined;
        },
      },
    },
  });
  const onLink = (link: Link) => {
    links.push(link);
    return link;
  };
  const lab = await openLab([role], { recorder, onLink });
  const instance = await lab.spawn("plain", { maxMessage: 4_000_000, maxQueue: 100_000_000 });
  return { lab, instance, recorder, heard, links };
}

it.each(SEEDS)(
  "a stream is what it plainly says, however it comes (seed %i)",
  { timeout: 120_000 },
  async (seed) => {
    const { lab, instance, recorder, heard, links } = await listening();
    const property = fc.asyncProperty(
      fc.array(piece, { maxLength: 40 }),
      cuts,
      ending,
      async (pieces, cutting, ends) => {
        const first = Buffer.from("first\n");
        const stream = Buffer.concat([first, ...pieces]);
        const lines = plainLines(stream);
        const peer = await converse(instance);
        heard.length = 0;
        peer.say(first);
        await peer.hears(answerTo(first.subarray(0, -1)));
        const story = lab.storyOf(peer);
        const taps: ReturnType<typeof tapped>[] = [];
        let index = 0;
        for (let at = first.length; at < stream.length; index += 1) {
          const { length = 1, isAlone, does } = cutting[index % cutting.length] ?? {};
          if (does === "tap") taps.push(tapped(links.at(-1) as Link, recorder, story));
          else if (does === "untap") taps.at(-1)?.end();
          else if (does === "deaf") peer.socket.pause();
          else if (does === "listen") peer.socket.resume();
          peer.say(stream.subarray(at, at + length));
          at += length;
          if (isAlone) await turns(2);
        }
        peer.socket.resume();
        if (ends === "fin") {
          const isOver = once(peer.socket, "end");
          peer.end();
          await isOver;
          expect(peer.unread.toString()).toBe(lines.slice(1).map(answerTo).join(""));
          expect(heard.map(String)).toEqual(lines.map(String));
          expect(readsOf(story).equals(stream)).toBe(true);
        } else {
          peer.reset();
          await eventually(() => expect(story.endedAt).toBeDefined());
          const came = readsOf(story);
          expect(came.equals(stream.subarray(0, came.length))).toBe(true);
          expect(heard.map(String)).toEqual(lines.slice(0, heard.length).map(String));
        }
        expect(story.bytesIn).toBe(readsOf(story).length);
        for (const tap of taps) tap.check(stream);
        for (const tap of taps) tap.end();
      },
    );
    await fc.assert(property, { seed, numRuns: RUNS, endOnFailure: true });
  },
);
