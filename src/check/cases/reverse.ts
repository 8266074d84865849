/** Cases of the reverse server, server's side [REV]. Its operator is the checker, at its keyboard. */
import { ACCEPT, EXIT, REJECT } from "../../wire/reverse.ts";
import { defineCase, defineChecks } from "../case.ts";
import type { ServerTester, TestConnection } from "../tester.ts";
import { reverseClientCases, reversed, reverseScript } from "./_reverse-client.ts";

const PLACES = 4;
/** Families that look at an answer, which the operator types; and places are four. */
const UNTOLD = [
  "FRAME-2.lines",
  "FRAME-2.two-lines-one-segment",
  "FRAME-2.line-in-two-segments",
  "FRAME-2.byte-by-byte",
  "FRAME-4.nul-terminated",
  "FRAME-4.stale-buffer-1024",
  "FRAME-7.empty-message",
  "FRAME-8.half-close-answered",
  "ROBUST.slow-writer",
  "ROBUST.slow-reader",
  "ROBUST.twenty-at-once",
];

/** A client behind the server's verdict, whatever it is: the words are a case of their own. */
async function enter(t: ServerTester): Promise<TestConnection> {
  const client = await t.connect();
  await client.message().catch(() => undefined);
  return client;
}

/** A welcome may stand behind it, for a client takes the verdict from the beginning; but not a longer word. */
async function verdict(t: ServerTester, client: TestConnection, word: string): Promise<void> {
  await client.expect(word, { more: true });
  const longer = /^[A-Z]+(?![A-Za-z])/.exec(client.unread.toString("latin1"))?.[0];
  if (longer !== undefined)
    t.fail(`expected ${word}, and ${word}${longer} came`, { expected: word, got: `${word}${longer}` });
}

async function enterAll(t: ServerTester): Promise<TestConnection[]> {
  const clients: TestConnection[] = [];
  while (clients.length < PLACES) clients.push(await enter(t));
  return clients;
}

/** There is a place for one more: it is not turned away. */
async function hasPlace(t: ServerTester): Promise<void> {
  await t.until("the place of a client that is gone should be free, and it is not", async () => {
    const next = await t.connect();
    const verdict = await next.message().catch(() => "");
    const isIn = !verdict.startsWith(REJECT) && next.closing === undefined;
    next.reset();
    return isIn;
  });
}

export default defineChecks({
  role: "reverse",
  dialogue: (chance) => ({
    lines: [{ server: ACCEPT }, { client: chance.word() }, { client: EXIT }],
    closes: true,
  }),
  script: (draws) => reverseScript(`${draws.word()} ${draws.word()}`, draws.word(8)),
  shown: (said) => (said.startsWith(ACCEPT) ? undefined : reversed(said.trim())),
  given: { mirror: true },
  families: Object.fromEntries(UNTOLD.map((id) => [id, "none"])),
  cases: [
    defineCase({
      id: "REV-1.accept-first",
      advice: "Send ACCEPT right after accept(), before the first recv().",
      side: "server",
      grade: "MUST",
      title: "accepts a client before it says anything",
      async run(t) {
        const client = await t.connect();
        await verdict(t, client, ACCEPT);
      },
    }),
    defineCase({
      id: "REV-1.fifth-rejected",
      advice: "Count the clients that are there: send REJECT to one more, and close its connection.",
      side: "server",
      grade: "MUST",
      title: "rejects the fifth client, and closes",
      async run(t) {
        await enterAll(t);
        const fifth = await t.connect();
        await verdict(t, fifth, REJECT);
        await fifth.ends();
      },
    }),
    defineCase({
      id: "REV-5.exit-closes",
      advice: "Close the connection of a client that says exit.",
      side: "server",
      grade: "MUST",
      title: "closes the connection of a client that says exit",
      async run(t) {
        const client = await enter(t);
        client.say(EXIT);
        await client.ends();
      },
    }),
    defineCase({
      id: "REV-5.place-free-after-exit",
      advice: "Count one client less when it says exit.",
      side: "server",
      grade: "MUST",
      title: "gives the place of a client that says exit to the next one",
      async run(t) {
        const [first] = await enterAll(t);
        first?.say(EXIT);
        await first?.taken();
        await hasPlace(t);
      },
    }),
    defineCase({
      id: "REV-5.place-free-after-close",
      advice: "A recv() of 0 bytes says that the client has left: count one less.",
      side: "server",
      grade: "MUST",
      title: "gives the place of a client that closes to the next one",
      async run(t) {
        const [first] = await enterAll(t);
        first?.fin();
        await hasPlace(t);
      },
    }),
    defineCase({
      id: "REV-5.place-free-after-reset",
      advice: "An error of recv() says that the client has left: count one less.",
      side: "server",
      grade: "MUST",
      title: "gives the place of a client that vanishes to the next one",
      async run(t) {
        const [first] = await enterAll(t);
        first?.reset();
        await hasPlace(t);
      },
    }),
    defineCase({
      id: "REV-2.operator-answers",
      advice: "Read lines of standard input beside the clients (a thread, select()), and send each as it is.",
      side: "server",
      grade: "MUST",
      needs: ["start"],
      title: "sends what its operator types, as it is typed",
      async run(t) {
        const client = await enter(t);
        const text = `${t.word()} ${t.word()}`;
        await said(client, `${t.word()} ${t.word()}`);
        t.program?.type(`${text}\n`);
        await client.expect(text);
      },
    }),
    defineCase({
      id: "REV-2.one-answer-to-all",
      advice: "Send the operator's line to every client that is there.",
      side: "server",
      grade: "MUST",
      needs: ["start"],
      title: "answers all clients with one line of its operator",
      async run(t) {
        const clients = [await enter(t), await enter(t), await enter(t)];
        for (const client of clients) await said(client, t.word());
        t.program?.type(`${t.word()}\n`);
        for (const client of clients) await client.message();
      },
    }),
    defineCase({
      id: "REV-2.waits-for-all",
      advice: "Keep the operator's line until each client has said something since the last one.",
      side: "server",
      grade: "SHOULD",
      needs: ["start"],
      title: "waits with the answer until each client has said something",
      async run(t) {
        const [one, other] = [await enter(t), await enter(t)];
        await said(one, t.word());
        t.program?.type(`${t.word()}\n`);
        await one.nothing(200);
        await said(other, t.word());
        for (const client of [one, other]) await client.message();
      },
    }),
    defineCase({
      id: "REV-2.each-message-once",
      advice: "Send each line of the operator once to each client, and then wait for all of them again.",
      side: "server",
      grade: "SHOULD",
      needs: ["start"],
      title: "answers each client once for each line of its operator",
      async run(t) {
        const clients = [await enter(t), await enter(t)];
        for (let nth = 0; nth < 3; nth += 1) {
          for (const client of clients) await said(client, t.word());
          const text = t.word();
          t.program?.type(`${text}\n`);
          for (const client of clients) {
            const got = await client.message();
            // The words of the answer are a case of their own.
            if (got.split(text).length > 2)
              t.fail("a client was answered more than once", { expected: text, got });
          }
        }
        for (const client of clients) await client.nothing(80);
      },
    }),
    ...reverseClientCases,
  ],
});

/** A message that is one for certain: the server has read it before anything else is sent. */
async function said(client: TestConnection, text: string): Promise<void> {
  client.say(text);
  await client.taken();
}
