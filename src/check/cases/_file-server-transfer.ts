/**
 * Cases of the file server's transfer: from the token to the last byte [FILE-0, FILE-7].
 *
 * Long, because a case stands whole in one place.
 */
import { ACKNOWLEDGEMENT, encodeSize, FOUND, VALID } from "../../wire/file-transfer.ts";
import { type Case, defineCase } from "../case.ts";
import {
  announced,
  comes,
  enter,
  fetches,
  filled,
  known,
  SIZE_UNKNOWN,
  tokenOf,
} from "./_file-server-stage.ts";

/** Of the 2 s after which a server starts without an acknowledgement. */
const BUSY_MS = 1_200;
const SIZE_BYTES = 4;

/** A beginning of a file that is nothing else. */
const FIRST_BYTES = 16;
const SHOWN_BYTES = 12;

/** The word, in whatever letters and with whatever end. */
function withoutFound(bytes: Buffer): Buffer {
  const word = /^found[\r\n\0]*/i.exec(bytes.toString("latin1"))?.[0] ?? "";
  // A zero may be the end of a word, or the first byte of a size.
  return bytes.subarray(Math.min(word.length, Math.max(FOUND.length, bytes.length - SIZE_BYTES)));
}

export const transferCases: readonly Case[] = [
  defineCase({
    id: "FILE-0.silent-first",
    advice: "Call recv() right after accept(): the client speaks first.",
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
    advice: "Answer the right token with valid, and nothing else.",
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
    advice: "Answer the name of a file that is there with found, and nothing else.",
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
    advice:
      "Send the size as 4 bytes, the low byte first: struct.pack('<i', size), or the int as it is on a PC.",
    side: "server",
    grade: "MUST",
    title: "tells the size in 4 bytes, the low byte first",
    async run(t) {
      const file = await known(t);
      const client = await enter(t);
      const from = client.came.length;
      const size = await announced(client, file);
      const [expected, rest] = [encodeSize(file.size), client.unread];
      // A server that waits for nothing sends the file at once: that is the case of the acknowledgement.
      const isAlone = file.bytes.subarray(0, rest.length).equals(rest.subarray(0, file.bytes.length));
      if (size?.form === "right" && isAlone) return;
      const how =
        size === undefined
          ? ""
          : size.form === "right"
            ? ", and other bytes follow"
            : `, and came ${size.form}`;
      const got = withoutFound(client.came.subarray(from)).subarray(0, SHOWN_BYTES);
      t.fail(
        `after found, the size of ${file.name} should come: ${file.size}, in 4 bytes, the low byte first${how}`,
        { expected, got },
      );
    },
  }),
  defineCase({
    id: "FILE-0.size-apart",
    advice: "Wait 50 ms between found and the size, so that the client reads them one after the other.",
    side: "server",
    grade: "SHOULD",
    title: "sends found and the size as two reads",
    async run(t) {
      const client = await enter(t);
      const before = client.reads.length;
      const size = await announced(client, await known(t));
      if (!size) return t.skip(SIZE_UNKNOWN);
      const [first = 0] = client.reads.slice(before);
      if (first > size.word.length)
        t.fail("the size came in one read with the word before it: a client's recv() gets both", {
          got: `${first} bytes`,
        });
    },
  }),
  defineCase({
    id: "FILE-0.exact-bytes",
    advice: "Open the file in binary mode, and send each byte of it once: sendall(), or send() in a loop.",
    side: "server",
    grade: "MUST",
    title: "sends the bytes of a file, and not one more",
    async run(t) {
      const client = await enter(t);
      await fetches(client, await known(t));
      await client.nothing();
    },
  }),
  defineCase({
    id: "FILE-0.waits-for-ack",
    advice: "Call recv() after the size, and send the file when it has returned.",
    side: "server",
    grade: "SHOULD",
    title: "waits with the file for the acknowledgement",
    async run(t) {
      const file = await known(t);
      const client = await enter(t);
      const from = performance.now();
      if (!(await announced(client, file))) t.skip(SIZE_UNKNOWN);
      // After 2 s the server may start, and a busy machine can need as long for our own steps.
      if (performance.now() - from > BUSY_MS) t.skip("this machine is too busy to tell");
      if (await client.hearsOne([file.bytes.subarray(0, FIRST_BYTES)], { withinMs: 400 }))
        t.fail("nothing was acknowledged yet, and the file came");
    },
  }),
  defineCase({
    id: "FILE-0.any-ack",
    advice: "Take any bytes for the acknowledgement; do not compare them.",
    side: "server",
    grade: "SHOULD",
    title: "takes any one byte for an acknowledgement",
    async run(t) {
      const file = await known(t);
      const client = await enter(t);
      await announced(client, file);
      client.send(Buffer.from([t.int(1, 9)]));
      await comes(client, file);
    },
  }),
  defineCase({
    id: "FILE-0.no-ack",
    advice:
      "Wait for the acknowledgement for two seconds at most (settimeout(), SO_RCVTIMEO), then send the file.",
    side: "server",
    grade: "INFO",
    title: "starts after 2 s without an acknowledgement",
    async run(t) {
      const file = await known(t);
      const client = await enter(t);
      await announced(client, file);
      await t.pause(2_000);
      await comes(client, file);
    },
  }),
  defineCase({
    id: "FILE-0.second-file-same-connection",
    advice: "After a file go back to recv() for the next filename.",
    side: "server",
    grade: "MUST",
    title: "serves a second file on the same connection",
    async run(t) {
      const file = await known(t);
      const client = await enter(t);
      await fetches(client, file);
      await fetches(client, t.names("root") ? filled(t, "two") : file);
    },
  }),
  defineCase({
    id: "FILE-0.empty-file",
    advice: "Send 0 as the size of an empty file, and go on.",
    side: "server",
    grade: "SHOULD",
    title: "tells the size 0 of an empty file, and goes on",
    async run(t) {
      const file = filled(t, "empty");
      const client = await enter(t);
      const size = await announced(client, file);
      if (!size) t.fail("the size is 0", { expected: encodeSize(0), got: withoutFound(client.unread) });
      client.send(ACKNOWLEDGEMENT);
      await client.taken();
      client.say(`${t.word()}.${t.words.service}`);
      await client.message();
    },
  }),
  defineCase({
    id: "FILE-0.exact-bytes-1MiB",
    advice: "A send() may take a part only: use sendall(), or go on with the rest.",
    side: "server",
    grade: "MUST",
    limitMs: 10_000,
    title: "sends a file of 1 MiB whole",
    async run(t) {
      await fetches(await enter(t), filled(t, "large"));
    },
  }),
  defineCase({
    id: "FILE-7.two-transfers",
    advice: "Serve each client in a thread or process of its own.",
    side: "server",
    grade: "MUST",
    title: "serves a second client while the first one is in the middle of a file",
    async run(t) {
      const file = await known(t);
      const first = await enter(t);
      await announced(first, file);
      await fetches(await enter(t), file);
      first.send(ACKNOWLEDGEMENT);
      await comes(first, file);
    },
  }),
  defineCase({
    id: "FILE-7.slow-reader-harms-nobody",
    advice: "Serve each client in a thread or process of its own: send() waits for one that does not read.",
    side: "server",
    grade: "SHOULD",
    title: "serves a second client while the first one has stopped reading a large file",
    async run(t) {
      const [large, file] = [filled(t, "sparse"), await known(t)];
      const slow = [await enter(t), await enter(t)];
      for (const one of slow) {
        await announced(one, large);
        one.pause();
        one.send(ACKNOWLEDGEMENT);
      }
      await fetches(await enter(t), file);
    },
  }),
  defineCase({
    id: "ROBUST.hangup-mid-transfer",
    advice: "Catch the error of send() (ignore SIGPIPE in C), close this connection, and serve the others.",
    side: "server",
    grade: "MUST",
    title: "survives a client that breaks off in the middle of a file",
    async run(t) {
      // Larger than what the kernel keeps for a client: of a smaller one a server may have sent the end.
      const [large, file] = [filled(t, "sparse"), await known(t)];
      const first = await enter(t);
      await announced(first, large);
      first.send(ACKNOWLEDGEMENT);
      await first.read(1_000);
      first.pause();
      first.reset();
      await fetches(await enter(t), file);
    },
  }),
  defineCase({
    id: "FRAME-8.fin-gets-the-file",
    advice: "A recv() of 0 bytes says that the client sends no more; it still reads: send the file first.",
    side: "server",
    grade: "SHOULD",
    title: "sends the file to a client that has said all, and sent its FIN",
    async run(t) {
      const file = await known(t);
      // Each in a read of its own: a server that knows no lines fails the cases of those.
      const client = await enter(t);
      client.say(file.name);
      client.fin();
      await client.ends({ withinMs: 4_000 });
      if (!client.unread.subarray(-file.bytes.length).equals(file.bytes))
        t.fail(`all of ${file.name} should come before the end`, { got: client.unread.subarray(0, 64) });
    },
  }),
];
