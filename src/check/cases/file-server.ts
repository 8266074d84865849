/** Cases of the file server, server's side [FILE]. */
import { createHash } from "node:crypto";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseBootstrapRequest } from "../../wire/bootstrap.ts";
import { ACKNOWLEDGEMENT, encodeSize, FOUND, INVALID, NOT_FOUND, VALID } from "../../wire/file-transfer.ts";
import { defineCase, defineChecks } from "../case.ts";
import type { ServerTester, TestConnection } from "../tester.ts";

const SIZE_BYTES = 4;
const MIB = 1_048_576;
const OUTSIDE = "outside";
const NO_FILE =
  "which files it has is not known: name {root} in its command, or one of them with --set file=PATH";
const NO_ROOT = "its command does not name {root}: which files it has is not known";

interface Known {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Bytes that are no text, the same for the same token and name. */
const contentOf = (token: string, name: string, outputLength: number) =>
  createHash("shake256", { outputLength }).update(`${token}/${name}`).digest();

const SIZES = { one: 5_000, two: 70, empty: 0, large: MIB } as const;

/** A file that a command with {root} is given. */
function filled(t: ServerTester, which: keyof typeof SIZES): Known {
  if (!t.names("root")) t.skip(NO_ROOT);
  const { token = "", service = "" } = t.words;
  const name = `${which}.${service}`;
  return { name, bytes: contentOf(token, name, SIZES[which]) };
}

/** A file that it has, one of ours or one of its own. */
async function known(t: ServerTester): Promise<Known> {
  const { file } = t.words;
  if (t.names("root")) return filled(t, "one");
  if (file === undefined) t.skip(NO_FILE);
  return { name: path.basename(file), bytes: await readFile(file) };
}

const tokenOf = ({ words }: ServerTester) => words.token ?? "";

/** Behind the token, whatever the server says to it: the words are cases of their own. */
async function enter(t: ServerTester): Promise<TestConnection> {
  const client = await t.connect();
  client.say(tokenOf(t));
  await client.message();
  return client;
}

/** The size that is told behind `found`, glued to it or not, however the server ends its words. */
async function announced(t: ServerTester, client: TestConnection, name: string): Promise<number> {
  client.say(name);
  await client.hears(FOUND);
  await t.until("a size of 4 bytes should come behind found", () => client.unread.length >= SIZE_BYTES);
  await t.pause(20);
  // A zero may be the end of a word, or the first byte of a size.
  const extra = client.unread.length - SIZE_BYTES;
  const endings = /^[\r\n\0]*/.exec(client.unread.toString("latin1"))?.[0].length ?? 0;
  await client.read(Math.min(endings, Math.max(0, extra)));
  return (await client.read(SIZE_BYTES)).readInt32LE();
}

/** The whole way of one file, by its bytes. A size in another byte order is another case's affair. */
async function fetches(t: ServerTester, client: TestConnection, { name, bytes }: Known): Promise<void> {
  await announced(t, client, name);
  client.send(ACKNOWLEDGEMENT);
  const got = await client.read(bytes.length, { withinMs: 5_000 });
  if (got.equals(bytes)) return;
  const at = got.findIndex((byte, index) => byte !== bytes[index]);
  t.fail(`byte ${at} of ${name} and what follows should be otherwise`, {
    expected: bytes.subarray(at, at + 32),
    got: got.subarray(at, at + 32),
  });
}

async function refuses(t: ServerTester, name: string): Promise<void> {
  const client = await enter(t);
  client.say(name);
  await client.like(NOT_FOUND);
}

export default defineChecks({
  role: "file-server",
  words: {
    service: "kind of file that it serves: the extension",
    token: "word that a client must say first",
    root: "folder that it serves from",
    bootstrap: "registry to register at, host:port",
    file: "one of its files, where its command does not name {root}",
  },
  prepare: async ({ chance, folder, names, given, registry }) => {
    const token = names("token") ? chance.word(8) : (given("token") ?? "server1");
    const service = names("service") ? chance.pick(["pdf", "txt", "png"]) : (given("service") ?? "pdf");
    const file = given("file");
    const root = path.join(folder, "files");
    await fill(root, { token, service });
    const bootstrap = names("bootstrap") ? { bootstrap: await registry() } : {};
    return { token, service, root, ...bootstrap, ...(file === undefined ? {} : { file }) };
  },
  dialogue: (chance, words) => ({
    lines: [
      { client: words.token ?? "" },
      { server: VALID },
      { client: `${chance.word()}.${words.service}` },
      { server: NOT_FOUND },
      { client: `${chance.word(7)}.${words.service}` },
      { server: NOT_FOUND },
    ],
  }),
  cases: [
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
        await t.until("a size of 4 bytes should come behind found", () => client.unread.length >= SIZE_BYTES);
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
        await announced(t, client, name);
        await client.nothing(400);
      },
    }),
    defineCase({
      id: "FILE-0.any-ack",
      side: "server",
      grade: "SHOULD",
      title: "takes one byte, whichever, for an acknowledgement",
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
        await client.asks(`${t.word()}.${t.words.service}`, NOT_FOUND);
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
      id: "FILE-1.wrong-token",
      side: "server",
      grade: "MUST",
      title: "answers a wrong token with Invalid and closes",
      async run(t) {
        const client = await t.connect();
        client.say(t.word(9));
        await client.expect(INVALID);
        await client.ends();
      },
    }),
    defineCase({
      id: "FILE-1.longer-token",
      side: "server",
      grade: "MUST",
      title: "takes neither a beginning of its token nor a longer one",
      async run(t) {
        const token = tokenOf(t);
        for (const wrong of [token.slice(0, -1), `${token}${t.word(4)}`, token.toUpperCase()]) {
          if (wrong === token) continue;
          const client = await t.connect();
          client.say(wrong);
          await client.like(INVALID);
        }
      },
    }),
    defineCase({
      id: "FILE-2.glued-token",
      side: "server",
      grade: "SHOULD",
      title: "takes a token and a filename that arrive in one read",
      async run(t) {
        const client = await t.connect();
        client.send(`${tokenOf(t)}${t.word()}.${t.words.service}`);
        await client.like([VALID, NOT_FOUND]);
      },
    }),
    defineCase({
      id: "FILE-3.not-found",
      side: "server",
      grade: "MUST",
      title: "answers a name that it has no file of with not found",
      async run(t) {
        const client = await enter(t);
        client.say(`${t.word()}.${t.words.service}`);
        await client.expect(NOT_FOUND);
      },
    }),
    defineCase({
      id: "FILE-3.not-found-goes-on",
      side: "server",
      grade: "MUST",
      title: "serves a file on the same connection after one that it does not have",
      async run(t) {
        const file = await known(t);
        const client = await enter(t);
        client.say(`${t.word()}.${t.words.service}`);
        await client.message();
        await fetches(t, client, file);
      },
    }),
    defineCase({
      id: "FILE-3.dotdot",
      side: "server",
      grade: "MUST",
      title: "hands out nothing from above its folder",
      run: (t) => refuses(t, `../${OUTSIDE}.${t.words.service}`),
    }),
    defineCase({
      id: "FILE-3.absolute",
      side: "server",
      grade: "MUST",
      title: "hands out nothing by an absolute path",
      run: (t) => refuses(t, path.join(path.dirname(t.words.root ?? ""), `${OUTSIDE}.${t.words.service}`)),
    }),
    defineCase({
      id: "FILE-3.link",
      side: "server",
      grade: "SHOULD",
      title: "hands out nothing by a link that leads out of its folder",
      async run(t) {
        if (!t.names("root")) t.skip(NO_ROOT);
        await refuses(t, `link.${t.words.service}`);
      },
    }),
    defineCase({
      id: "FILE-3.other-extension",
      side: "server",
      grade: "SHOULD",
      title: "hands out nothing of another kind than its service",
      async run(t) {
        if (!t.names("root")) t.skip(NO_ROOT);
        await refuses(t, "notes.other");
      },
    }),
    defineCase({
      id: "FILE-3.folder",
      side: "server",
      grade: "SHOULD",
      title: "says not found to the name of a folder",
      async run(t) {
        if (!t.names("root")) t.skip(NO_ROOT);
        await refuses(t, `folder.${t.words.service}`);
      },
    }),
    defineCase({
      id: "FILE-5.registers-at-start",
      side: "server",
      grade: "MUST",
      needs: ["start"],
      title: "registers its port, service and token when it starts",
      async run(t) {
        if (t.registered === undefined) t.skip("its command does not name {bootstrap}");
        await t.until("a datagram REGISTRN should come", () => (t.registered?.length ?? 0) > 0);
        const [datagram = ""] = t.registered ?? [];
        const parsed = parseBootstrapRequest(datagram);
        const expected = `REGISTRN,${t.host},${t.port},${t.words.service},${tokenOf(t)}`;
        const isRight =
          parsed.ok &&
          parsed.value.type === "register" &&
          parsed.value.entry.port === t.port &&
          parsed.value.entry.service === t.words.service &&
          parsed.value.entry.token === tokenOf(t);
        if (!isRight) t.fail("the registration should tell where it is", { expected, got: datagram });
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
        const [large, file] = [filled(t, "large"), await known(t)];
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
        await client.hears(VALID);
        await client.hears(FOUND);
        await client.ends({ withinMs: 4_000 });
        if (!client.unread.subarray(-file.bytes.length).equals(file.bytes))
          t.fail(`all of ${file.name} should come before the end`, { got: client.unread.subarray(0, 64) });
      },
    }),
  ],
});

/** Files of each size, and such as are not to be had [FILE-3]. */
async function fill(root: string, { token, service }: { token: string; service: string }): Promise<void> {
  await mkdir(path.join(root, `folder.${service}`), { recursive: true });
  for (const [which, size] of Object.entries(SIZES)) {
    const name = `${which}.${service}`;
    await writeFile(path.join(root, name), contentOf(token, name, size));
  }
  const outside = path.join(path.dirname(root), `${OUTSIDE}.${service}`);
  await writeFile(outside, token);
  await writeFile(path.join(root, "notes.other"), token);
  await symlink(outside, path.join(root, `link.${service}`));
}
