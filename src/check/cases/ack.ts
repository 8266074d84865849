/** Cases of the acknowledger, server's side [ACK]. */
import { OK } from "../../wire/ack.ts";
import { defineCase, defineChecks } from "../case.ts";
import { ackClientCases } from "./_ack-client.ts";

export default defineChecks({
  role: "ack",
  script: (draws) => [`${draws.word()} ${draws.word()}`],
  cases: [
    defineCase({
      id: "ACK-1.ok",
      advice: "Answer with the two bytes Ok, to the address that recvfrom() told.",
      side: "server",
      grade: "MUST",
      title: "answers a datagram with Ok",
      async run(t) {
        const sender = await t.datagrams();
        await sender.asks(`${t.word()} ${t.word()}`, OK);
      },
    }),
    defineCase({
      id: "ACK-1.one-answer-each",
      advice: "Call sendto() once for each recvfrom().",
      side: "server",
      grade: "MUST",
      title: "answers each datagram once",
      async run(t) {
        const sender = await t.datagrams();
        for (let nth = 0; nth < 5; nth += 1) {
          sender.send(t.word());
          await sender.message();
          await sender.nothing(60);
        }
      },
    }),
    defineCase({
      id: "ACK-1.any-bytes",
      advice: "Do not decode what came, or catch the error: any bytes are acknowledged.",
      side: "server",
      grade: "SHOULD",
      title: "answers bytes that are no text",
      async run(t) {
        const sender = await t.datagrams();
        sender.send(Buffer.concat([Buffer.from([0xff, 0xfe, 0xc3]), t.bytes(60)]));
        await sender.message();
      },
    }),
    defineCase({
      id: "ACK-1.empty",
      advice: "A recvfrom() of 0 bytes is an empty datagram: answer it, too.",
      side: "server",
      grade: "SHOULD",
      title: "answers a datagram without a byte",
      async run(t) {
        const sender = await t.datagrams();
        sender.send("");
        await sender.message();
        sender.send(t.word());
        await sender.message();
      },
    }),
    defineCase({
      id: "ACK-1.two-senders",
      advice: "Answer to the address that recvfrom() told for this datagram.",
      side: "server",
      grade: "MUST",
      title: "answers each one that has sent, in turn",
      async run(t) {
        const [one, other] = [await t.datagrams(), await t.datagrams()];
        for (const sender of [one, other, other, one]) {
          sender.send(t.word());
          await sender.message();
        }
      },
    }),
    defineCase({
      id: "ACK-1.1400-bytes",
      advice: "Give recvfrom() a buffer of 2048 bytes, and go on where a datagram was cut.",
      side: "server",
      grade: "SHOULD",
      title: "answers a datagram of 1400 bytes, and the next one",
      async run(t) {
        const sender = await t.datagrams();
        sender.send("x".repeat(1_400));
        await sender.message();
        sender.send(t.word());
        await sender.message();
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
        for (let nth = 0; nth < 100; nth += 1) {
          sender.send(t.word());
          await sender.message();
        }
      },
    }),
    ...ackClientCases,
  ],
});
