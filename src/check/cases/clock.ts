/** Cases of the clock, server's side [CLOCK]. The time may move on, and the date change, while the answer is on its way. */
import { dateOf, INVALID_REQUEST, isClockAnswer, SEND_DATE, SEND_TIME, timeOf } from "../../wire/clock.ts";
import { defineCase, defineChecks } from "../case.ts";
import type { ServerTester, TestDatagrams } from "../tester.ts";
import { clockClientCases } from "./_clock-client.ts";

/** The clock of the program is this machine's own: a few seconds are its due. */
const TOLERANCE_MS = 3_000;

async function answerTo(sender: TestDatagrams, request: string): Promise<string> {
  sender.send(request);
  return sender.message();
}

/** Any answer that is of the asked kind: its value is a case of its own. */
async function tells(t: ServerTester, sender: TestDatagrams, request: string): Promise<void> {
  const [word] = request.split(/[\s\0]/);
  const got = await answerTo(sender, request);
  if (!/^\d\d?\D\d\d?\D\d\d/.test(got.trim()))
    t.fail(
      `expected ${word === SEND_DATE ? "a date" : "a time"} for ${word}, and ${JSON.stringify(got)} came`,
      {
        got,
      },
    );
}

export default defineChecks({
  role: "clock",
  cases: [
    defineCase({
      id: "CLOCK-0.date",
      advice: "Answer SEND_DATE with strftime('%m/%d/%y') of the local time.",
      side: "server",
      grade: "MUST",
      title: "tells the date as MM/DD/YY",
      async run(t) {
        const sender = await t.datagrams();
        const before = dateOf(new Date());
        const got = await answerTo(sender, SEND_DATE);
        const due = [before, dateOf(new Date())];
        if (!due.includes(got)) t.fail("the date should be today's, as MM/DD/YY", { expected: before, got });
      },
    }),
    defineCase({
      id: "CLOCK-0.time",
      advice: "Answer SEND_TIME with strftime('%H:%M:%S') of the local time.",
      side: "server",
      grade: "MUST",
      title: "tells the local time as HH:MM:SS, of 24 hours",
      async run(t) {
        const sender = await t.datagrams();
        const from = Date.now() - TOLERANCE_MS;
        const got = await answerTo(sender, SEND_TIME);
        const until = Date.now() + TOLERANCE_MS;
        for (let at = from; at <= until; at += 1_000) if (timeOf(new Date(at)) === got) return;
        const expected = timeOf(new Date());
        const isForm = isClockAnswer(SEND_TIME, got);
        t.fail(isForm ? "the time should be this machine's" : "the time should be HH:MM:SS", {
          expected,
          got,
        });
      },
    }),
    defineCase({
      id: "CLOCK-0.invalid",
      advice: "Answer any other request with Invalid request.",
      side: "server",
      grade: "MUST",
      title: "answers anything else with Invalid request",
      async run(t) {
        const sender = await t.datagrams();
        sender.send(`SEND_${t.word().toUpperCase()}`);
        await sender.expect(INVALID_REQUEST);
      },
    }),
    defineCase({
      id: "CLOCK-0.lower-case",
      advice: "Compare the request as it is, without lower() or upper().",
      side: "server",
      grade: "INFO",
      title: "takes a request in small letters for another",
      async run(t) {
        const sender = await t.datagrams();
        sender.send(SEND_DATE.toLowerCase());
        await sender.like(INVALID_REQUEST);
      },
    }),
    defineCase({
      id: "CLOCK-0.one-answer",
      advice: "Call sendto() once for each recvfrom().",
      side: "server",
      grade: "MUST",
      title: "answers each datagram once",
      async run(t) {
        const sender = await t.datagrams();
        for (const request of [SEND_DATE, SEND_TIME, t.word()]) {
          await answerTo(sender, request);
          await sender.nothing(60);
        }
      },
    }),
    defineCase({
      id: "CLOCK-1.trailing-space",
      advice: "Drop white space at the end of a request: rstrip().",
      side: "server",
      grade: "SHOULD",
      title: "takes a request with blanks or a line end after it",
      async run(t) {
        const sender = await t.datagrams();
        await tells(t, sender, `${SEND_DATE}\n`);
        await tells(t, sender, `${SEND_TIME} \r\n`);
      },
    }),
    defineCase({
      id: "CLOCK-1.whole-buffer",
      advice: "Cut a request at its first NUL.",
      side: "server",
      // The rule drops white space, and does not speak of NULs.
      grade: "INFO",
      title: "takes a request that comes as a C program's whole buffer",
      async run(t) {
        const sender = await t.datagrams();
        await tells(t, sender, SEND_TIME.padEnd(256, "\0"));
      },
    }),
    defineCase({
      id: "CLOCK-1.empty",
      advice: "A recvfrom() of 0 bytes is an empty datagram: answer it with Invalid request.",
      side: "server",
      grade: "SHOULD",
      title: "answers an empty datagram with Invalid request",
      async run(t) {
        const sender = await t.datagrams();
        sender.send("");
        await sender.like(INVALID_REQUEST);
        await tells(t, sender, SEND_DATE);
      },
    }),
    defineCase({
      id: "ROBUST.two-senders",
      advice: "Answer to the address that recvfrom() told for this datagram.",
      side: "server",
      grade: "MUST",
      title: "answers each one that has asked, in turn",
      async run(t) {
        const [one, other] = [await t.datagrams(), await t.datagrams()];
        for (const sender of [one, other, other, one]) await tells(t, sender, t.pick([SEND_DATE, SEND_TIME]));
      },
    }),
    defineCase({
      id: "ROBUST.100-datagrams",
      advice: "Go back to recvfrom() after each answer, without a pause.",
      side: "server",
      grade: "SHOULD",
      title: "answers a hundred datagrams, one after another",
      async run(t) {
        const sender = await t.datagrams();
        for (let nth = 0; nth < 100; nth += 1) await tells(t, sender, t.pick([SEND_DATE, SEND_TIME]));
      },
    }),
    ...clockClientCases,
  ],
});
