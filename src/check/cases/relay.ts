/**
 * Cases of the relay, server's side [RELAY].
 *
 * Long, because a case stands whole in one place.
 */
import {
  CLOSE,
  CLOSING,
  HOW_TO,
  hasReceiver,
  isNameTaken,
  MESSAGE_PLEASE,
  NAME_TAKEN,
  NOT_ONLINE,
} from "../../wire/relay.ts";
import { defineCase, defineChecks } from "../case.ts";
import type { ServerTester, TestConnection } from "../tester.ts";
import { butFailures } from "../verdict.ts";
import { relayClientCases, relayScript } from "./_relay-client.ts";

/** A user that is in, whatever the relay said to it: the words are a case of their own. */
async function enter(t: ServerTester, name: string): Promise<TestConnection> {
  const user = await t.connect();
  user.say(name);
  await user.message();
  return user;
}

/** Takes what comes for this sender's message, however the bar is written: the form is a case of its own. */
async function hears(t: ServerTester, user: TestConnection, { from, text }: { from: string; text: string }) {
  const got = await user.message();
  const [sender = "", ...rest] = got.split("|").map((part) => part.trim());
  if (sender === from && rest.join("|") === text) return;
  t.fail(`expected the message of ${from}`, { expected: `${from} | ${text}`, got });
}

/** A relay that does not hand on a single message fails the case of that alone. */
async function handsOn(t: ServerTester, sender: TestConnection, { user, name }: Receiver): Promise<void> {
  const text = t.word(9);
  sender.say(`${text}|${name}`);
  if (!(await user.hearsOne([text])))
    t.skip("a single message does not come to its receiver: see RELAY-2.delivers");
}

interface Receiver {
  readonly user: TestConnection;
  readonly name: string;
}

const NOT_FOUND = `the receiver is connected, and its sender is told ${NOT_ONLINE}: compare names by their letters, with equals() in Java and strcmp() in C`;

export default defineChecks({
  role: "relay",
  script: (draws) => relayScript(draws.word(), [`${draws.word()} ${draws.word()}`, draws.word(9)]),
  // A client that has said close may leave at once.
  shown: (said) => (said.trim() === CLOSING ? undefined : said),
  cases: [
    defineCase({
      id: "RELAY-0.silent-first",
      advice: "Call recv() right after accept(): the client says its username first.",
      side: "server",
      grade: "MUST",
      title: "says nothing before it knows the username",
      async run(t) {
        const user = await t.connect();
        await user.nothing();
      },
    }),
    defineCase({
      id: "RELAY-0.message-please",
      advice: "Answer the username with Message please.",
      side: "server",
      grade: "MUST",
      title: "answers a username with Message please",
      async run(t) {
        const user = await t.connect();
        user.say(t.word());
        await user.expect(MESSAGE_PLEASE);
      },
    }),
    defineCase({
      id: "RELAY-0.close",
      advice: "Answer close with Closing.., in a send() of its own, and close the connection.",
      side: "server",
      grade: "MUST",
      title: "answers close with Closing.. and closes",
      async run(t) {
        const user = await enter(t, t.word());
        user.say(CLOSE);
        await user.expect(CLOSING);
        await user.ends();
      },
    }),
    defineCase({
      id: "RELAY-1.unique-name",
      advice: "Look whether the name is in use; answer Server | Name taken, and wait for another one.",
      side: "server",
      grade: "MUST",
      title: "refuses a name that is taken, and lets its user try another",
      async run(t) {
        const [name, other] = [t.word(), t.word(7)];
        await enter(t, name);
        const second = await t.connect();
        second.say(name);
        await second.expect(NAME_TAKEN);
        second.say(other);
        const got = await second.message();
        if (isNameTaken(got)) t.fail("another name should be taken", { got });
      },
    }),
    defineCase({
      id: "RELAY-1.name-free-after-leave",
      advice: "Remove the name when its client says close or its recv() gives 0 bytes.",
      side: "server",
      grade: "MUST",
      title: "gives the name of a user that has left to the next one",
      async run(t) {
        const name = t.word();
        const first = await enter(t, name);
        first.say(CLOSE);
        await first.message();
        first.reset();
        await isFree(t, name);
      },
    }),
    defineCase({
      id: "RELAY-1.name-free-after-reset",
      advice: "Remove the name also where recv() ends with an error.",
      side: "server",
      grade: "SHOULD",
      title: "gives the name of a user that vanished to the next one",
      async run(t) {
        const name = t.word();
        const first = await enter(t, name);
        first.reset();
        await isFree(t, name);
      },
    }),
    defineCase({
      id: "RELAY-2.delivers",
      advice: "Send sender | text to the receiver's connection, with a blank on both sides of the bar.",
      side: "server",
      grade: "MUST",
      title: "hands a message on, its sender in front",
      async run(t) {
        const [ann, bob, text] = [t.word(), t.word(7), `${t.word()} ${t.word()}`];
        const sender = await enter(t, ann);
        const receiver = await enter(t, bob);
        sender.say(`${text}|${bob}`);
        await receiver.expect(`${ann} | ${text}`).catch((cause: unknown) => {
          butFailures(cause);
          if (sender.unread.includes(NOT_ONLINE)) t.fail(NOT_FOUND, { got: sender.unread });
          throw cause;
        });
      },
    }),
    defineCase({
      id: "RELAY-2.no-bar",
      advice: "Answer a message without a bar with Server | Use message|user, and go on.",
      side: "server",
      grade: "MUST",
      title: "says how to write a message that has no bar, and goes on",
      async run(t) {
        const [name, text] = [t.word(), t.word()];
        const user = await enter(t, name);
        user.say(t.word());
        await user.expect(HOW_TO);
        user.say(`${text}|${t.word(8)}`);
        await user.message();
      },
    }),
    defineCase({
      id: "RELAY-2.last-bar-splits",
      advice: "Split at the last bar: rsplit('|', 1), strrchr().",
      side: "server",
      grade: "SHOULD",
      title: "takes what comes after the last bar as the receiver",
      async run(t) {
        const [ann, bob, text] = [t.word(), t.word(7), `${t.word()}|${t.word()}`];
        const sender = await enter(t, ann);
        const receiver = await enter(t, bob);
        await handsOn(t, sender, { user: receiver, name: bob });
        sender.say(`${text}|${bob}`);
        await hears(t, receiver, { from: ann, text });
      },
    }),
    defineCase({
      id: "RELAY-2.receiver-trimmed",
      advice: "Drop white space around the receiver's name: strip().",
      side: "server",
      grade: "SHOULD",
      title: "finds the receiver whose name has blanks around it",
      async run(t) {
        const [ann, bob, text] = [t.word(), t.word(7), t.word()];
        const sender = await enter(t, ann);
        const receiver = await enter(t, bob);
        await handsOn(t, sender, { user: receiver, name: bob });
        sender.say(`${text}| ${bob} `);
        await hears(t, receiver, { from: ann, text });
      },
    }),
    defineCase({
      id: "RELAY-2.not-online",
      advice: "Answer Server | Receiver not online where the name is not there, and go on.",
      side: "server",
      grade: "MUST",
      title: "tells the sender that the receiver is not there, and goes on",
      async run(t) {
        const user = await enter(t, t.word());
        for (const nobody of [t.word(7), t.word(8)]) {
          user.say(`${t.word()}|${nobody}`);
          await user.expect(NOT_ONLINE);
        }
      },
    }),
    defineCase({
      id: "RELAY-2.to-oneself",
      advice: "Look for the receiver among all, the sender too.",
      side: "server",
      grade: "SHOULD",
      title: "hands a message on to its own sender, too",
      async run(t) {
        const [name, text] = [t.word(), t.word()];
        const user = await enter(t, name);
        const other = t.word(7);
        await handsOn(t, user, { user: await enter(t, other), name: other });
        user.say(`${text}|${name}`);
        await hears(t, user, { from: name, text });
      },
    }),
    defineCase({
      id: "RELAY-3.order-of-100",
      advice: "Send the messages of one sender in one thread, one after another.",
      side: "server",
      grade: "MUST",
      limitMs: 15_000,
      title: "keeps the order of a hundred messages, and loses none",
      async run(t) {
        const [ann, bob, mark] = [t.word(), t.word(7), t.word(4)];
        const sender = await enter(t, ann);
        const receiver = await enter(t, bob);
        await handsOn(t, sender, { user: receiver, name: bob });
        for (let nth = 1; nth <= 100; nth += 1) {
          sender.say(`${mark}${nth}.|${bob}`);
          if (!(await sender.taken())) t.fail("the server has stopped reading");
        }
        for (let nth = 1; nth <= 100; nth += 1) await receiver.hears(`${mark}${nth}.`);
      },
    }),
    defineCase({
      id: "RELAY-3.dead-receiver",
      advice: "Give each receiver a queue of its own, with a limit; drop one that does not read.",
      side: "server",
      grade: "SHOULD",
      limitMs: 40_000,
      title: "does not let a receiver that reads nothing hold up the others",
      byHand: "suspend a receiver with Ctrl-Z, send it a few megabytes, and write to a third user",
      async run(t) {
        const [ann, bob, cy] = [t.word(), t.word(7), t.word(8)];
        const sender = await enter(t, ann);
        const receiver = await enter(t, bob);
        const third = await enter(t, cy);
        await handsOn(t, sender, { user: third, name: cy });
        if (!(await takesLines(sender, third, cy)))
          t.skip("takes one message a read: filling a receiver's buffers would take minutes");
        receiver.pause();
        await flood(t, sender, bob);
        const text = t.word();
        sender.send(`\n${text}|${cy}\n`);
        await third.hears(text, { withinMs: 8_000 });
      },
    }),
    ...relayClientCases,
  ],
});

/** The server may hear of the end only in its next turn: it has some time. */
async function isFree(t: ServerTester, name: string): Promise<void> {
  await t.until(`the name of a user that is gone should be free, and it is taken`, async () => {
    const next = await t.connect();
    next.say(name);
    const answer = await next.message();
    next.reset();
    return !/taken/i.test(answer) && !hasReceiver(answer);
  });
}

/** Two lines in one write reach their receiver as two messages. */
async function takesLines(sender: TestConnection, third: TestConnection, name: string): Promise<boolean> {
  sender.send(`one|${name}\ntwo|${name}\n`);
  const heard = await third.message();
  return heard.includes("two") && !heard.includes(`one|`);
}

const FLOOD_BYTES = 24 * 1_048_576;
const LINE_BYTES = 1_000;
const LINES_A_WRITE = 64;

/** More than the kernel and any queue hold for one that reads nothing. */
async function flood(t: ServerTester, sender: TestConnection, receiver: string): Promise<void> {
  const line = `${"x".repeat(LINE_BYTES)}|${receiver}\n`;
  const block = line.repeat(LINES_A_WRITE);
  for (let sent = 0; sent < FLOOD_BYTES; sent += block.length) {
    sender.send(block);
    if (!(await sender.taken()) && !(await sender.taken()) && !(await sender.taken()))
      t.fail("the server reads nothing more from the sender: it waits for the receiver");
    if (sender.unread.includes(NOT_ONLINE)) return;
  }
  t.remark("the receiver that reads nothing was not dropped");
}
