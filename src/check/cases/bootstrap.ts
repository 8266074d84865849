/** Cases of the registry, server's side [BOOT]. It may remember what earlier cases told it: each tells of addresses of its own. */
import path from "node:path";
import {
  BYE,
  DISCOVER,
  END,
  isEnd,
  isError,
  type Listing,
  parseListing,
  registration,
} from "../../wire/bootstrap.ts";
import { defineCase, defineChecks } from "../case.ts";
import type { ServerTester, TestDatagrams } from "../tester.ts";

const DATAGRAM_BYTES = 1_400;
const SETTLE_MS = 30;
const MAX_DATAGRAMS = 200;

/** An address in a network that is nobody's [RFC 2544], and a server there. */
function entry(t: ServerTester, kind = "pdf"): Listing {
  const ip = `198.${t.int(18, 19)}.${t.int(0, 255)}.${t.int(1, 254)}`;
  return { ip, port: t.int(1024, 65_000), service: kind, token: t.word(8) };
}

/** UDP tells nobody that a datagram was read: the registry has a moment. */
async function registers(
  t: ServerTester,
  sender: TestDatagrams,
  ...entries: readonly Listing[]
): Promise<void> {
  for (const one of entries) sender.send(registration(one));
  await t.pause(SETTLE_MS);
}

interface Answer {
  readonly datagrams: readonly string[];
  readonly listings: readonly Listing[];
}

/** All datagrams of an answer, its `end` the last of them. */
async function discovers(sender: TestDatagrams, request: string = DISCOVER): Promise<Answer> {
  sender.send(request);
  const datagrams: string[] = [];
  while (datagrams.length < MAX_DATAGRAMS) {
    const datagram = await sender.message();
    datagrams.push(datagram);
    if (isEnd(datagram)) break;
  }
  const listings = datagrams.flatMap((datagram) => {
    // Cases of the end judge it; here an end that is glued to a list is no reason to lose the list.
    const parsed = parseListing(datagram.replace(/[,\s]*end\s*$/, "") || END);
    return parsed.ok ? parsed.value : [];
  });
  return { datagrams, listings };
}

const isSame = (one: Listing, other: Listing) =>
  one.ip === other.ip &&
  one.port === other.port &&
  one.service === other.service &&
  one.token === other.token;

function expectListed(t: ServerTester, { datagrams, listings }: Answer, ...due: readonly Listing[]): void {
  for (const one of due) {
    const count = listings.filter((listing) => isSame(listing, one)).length;
    const expected = [one.ip, one.port, one.service, one.token].join(",");
    if (count === 0) t.fail(`the list should have ${expected}`, { expected, got: datagrams.join("\n") });
  }
}

function expectNotListed(t: ServerTester, { datagrams, listings }: Answer, ip: string): void {
  if (listings.some((listing) => listing.ip === ip))
    t.fail(`the list should not have ${ip}`, { got: datagrams.join("\n") });
}

export default defineChecks({
  role: "bootstrap",
  words: { store: "file in which it keeps what it was told" },
  prepare: async ({ folder }) => ({ store: path.join(folder, "registry.txt") }),
  cases: [
    defineCase({
      id: "BOOT-1.register-then-discover",
      side: "server",
      grade: "MUST",
      title: "lists a server that has registered",
      async run(t) {
        const [server, client] = [await t.datagrams(), await t.datagrams()];
        const one = entry(t);
        await registers(t, server, one);
        expectListed(t, await discovers(client), one);
      },
    }),
    defineCase({
      id: "BOOT-1.survives-kill",
      side: "server",
      grade: "SHOULD",
      needs: ["start"],
      title: "still lists it after a kill -9 and a new start",
      async run(t) {
        const one = entry(t);
        await registers(t, await t.datagrams(), one);
        await t.restart();
        expectListed(t, await discovers(await t.datagrams()), one);
      },
    }),
    defineCase({
      id: "BOOT-2.no-reply-to-good",
      side: "server",
      grade: "MUST",
      title: "does not answer a registration",
      async run(t) {
        const server = await t.datagrams();
        server.send(registration(entry(t)));
        await server.nothing();
      },
    }),
    defineCase({
      id: "BOOT-2.sender-gone",
      side: "server",
      grade: "MUST",
      title: "takes a registration whose sender has closed its socket at once",
      async run(t) {
        const one = entry(t);
        const server = await t.datagrams();
        server.send(registration(one));
        await t.pause(SETTLE_MS);
        server.close();
        expectListed(t, await discovers(await t.datagrams()), one);
      },
    }),
    defineCase({
      id: "BOOT-2.malformed-answered",
      side: "server",
      grade: "SHOULD",
      title: "answers a malformed registration with ERROR and a reason",
      async run(t) {
        const server = await t.datagrams();
        server.send(`REGISTRN,${entry(t).ip},1236`);
        const got = await server.message();
        if (!isError(got)) t.fail("expected ERROR,<reason>", { expected: "ERROR,…", got });
      },
    }),
    defineCase({
      id: "BOOT-2.malformed-kept-out",
      side: "server",
      grade: "MUST",
      title: "does not list a malformed registration, and goes on",
      async run(t) {
        const [server, client] = [await t.datagrams(), await t.datagrams()];
        const [wrong, right] = [entry(t), entry(t)];
        server.send(`REGISTRN,${wrong.ip},1236`);
        await registers(t, server, right);
        const answer = await discovers(client);
        expectListed(t, answer, right);
        expectNotListed(t, answer, wrong.ip);
      },
    }),
    defineCase({
      id: "BOOT-2.wrong-fields-kept-out",
      side: "server",
      grade: "SHOULD",
      title: "does not list a port over 65535, an address that is none, or an empty token",
      async run(t) {
        const [server, client] = [await t.datagrams(), await t.datagrams()];
        const [port, token, right] = [entry(t), entry(t), entry(t)];
        server.send(`REGISTRN,${port.ip},65536,pdf,${port.token}`);
        server.send(`REGISTRN,${token.ip},1236,pdf,`);
        server.send(`REGISTRN,300.1.2.3,1236,pdf,${t.word()}`);
        await registers(t, server, right);
        const answer = await discovers(client);
        expectListed(t, answer, right);
        for (const ip of [port.ip, token.ip, "300.1.2.3"])
          if (answer.datagrams.some((datagram) => datagram.startsWith(`${ip},`)))
            t.fail(`the list should not have ${ip}`, { got: answer.datagrams.join("\n") });
      },
    }),
    defineCase({
      id: "BOOT-2.ipv6-address",
      side: "server",
      grade: "SHOULD",
      title: "lists a server with an IPv6 address",
      async run(t) {
        const one = { ...entry(t), ip: `2001:db8::${t.int(1, 0xffff).toString(16)}` };
        await registers(t, await t.datagrams(), one);
        expectListed(t, await discovers(await t.datagrams()), one);
      },
    }),
    defineCase({
      id: "BOOT-3.replaces-same-endpoint",
      side: "server",
      grade: "SHOULD",
      title: "replaces an entry of the same address and port",
      async run(t) {
        const [server, client] = [await t.datagrams(), await t.datagrams()];
        const old = entry(t);
        const renewed = { ...old, token: t.word(9) };
        await registers(t, server, old);
        await registers(t, server, renewed);
        const answer = await discovers(client);
        const found = answer.listings.filter(({ ip, port }) => ip === old.ip && port === old.port);
        if (found.length !== 1)
          t.fail("the same address and port should be listed once", { got: answer.datagrams.join("\n") });
        expectListed(t, answer, renewed);
      },
    }),
    defineCase({
      id: "BOOT-4.two-of-one-ip",
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
        if (long !== undefined)
          t.fail(`a datagram should have ${DATAGRAM_BYTES} bytes at most`, { got: long });
      },
    }),
    defineCase({
      id: "BOOT-5.discovery-of-a-service",
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
      side: "server",
      grade: "INFO",
      title: "removes an entry whose token is told, and no other",
      async run(t) {
        const client = await t.datagrams();
        const [one, other] = [entry(t), entry(t)];
        await registers(t, client, one, other);
        client.send(`DEREGISTR,${one.ip},${one.port},${one.token}`);
        client.send(`DEREGISTR,${other.ip},${other.port},${t.word(9)}`);
        await t.pause(SETTLE_MS);
        const answer = await discovers(await t.datagrams());
        expectListed(t, answer, other);
        expectNotListed(t, answer, one.ip);
      },
    }),
    defineCase({
      id: "BOOT-6.trailing-newline",
      side: "server",
      grade: "SHOULD",
      title: "drops a line end, and what lies behind a NUL",
      async run(t) {
        const client = await t.datagrams();
        const [one, other] = [entry(t), entry(t)];
        client.send(`${registration(one)}\r\n`);
        client.send(registration(other).padEnd(256, "\0"));
        await t.pause(SETTLE_MS);
        expectListed(t, await discovers(client, `${DISCOVER}\n`), one, other);
      },
    }),
    defineCase({
      id: "BOOT-6.unknown-word",
      side: "server",
      grade: "SHOULD",
      title: "answers an unknown request with ERROR, and goes on",
      async run(t) {
        const client = await t.datagrams();
        client.send(t.word().toUpperCase());
        const got = await client.message();
        if (!isError(got)) t.fail("expected ERROR,<reason>", { expected: "ERROR,…", got });
        await discovers(client);
      },
    }),
    defineCase({
      id: "BOOT-6.errors-are-few",
      side: "server",
      grade: "INFO",
      title: "answers ERROR to a sender once a second at most",
      async run(t) {
        const client = await t.datagrams();
        for (let nth = 0; nth < 20; nth += 1) client.send(t.word().toUpperCase());
        await client.message();
        // The second may have turned between them.
        const second = await client.message({ withinMs: 200 }).catch(() => "");
        if (second !== "") await client.nothing(200);
      },
    }),
    defineCase({
      id: "BOOT-6.bye-does-not-stop",
      side: "server",
      grade: "SHOULD",
      title: "goes on when the network says bye",
      async run(t) {
        const client = await t.datagrams();
        client.send(BYE);
        await t.pause(SETTLE_MS);
        await discovers(await t.datagrams());
      },
    }),
    defineCase({
      id: "ROBUST.empty-datagram",
      side: "server",
      grade: "SHOULD",
      title: "goes on after a datagram without a byte",
      async run(t) {
        const client = await t.datagrams();
        client.send("");
        await t.pause(SETTLE_MS);
        await discovers(await t.datagrams());
      },
    }),
    defineCase({
      id: "ROBUST.1400-bytes",
      side: "server",
      grade: "SHOULD",
      title: "goes on after 1400 bytes that mean nothing",
      async run(t) {
        const client = await t.datagrams();
        client.send(t.bytes(DATAGRAM_BYTES));
        await t.pause(SETTLE_MS);
        await discovers(await t.datagrams());
      },
    }),
    defineCase({
      id: "ROBUST.two-senders",
      side: "server",
      grade: "MUST",
      title: "answers whoever has asked, in turn",
      async run(t) {
        const [one, other] = [await t.datagrams(), await t.datagrams()];
        for (const client of [one, other, other, one]) await discovers(client);
      },
    }),
  ],
});
