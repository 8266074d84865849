/**
 * Cases of the registry [BOOT]. It may remember what earlier cases told it: each tells of addresses of its own.
 *
 * Long, because a case stands whole in one place.
 */
import path from "node:path";
import { BYE, DISCOVER, isError, registration } from "../../wire/bootstrap.ts";
import { defineCase, defineChecks } from "../case.ts";
import { bootstrapClientCases, bootstrapScript } from "./_bootstrap-client.ts";
import { listCases } from "./_bootstrap-lists.ts";
import {
  DATAGRAM_BYTES,
  discovers,
  entry,
  expectListed,
  expectNotListed,
  registers,
  settled,
} from "./_bootstrap-steps.ts";

export default defineChecks({
  role: "bootstrap",
  words: { store: "file in which it keeps what it was told" },
  prepare: async ({ folder }) => ({ store: path.join(folder, "registry.txt") }),
  script: (draws) => bootstrapScript(draws.word(8)),
  shown: () => undefined,
  cases: [
    defineCase({
      id: "BOOT-1.register-then-discover",
      advice: "Keep address, port, service and token of each REGISTRN, and list them in this order.",
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
      advice:
        "Write each registration to a file before you do anything else with it, and read the file at the start.",
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
      advice: "Send nothing after a good REGISTRN: its sender has closed its socket.",
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
      advice: "Do not answer a registration, and let no error of sendto() or recvfrom() end the loop.",
      side: "server",
      grade: "MUST",
      title: "takes a registration whose sender has closed its socket at once",
      async run(t) {
        const one = entry(t);
        const server = await t.datagrams();
        server.send(registration(one));
        await settled(t);
        server.close();
        expectListed(t, await discovers(await t.datagrams()), one);
      },
    }),
    defineCase({
      id: "BOOT-2.malformed-answered",
      advice: "Count the fields of REGISTRN: where there are not five, answer ERROR, and the reason.",
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
      advice: "Check that there are five fields before you store an entry, and go on with recvfrom().",
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
      advice: "Check the address (inet_pton(), ipaddress), the port (1 to 65535) and that no word is empty.",
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
      advice: "Keep the address as text: it may be IPv6, and is longer than 15 characters then.",
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
      advice: "Look for an entry of the same address and port first, and replace it.",
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
      id: "BOOT-6.trailing-newline",
      advice: "Cut a request at its first NUL, and drop \\r and \\n at its end.",
      side: "server",
      grade: "SHOULD",
      title: "drops a line end, and what comes after a NUL",
      async run(t) {
        const client = await t.datagrams();
        const [one, other] = [entry(t), entry(t)];
        client.send(`${registration(one)}\r\n`);
        client.send(registration(other).padEnd(256, "\0"));
        await settled(t);
        expectListed(t, await discovers(client, `${DISCOVER}\n`), one, other);
      },
    }),
    defineCase({
      id: "BOOT-6.unknown-word",
      advice: "Answer a request that you do not know with ERROR, and the reason, and go on.",
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
      advice: "Remember when each sender was last answered ERROR, and wait for a second before the next one.",
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
      advice: "Take bye from the keyboard alone: from the network it is an unknown request.",
      side: "server",
      grade: "SHOULD",
      title: "goes on when the network says bye",
      async run(t) {
        const client = await t.datagrams();
        client.send(BYE);
        await settled(t);
        await discovers(await t.datagrams());
      },
    }),
    defineCase({
      id: "ROBUST.empty-datagram",
      advice: "A recvfrom() of 0 bytes is an empty datagram, no end: go on.",
      side: "server",
      grade: "SHOULD",
      title: "goes on after a datagram without a byte",
      async run(t) {
        const client = await t.datagrams();
        client.send("");
        await settled(t);
        await discovers(await t.datagrams());
      },
    }),
    defineCase({
      id: "ROBUST.1400-bytes",
      advice: "Give recvfrom() a buffer of 2048 bytes, catch what cannot be decoded, and go on.",
      side: "server",
      grade: "SHOULD",
      title: "goes on after 1400 bytes that mean nothing",
      async run(t) {
        const client = await t.datagrams();
        client.send(t.bytes(DATAGRAM_BYTES));
        await settled(t);
        await discovers(await t.datagrams());
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
        for (const client of [one, other, other, one]) await discovers(client);
      },
    }),
    ...listCases,
    ...bootstrapClientCases,
  ],
});
