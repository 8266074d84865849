/**
 * Cases of the chat room, both sides [CHAT].
 *
 * Long, because a case stands whole in one place.
 */
import { connected, joined, type Login, left, loginOf, nameTaken, PROMPT, saidBy } from "../../wire/chat.ts";
import { defineCase, defineChecks, type ServerCase } from "../case.ts";
import { LINES_ALONE } from "../lines-alone.ts";
import type { ServerTester, TestConnection } from "../tester.ts";
import { CheckFailure } from "../verdict.ts";
import { chatClients } from "./_chat-clients.ts";
import { loginFor, type Member, member, past, prompted } from "./_chat-member.ts";

const side = "server";

/** Fails where its login is refused: how it is taken is a case of its own. */
async function entersUnder(t: ServerTester, c: TestConnection, { login }: Login): Promise<void> {
  const got = await c.message();
  if (/taken|Enter Your/i.test(got)) t.fail(`the login name ${login} should be free`, { got });
}

/** A room in which a single message does not come to another member as it was said fails the case of that alone. */
async function isHeard(t: ServerTester, speaker: Member, other: Member): Promise<void> {
  const text = t.word(11);
  speaker.say(text);
  if (!(await other.c.hearsOne([saidBy(speaker.login.name, text)])))
    t.skip("a single message does not come to the other members: see CHAT-2.to-all-and-sender");
}

const presence: readonly ServerCase[] = [
  defineCase({
    id: "CHAT-0.prompt-first",
    advice: "Send Please, Enter Your ig name right after accept(), before the first recv().",
    side,
    grade: "MUST",
    title: "prompts for a name as soon as a client is there",
    async run(t) {
      const c = await t.connect();
      await c.like(PROMPT);
      await c.nothing();
    },
  }),
  defineCase({
    id: "CHAT-1.joined-told-to-all",
    advice: "When a login is taken, send the line with joined to all, the newcomer too.",
    side,
    grade: "MUST",
    title: "tells the newcomer that it is in, and everybody that it joined",
    async run(t) {
      const ann = await member(t);
      const login = loginFor(t);
      const c = await prompted(t);
      c.say(loginOf(login));
      await c.hears(connected(login).trim());
      await c.hears(joined(login).trim());
      await ann.c.hears(joined(login).trim());
    },
  }),
  defineCase({
    id: "CHAT-1.unique-login",
    advice:
      "Look whether the login is in use; say that it is taken, send the prompt again, and wait for another one.",
    side,
    grade: "MUST",
    title: "refuses a login name that a member has, and asks again",
    async run(t) {
      const ann = await member(t);
      const c = await prompted(t);
      const other: Login = { name: t.word(6), login: ann.login.login };
      c.say(loginOf(other));
      await c.hears(nameTaken(other.login).trim());
      await past(c, PROMPT);
      const fresh = loginFor(t);
      c.say(loginOf(fresh));
      await entersUnder(t, c, fresh);
    },
  }),
  defineCase({
    id: "CHAT-1.login-free-after-leave",
    advice: "Remove the login when its client leaves.",
    side,
    grade: "SHOULD",
    title: "gives a login name again when its owner has left",
    async run(t) {
      const watcher = await member(t);
      const ann = await member(t);
      ann.c.fin();
      await past(watcher.c, left(ann.login));
      const c = await prompted(t);
      c.say(loginOf(ann.login));
      await entersUnder(t, c, ann.login);
    },
  }),
  defineCase({
    id: "CHAT-0.left-told",
    advice: "A recv() of 0 bytes says that a member has left: send the line with left chat to the others.",
    side,
    grade: "MUST",
    title: "tells the others when a member leaves",
    async run(t) {
      const ann = await member(t);
      const bob = await member(t);
      bob.c.fin();
      await ann.c.hears(left(bob.login));
    },
  }),
  defineCase({
    id: "CHAT-0.left-told-after-reset",
    advice: "An error of recv() says that a member has left: send the line with left chat to the others.",
    side,
    grade: "SHOULD",
    title: "tells the others when a member's connection is reset",
    async run(t) {
      const ann = await member(t);
      const bob = await member(t);
      bob.c.reset();
      await ann.c.hears(left(bob.login));
    },
  }),
];

const ROUNDS = 50;

const talking: readonly ServerCase[] = [
  defineCase({
    id: "CHAT-2.to-all-and-sender",
    advice: "Send a message as it came to every member, its sender too.",
    side,
    grade: "MUST",
    title: "sends each message to all members, the one who said it too, unchanged",
    async run(t) {
      const ann = await member(t);
      const bob = await member(t);
      const text = `${t.word()} ${t.word()}`;
      ann.say(text);
      await ann.c.hears(saidBy(ann.login.name, text));
      await bob.c.hears(saidBy(ann.login.name, text));
    },
  }),
  defineCase({
    id: "CHAT-2.no-foreign-name",
    advice:
      "Compare the beginning of a message with the sender's own :Name: and put that before it where it is another.",
    side,
    grade: "SHOULD",
    title: "puts a member's own name before what it says under another's",
    async run(t) {
      const ann = await member(t);
      const bob = await member(t);
      await isHeard(t, bob, ann);
      const forged = saidBy(ann.login.name, t.word());
      bob.c.say(forged);
      await ann.c.hears(saidBy(bob.login.name, forged));
    },
  }),
  defineCase({
    id: "CHAT-3.glued",
    advice: "Split what one recv() gave where the sender's own :Name: comes again.",
    side,
    grade: "SHOULD",
    title: "tells two messages of a member apart that came in one read",
    async run(t) {
      if (t.takesLines) t.skip(LINES_ALONE);
      const ann = await member(t);
      const bob = await member(t);
      await isHeard(t, ann, bob);
      // To a client of lines each message ends in a newline, so that two can be told from one.
      bob.c.send(`${saidBy(bob.login.name, t.word())}\n`);
      await past(bob.c, "\n");
      const [one, two] = [t.word(), t.word()];
      ann.c.say(saidBy(ann.login.name, one) + saidBy(ann.login.name, two));
      await bob.c.hears(saidBy(ann.login.name, one));
      const next = await bob.c.message();
      if (!next.startsWith("\n") && !bob.c.came.toString().trimEnd().includes("\n"))
        t.skip("the server ends no message in a newline, so two that are glued look like one");
      if (!/^\s/.test(next)) t.fail("two messages of one member were sent on as one", { got: next });
    },
  }),
  defineCase({
    id: "CHAT-4.same-order-3x50",
    advice: "Send messages under one lock, or in one thread, so that all see them in the same order.",
    side,
    grade: "SHOULD",
    limitMs: 10_000,
    title: "shows all members the same order of 150 messages of three",
    run: sameOrder,
  }),
  defineCase({
    id: "CHAT-4.slow-member-harms-nobody",
    advice: "Give each member a queue of its own, with a limit; drop one that does not read.",
    side,
    grade: "SHOULD",
    limitMs: 10_000,
    title: "serves the others while a member reads nothing",
    run: slowMember,
  }),
  defineCase({
    id: "CHAT-4.late-joiner-hears-nothing-old",
    advice: "Send a message to those who are there when it comes, and keep none.",
    side,
    grade: "SHOULD",
    title: "tells a newcomer nothing of what was said before",
    async run(t) {
      const ann = await member(t);
      const old = t.word(10);
      ann.say(old);
      await ann.c.settled();
      const bob = await member(t);
      await isHeard(t, ann, bob);
      const text = t.word(10);
      ann.say(text);
      await bob.c.hears(saidBy(ann.login.name, text));
      if (bob.c.came.includes(old)) t.fail("a newcomer was told a message of before it came", { got: old });
    },
  }),
];

/** Every member says its next message when it has heard another's last one. */
async function sameOrder(t: ServerTester): Promise<void> {
  const members = [await member(t), await member(t), await member(t)] as const;
  await isHeard(t, members[0], members[1]);
  const words: string[][] = members.map(() => []);
  for (let round = 0; round < ROUNDS; round += 1) {
    const said = members.map(({ login }, index) => saidBy(login.name, `${"xyz"[index]}${round}.`));
    for (const [index, { c }] of members.entries()) {
      words[index]?.push(said[index] ?? "");
      c.say(said[index] ?? "");
    }
    for (const [index, { c }] of members.entries()) await c.hears(said[(index + 1) % said.length] ?? "");
  }
  for (const [index, { c }] of members.entries()) {
    const others = words.filter((_, at) => at !== index).flat();
    await t.until("a member did not hear all messages", () => others.every((word) => c.came.includes(word)));
  }
  const [first, ...rest] = members.map(({ c }) => c.came.toString());
  for (const other of rest)
    if (orderOf(first ?? "", other, words.flat()) !== orderOf(other, first ?? "", words.flat()))
      t.fail(
        "two members heard the same messages in another order: send each to all before the next is taken",
      );
}

/** Order of what was heard here and there: whether one hears oneself is a case of its own. */
const orderOf = (heard: string, there: string, words: readonly string[]): string =>
  words
    .filter((word) => heard.includes(word) && there.includes(word))
    .toSorted((a, b) => heard.indexOf(a) - heard.indexOf(b))
    .join(" ");

const FLOOD_BLOCKS = 60;
const BLOCK_LINES = 100;

/** More than all buffers on the way hold. Another member has read one block before the next goes out: it is not slow itself. */
async function slowMember(t: ServerTester): Promise<void> {
  const [slow, ann, bob] = [await member(t), await member(t), await member(t)];
  await isHeard(t, ann, bob);
  slow.c.pause();
  const block = `${saidBy(ann.login.name, "much is said ".repeat(80))}\n`.repeat(BLOCK_LINES);
  for (let count = 0; count < FLOOD_BLOCKS; count += 1) {
    const mark = saidBy(ann.login.name, `${t.word()}${count}.`);
    ann.c.send(block);
    await ann.c.taken();
    ann.c.send(`${mark}\n`);
    await bob.c.hears(mark).catch((cause: unknown) => {
      if (!(cause instanceof CheckFailure)) throw cause;
      t.fail(
        "while one member read nothing, another did not get all messages: a send() to the first one waits, and with it all",
      );
    });
  }
}

export default defineChecks({
  role: "chat",
  script: (t) => [`:${t.word(5)}:${t.word(7)}`, `${t.word()} ${t.word()}`, t.word()],
  families: { "ROBUST.two-at-once": "MUST" },
  cases: [...presence, ...talking, ...chatClients],
});
