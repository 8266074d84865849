/** Cases of the listener of knock-knock jokes, server's side [KNOCK]. */
import { printableBytes } from "../../printable.ts";
import { askWho, HA, KNOCK, TRY, WHO_IS_THERE } from "../../wire/knock-knock.ts";
import { defineCase, defineChecks } from "../case.ts";
import { example } from "../example.ts";
import type { ServerTester, TestConnection } from "../tester.ts";
import { butFailures } from "../verdict.ts";
import { knockClientCases, knockScript } from "./_knock-knock-client.ts";

/** Says a line and takes any answer: the words are cases of their own. */
async function told(joke: TestConnection, ...lines: readonly string[]): Promise<void> {
  for (const line of lines) {
    joke.say(line);
    await joke.message();
  }
}

const quoted = (text: string) => printableBytes(Buffer.from(text));

/** A connection on which a greeting has come, and is gone: it is the affair of KNOCK-1.silent-first, and answers nothing. */
async function opened(t: ServerTester): Promise<TestConnection> {
  const joke = await t.connect();
  await joke.nothing().catch(butFailures);
  await joke.passOver();
  return joke;
}

/** Answers to openings, one after another on one connection: a server may serve no second client. */
async function openings(t: ServerTester) {
  let joke = await opened(t);
  return async (opening: string): Promise<string> => {
    // That it goes on after a wrong opening is the affair of KNOCK-1.wrong-opening-goes-on.
    if (joke.closing !== undefined) joke = await opened(t);
    joke.say(opening);
    return (await joke.message()).trim();
  };
}

/** Answer to a name, on a connection of its own. */
async function askedBack(t: ServerTester, name: string): Promise<string> {
  const joke = await opened(t);
  await told(joke, KNOCK);
  joke.say(name);
  const got = await joke.message();
  joke.reset();
  return got.trim();
}

export default defineChecks({
  role: "knock-knock",
  script: (draws) => knockScript(draws.word(), `${draws.word()} ${draws.word()}!`),
  cases: [
    defineCase({
      id: "KNOCK-1.whos-there",
      example: example([KNOCK, WHO_IS_THERE]),
      advice: "Answer Knock knock.. with Who's there? and nothing else.",
      side: "server",
      grade: "MUST",
      title: "answers a knock with Who's there?",
      async run(t) {
        const joke = await t.connect();
        joke.say(KNOCK);
        await joke.expect(WHO_IS_THERE);
      },
    }),
    defineCase({
      id: "KNOCK-1.silent-first",
      advice: "Call recv() right after accept(): the client speaks first.",
      side: "server",
      grade: "SHOULD",
      title: "waits for the client's knock",
      async run(t) {
        const joke = await t.connect();
        await joke.nothing();
      },
    }),
    defineCase({
      id: "KNOCK-1.wrong-opening",
      example: example(["hello", TRY], ["good morning", TRY]),
      advice: "Answer any other opening with Try: Knock knock..",
      side: "server",
      grade: "MUST",
      title: "says how a joke is opened, as often as it takes",
      async run(t) {
        const joke = await t.connect();
        for (const opening of [t.word(), `${t.word()} ${t.word()}`]) {
          joke.say(opening);
          await joke.expect(TRY);
        }
      },
    }),
    defineCase({
      id: "KNOCK-1.wrong-opening-goes-on",
      example: example(["hello", TRY], [KNOCK, WHO_IS_THERE]),
      advice: "After a wrong opening go back to recv(): the joke begins with the next message.",
      side: "server",
      grade: "MUST",
      title: "takes a knock on the same connection after a wrong opening",
      async run(t) {
        const joke = await opened(t);
        await told(joke, t.word());
        joke.say(KNOCK);
        const got = await joke.message();
        if (got.trim() === TRY) t.fail("a knock after a wrong opening should be taken", { got });
      },
    }),
    defineCase({
      id: "KNOCK-1.case-and-dots",
      example: example([KNOCK.toLowerCase(), TRY], [KNOCK.slice(0, -2), TRY]),
      advice: "Compare the opening as it is: its two dots and its capital belong to it.",
      side: "server",
      grade: "SHOULD",
      title: "takes other spellings for another opening",
      async run(t) {
        const answerTo = await openings(t);
        // Words that come once, with its first answer, are none to a wrong opening.
        await answerTo(t.word());
        const word = t.word();
        // Which words it has for a wrong opening is the affair of KNOCK-1.wrong-opening.
        const usual = await answerTo(word);
        for (const opening of [KNOCK.toLowerCase(), KNOCK.slice(0, -2), `${KNOCK}.`]) {
          const due = usual.replaceAll(word, opening);
          const got = await answerTo(opening);
          if (got !== due)
            t.fail(`expected ${quoted(due)} after ${quoted(opening)}, and ${quoted(got)} came`, {
              expected: due,
              got,
            });
        }
      },
    }),
    defineCase({
      id: "KNOCK-2.name-who",
      example: example([KNOCK, WHO_IS_THERE], ["Lettuce", askWho("Lettuce")]),
      advice: "Answer the name with itself, a blank, and who?.",
      side: "server",
      grade: "MUST",
      title: "asks back with the name",
      async run(t) {
        const name = t.word();
        const joke = await opened(t);
        await told(joke, KNOCK);
        joke.say(name);
        await joke.expect(askWho(name));
      },
    }),
    defineCase({
      id: "KNOCK-2.name-of-two-words",
      example: example([KNOCK, WHO_IS_THERE], ["Ice cream", askWho("Ice cream")]),
      advice: 'Take the whole message for the name: no split(), no scanf("%s").',
      side: "server",
      grade: "SHOULD",
      title: "asks back with the whole of a name of two words",
      async run(t) {
        const [first, second] = [t.word(), t.word()];
        const whole = await askedBack(t, `${first} ${second}`);
        // How it asks back is the affair of KNOCK-2.name-who.
        if (whole.includes(`${first} ${second}`)) return;
        const usual = await askedBack(t, first);
        if (!usual.includes(first)) t.skip("it does not ask back with a name: see KNOCK-2.name-who");
        const due = usual.replaceAll(first, `${first} ${second}`);
        if (whole !== due)
          t.fail(`expected ${quoted(due)}, and ${quoted(whole)} came`, { expected: due, got: whole });
      },
    }),
    defineCase({
      id: "KNOCK-2.laughs",
      advice: "Answer the punch line with Ha!.",
      side: "server",
      grade: "MUST",
      title: "laughs at the punch line",
      async run(t) {
        const joke = await opened(t);
        await told(joke, KNOCK, t.word());
        joke.say(`${t.word()} ${t.word()}!`);
        await joke.expect(HA);
      },
    }),
    defineCase({
      id: "KNOCK-2.punch-line-ends",
      advice: "Close the connection after Ha!.",
      side: "server",
      grade: "MUST",
      title: "closes after the punch line",
      async run(t) {
        const joke = await opened(t);
        await told(joke, KNOCK, t.word(), `${t.word()} ${t.word()}!`);
        await joke.ends();
      },
    }),
    ...knockClientCases,
  ],
});
