/** Cases of the registry's answers to DISCOVERY [BOOT-4, BOOT-5]. */
import { DISCOVER, END } from "../../wire/bootstrap.ts";
import { type Case, defineCase } from "../case.ts";
import {
  DATAGRAM_BYTES,
  discovers,
  entry,
  expectListed,
  expectNotListed,
  registers,
  settled,
} from "./_bootstrap-steps.ts";

export const listCases: readonly Case[] = [
  defineCase({
    id: "BOOT-4.two-of-one-ip",
    advice: "Collect the servers of an address in one line: ip,port,service,token,port,service,token.",
    side: "server",
    grade: "MUST",
    title: "lists the servers of one address in one datagram",
    async run(t) {
      const [server, client] = [await t.datagrams(), await t.datagrams()];
      const one = entry(t, "txt");
      const other = { ...one, port: one.port + 1, service: "png", token: t.word(7) };
      await registers(t, server, one, other);
      const answer = await discovers(client);
      expectListed(t, answer, one, other);
      const datagrams = answer.datagrams.filter((datagram) => datagram.startsWith(`${one.ip},`));
      if (datagrams.length !== 1)
        t.fail(`${one.ip} should have one datagram`, { got: answer.datagrams.join("\n") });
    },
  }),
  defineCase({
    id: "BOOT-4.two-ips-ordered",
    advice: "Sort the addresses as strings before you send them, each in a datagram of its own.",
    side: "server",
    grade: "SHOULD",
    title: "lists the addresses in string order, a datagram each",
    async run(t) {
      const [server, client] = [await t.datagrams(), await t.datagrams()];
      const [first, second] = [
        { ...entry(t), ip: "198.18.7.10" },
        { ...entry(t), ip: "198.18.7.9" },
      ];
      await registers(t, server, second, first);
      const { datagrams } = await discovers(client);
      const [at, behind] = [first, second].map(({ ip }) =>
        datagrams.findIndex((one) => one.startsWith(`${ip},`)),
      );
      if (at === undefined || behind === undefined || at < 0 || behind < 0 || at >= behind)
        t.fail("the addresses should stand in string order, a datagram each", {
          expected: `${first.ip},…\n${second.ip},…`,
          got: datagrams.join("\n"),
        });
    },
  }),
  defineCase({
    id: "BOOT-4.empty-is-end",
    advice: "Send the datagram end after the loop over the list, also where the list is empty.",
    side: "server",
    grade: "MUST",
    title: "answers end where nothing is registered",
    needs: ["start"],
    async run(t) {
      const client = await t.datagrams();
      const { datagrams } = await discovers(client);
      if (datagrams.length > 1) t.skip("it remembers what was registered before");
      if (datagrams[0] !== END)
        t.fail("expected end and nothing else", { expected: END, got: datagrams.join("\n") });
    },
  }),
  defineCase({
    id: "BOOT-4.end-is-last-and-own",
    advice: "Send end with a sendto() of its own after the last address.",
    side: "server",
    grade: "MUST",
    title: "ends each list with end, in a datagram of its own",
    async run(t) {
      const client = await t.datagrams();
      await registers(t, client, entry(t));
      client.send(DISCOVER);
      const datagrams: string[] = [];
      while (datagrams.at(-1) !== END) {
        const datagram = await client.message();
        datagrams.push(datagram);
        if (datagram !== END && /end\s*$/.test(datagram))
          t.fail("end should be a datagram of its own", { expected: END, got: datagram });
      }
      await client.nothing();
    },
  }),
  defineCase({
    id: "BOOT-4.many-services-split",
    advice:
      "Before a line would be longer than 1400 bytes, send it, and begin the next one with the address again.",
    side: "server",
    grade: "SHOULD",
    title: "continues a list over 1400 bytes in a datagram that begins with the address again",
    async run(t) {
      const [server, client] = [await t.datagrams(), await t.datagrams()];
      const { ip } = entry(t);
      const many = Array.from({ length: 60 }, (_, nth) => ({
        ...{ ip, port: 2_000 + nth, service: "pdf" },
        token: t.word(24),
      }));
      // A few at a time: a burst may be more than a socket holds.
      for (let nth = 0; nth < many.length; nth += 10)
        await registers(t, server, ...many.slice(nth, nth + 10));
      const answer = await discovers(client);
      expectListed(t, answer, ...many);
      const long = answer.datagrams.find((datagram) => Buffer.byteLength(datagram) > DATAGRAM_BYTES);
      if (long !== undefined) t.fail(`a datagram should have ${DATAGRAM_BYTES} bytes at most`, { got: long });
    },
  }),
  defineCase({
    id: "BOOT-5.discovery-of-a-service",
    advice: "Compare the word after DISCOVERY, with the comma between them, with the service of each entry.",
    side: "server",
    grade: "INFO",
    title: "lists only servers of the kind that is asked for",
    async run(t) {
      const client = await t.datagrams();
      const [one, other] = [entry(t, t.word()), entry(t, t.word(7))];
      await registers(t, client, one, other);
      const answer = await discovers(client, `${DISCOVER},${one.service}`);
      expectListed(t, answer, one);
      expectNotListed(t, answer, other.ip);
    },
  }),
  defineCase({
    id: "BOOT-5.deregistration",
    advice: "Remove the entry of that address and port if its token is the told one.",
    side: "server",
    grade: "INFO",
    title: "removes an entry whose token is told, and no other",
    async run(t) {
      const client = await t.datagrams();
      const [one, other] = [entry(t), entry(t)];
      await registers(t, client, one, other);
      client.send(`DEREGISTR,${one.ip},${one.port},${one.token}`);
      client.send(`DEREGISTR,${other.ip},${other.port},${t.word(9)}`);
      await settled(t);
      const answer = await discovers(await t.datagrams());
      expectListed(t, answer, other);
      expectNotListed(t, answer, one.ip);
    },
  }),
];
