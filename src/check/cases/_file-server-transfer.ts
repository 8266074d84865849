/**
 * Cases of the file server's transfer: from the token to the last byte [FILE-0, FILE-7].
 *
 * Long, because a case stands whole in one place.
 */
import { ACKNOWLEDGEMENT, encodeSize, FOUND, VALID } from "../../wire/file-transfer.ts";
import { type Case, defineCase } from "../case.ts";
import { announced, enter, fetches, filled, known, SIZE_BYTES, tokenOf } from "./_file-server-stage.ts";

/** Of the 2 s after which a server starts without an acknowledgement. */
const BUSY_MS = 1_200;

export const transferCases: readonly Case[] = [
  defineCase({
    id: "FILE-0.silent-first",
    side: "server",
    grade: "MUST",
    title: "waits for the client's token",
    async run(t) {
      const client = await t.connect();
      await client.nothing();
    },
  }),
  defineCase({
    id: "FILE-0.valid",
    side: "server",
    grade: "MUST",
    title: "answers its token with valid",
    async run(t) {
      const client = await t.connect();
      client.say(tokenOf(t));
      await client.expect(VALID);
    },
  }),
  defineCase({
    id: "FILE-0.found",
    side: "server",
    grade: "MUST",
    title: "answers the name of a file with found",
    async run(t) {
      const { name } = await known(t);
      const client = await enter(t);
      client.say(name);
      await client.expect(FOUND, { more: true });
    },
  }),
  defineCase({
    id: "FILE-0.size-is-int32-le",
    side: "server",
    grade: "MUST",
    title: "tells the size in 4 bytes, the low byte first",
    async run(t) {
      const { name, bytes } = await known(t);
      const client = await enter(t);
      const size = await announced(t, client, name);
      if (size !== bytes.length)
        t.fail(`the size of ${name} is ${bytes.length}`, {
          expected: encodeSize(bytes.length),
          got: encodeSize(size),
        });
    },
  }),
  defineCase({
    id: "FILE-0.size-apart",
    side: "server",
    grade: "SHOULD",
    title: "sends found and the size as two reads",
    async run(t) {
      const { name } = await known(t);
      const client = await enter(t);
      const before = client.reads.length;
      client.say(name);
      await client.hears(FOUND);
      await t.until("a size of 4 bytes should come after found", () => client.unread.length >= SIZE_BYTES);
      const [first = 0] = client.reads.slice(before);
      if (first >= FOUND.length + SIZE_BYTES)
        t.fail("the size came in one read with found: a client's recv() gets both", {
          got: `${first} bytes`,
        });
    },
  }),
  defineCase({
    id: "FILE-0.exact-bytes",
    side: "server",
    grade: "MUST",
    title: "sends the bytes of a file, and not one more",
    async run(t) {
      const client = await enter(t);
      await fetches(t, client, await known(t));
      await client.nothing();
    },
  }),
  defineCase({
    id: "FILE-0.waits-for-ack",
    side: "server",
    grade: "SHOULD",
    title: "waits with the file for the acknowledgement",
    async run(t) {
      const { name } = await known(t);
      const client = await enter(t);
      const from = performance.now();
      await announced(t, client, name);
      // After 2 s the server may start, and a busy machine can need as long for our own steps.
      if (performance.now() - from > BUSY_MS) t.skip("this machine is too busy to tell");
      await client.nothing(400);
    },
  }),
  defineCase({
    id: "FILE-0.any-ack",
    side: "server",
    grade: "SHOULD",
    title: "takes any one byte for an acknowledgement",
    async run(t) {
      const { name, bytes } = await known(t);
      const client = await enter(t);
      await announced(t, client, name);
      client.send(Buffer.from([t.int(1, 9)]));
      await client.read(bytes.length);
    },
  }),
  defineCase({
    id: "FILE-0.no-ack",
    side: "server",
    grade: "INFO",
    title: "starts after 2 s without an acknowledgement",
    async run(t) {
      const { name, bytes } = await known(t);
      const client = await enter(t);
      await announced(t, client, name);
      await t.pause(2_000);
      await client.read(bytes.length);
    },
  }),
  defineCase({
    id: "FILE-0.second-file-same-connection",
    side: "server",
    grade: "MUST",
    title: "serves a second file on the same connection",
    async run(t) {
      const file = await known(t);
      const client = await enter(t);
      await fetches(t, client, file);
      await fetches(t, client, t.names("root") ? filled(t, "two") : file);
    },
  }),
  defineCase({
    id: "FILE-0.empty-file",
    side: "server",
    grade: "SHOULD",
    title: "tells the size 0 of an empty file, and goes on",
    async run(t) {
      const file = filled(t, "empty");
      const client = await enter(t);
      const size = await announced(t, client, file.name);
      if (size !== 0) t.fail("the size is 0", { expected: encodeSize(0), got: encodeSize(size) });
      client.send(ACKNOWLEDGEMENT);
      await client.taken();
      client.say(`${t.word()}.${t.words.service}`);
      await client.message();
    },
  }),
  defineCase({
    id: "FILE-0.exact-bytes-1MiB",
    side: "server",
    grade: "MUST",
    limitMs: 10_000,
    title: "sends a file of 1 MiB whole",
    async run(t) {
      await fetches(t, await enter(t), filled(t, "large"));
    },
  }),
  defineCase({
    id: "FILE-7.two-transfers",
    side: "server",
    grade: "MUST",
    title: "serves a second client while the first one is in the middle of a file",
    async run(t) {
      const file = await known(t);
      const first = await enter(t);
      await announced(t, first, file.name);
      await fetches(t, await enter(t), file);
      first.send(ACKNOWLEDGEMENT);
      await first.read(file.bytes.length);
    },
  }),
  defineCase({
    id: "FILE-7.slow-reader-harms-nobody",
    side: "server",
    grade: "SHOULD",
    title: "serves a second client while the first one has stopped reading a large file",
    async run(t) {
      const [large, file] = [filled(t, "sparse"), await known(t)];
      const slow = [await enter(t), await enter(t)];
      for (const one of slow) {
        await announced(t, one, large.name);
        one.pause();
        one.send(ACKNOWLEDGEMENT);
      }
      await fetches(t, await enter(t), file);
    },
  }),
  defineCase({
    id: "ROBUST.hangup-mid-transfer",
    side: "server",
    grade: "MUST",
    title: "survives a client that breaks off in the middle of a file",
    async run(t) {
      const [large, file] = [filled(t, "large"), await known(t)];
      const first = await enter(t);
      await announced(t, first, large.name);
      first.send(ACKNOWLEDGEMENT);
      await first.read(1_000);
      first.reset();
      await fetches(t, await enter(t), file);
    },
  }),
  defineCase({
    id: "FRAME-8.fin-gets-the-file",
    side: "server",
    grade: "SHOULD",
    title: "sends the file to a client that has said all, and sent its FIN",
    async run(t) {
      const file = await known(t);
      const client = await t.connect();
      client.send(`${tokenOf(t)}\n${file.name}\n`);
      client.fin();
      await client.ends({ withinMs: 4_000 });
      if (!client.unread.subarray(-file.bytes.length).equals(file.bytes))
        t.fail(`all of ${file.name} should come before the end`, { got: client.unread.subarray(0, 64) });
    },
  }),
];
