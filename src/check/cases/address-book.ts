/**
 * Cases of the address book, server's side [BOOK].
 *
 * Long, because a case stands whole in one place.
 */
import { writeFile } from "node:fs/promises";
import path from "node:path";
import {
  encodeAnswer,
  encodeQuery,
  headerForms,
  UNKNOWN_ADDRESS,
  UNKNOWN_PROTOCOL,
} from "../../wire/address-record.ts";
import { defineCase, defineChecks } from "../case.ts";
import type { ServerTester, TestConnection } from "../tester.ts";
import { addressBookClientCases } from "./_address-book-client.ts";

const LONGEST = 127;
/** Times of 64 bytes that no server has read when its answer is due. */
const MUCH = 5_000;
/** Longest header in use, and a NUL behind the text: what stands around a name is a case of its own. */
const AROUND_BYTES = 9;
const NO_BOOK =
  "which names are in its book is not known: write {book} in --run, where the file of its book belongs";

/** Entries of the book that a command with {book} is given, beside one that is drawn. */
const ACCENTS = { email: "zoe@example.org", name: "Zoë Müller-Lüdenscheidt" };
const LONG_NAME = { email: "long@example.org", name: "Wolfeschlegelsteinhausen ".repeat(6).trim() };
const LONG_ADDRESS = {
  email: `${"a".repeat(LONGEST - "@example.org".length)}@example.org`,
  name: "Ann Long",
};

const query = (email: string) => encodeQuery("8bit", email);

async function ask(t: ServerTester, bytes: Uint8Array): Promise<Buffer> {
  const book = await t.connect();
  book.send(bytes);
  return answerOf(t, book);
}

/** All that came, whether the server closes behind it or not: that is a case of its own. */
async function answerOf(t: ServerTester, book: TestConnection): Promise<Buffer> {
  await book.ends().catch(() => undefined);
  if (book.unread.length === 0) t.fail("no answer came");
  return book.unread;
}

/** The text at the end of an answer, by value. */
function expectText(t: ServerTester, answer: Buffer, due: string): void {
  const text = answer.toString("latin1").replace(/[\0\r\n]+$/, "");
  const isRight = text.endsWith(Buffer.from(due).toString("latin1"));
  if (!isRight || answer.length > Buffer.byteLength(due) + AROUND_BYTES)
    t.fail(`expected the text ${due}`, { expected: due, got: answer });
}

/** The answer to the byte. */
function expectAnswer(t: ServerTester, answer: Buffer, due: string): void {
  const expected = encodeAnswer("8bit", due);
  if (!answer.equals(expected)) t.fail(`expected R, the length, and ${due}`, { expected, got: answer });
}

function known({ words }: ServerTester): { email: string; name: string } {
  return { email: words.email ?? "", name: words.name ?? "" };
}

function needsBook(t: ServerTester): void {
  if (!t.names("book")) t.skip(NO_BOOK);
}

export default defineChecks({
  role: "address-book",
  words: {
    book: "file of the addresses, email,name a line",
    email: "address in the program's own book",
    name: "name that belongs to it",
  },
  prepare: async ({ chance, folder, names, given }) => {
    const [first, last] = [chance.word(), chance.word(8)];
    const drawn = { email: `${first}.${last}@example.org`, name: `${capital(first)} ${capital(last)}` };
    const book = path.join(folder, "book.csv");
    const entries = [drawn, ACCENTS, LONG_NAME, LONG_ADDRESS];
    await writeFile(book, entries.map(({ email, name }) => `${email},${name}\n`).join(""));
    if (names("book")) return { book, ...drawn };
    return { email: given("email") ?? "luke@gmail.com", name: given("name") ?? "Luke Skywalker" };
  },
  dialogue: () => ({
    lines: [
      { client: query("nobody@example.org").toString() },
      { server: encodeAnswer("8bit", UNKNOWN_ADDRESS).toString() },
    ],
    closes: true,
  }),
  script: (draws) => [`${draws.word()}@example.org`],
  // Behind its header.
  shown: (said) => said.slice(2) || undefined,
  // A record holds 127 bytes.
  families: { "ROBUST.c.long-reply": "none" },
  cases: [
    defineCase({
      id: "BOOK-0.tells-the-name",
      advice: "Look the address up, and send the name that belongs to it.",
      side: "server",
      grade: "MUST",
      title: "tells the name that belongs to an address",
      async run(t) {
        const { email, name } = known(t);
        expectText(t, await ask(t, query(email)), name);
      },
    }),
    defineCase({
      id: "BOOK-0.answer-then-close",
      advice: "Close the connection after the answer: shutdown() first, and read what is still there.",
      side: "server",
      grade: "MUST",
      title: "closes after its answer",
      async run(t) {
        const book = await t.connect();
        book.send(query(known(t).email));
        if ((await book.ends()) === "reset") t.fail("the connection should end in a FIN, and a reset came");
      },
    }),
    defineCase({
      id: "BOOK-0.one-answer",
      advice: "Answer one query a connection, then close it.",
      side: "server",
      grade: "SHOULD",
      title: "answers one query a connection, and no second one",
      async run(t) {
        const { email, name } = known(t);
        const answer = await ask(t, Buffer.concat([query(email), query(email)]));
        const count = answer.toString("latin1").split(Buffer.from(name).toString("latin1")).length - 1;
        if (count > 1) t.fail("a second query on one connection should not be answered", { got: answer });
      },
    }),
    defineCase({
      id: "BOOK-0.silent-first",
      advice: "Call recv() right after accept(): the client speaks first.",
      side: "server",
      grade: "MUST",
      title: "waits for the client's query",
      async run(t) {
        const book = await t.connect();
        await book.nothing();
      },
    }),
    defineCase({
      id: "BOOK-1.one-byte-length",
      advice:
        "Send the letter R, the length as one byte, and the text: struct.pack('cb', b'R', length), without NUL or newline.",
      side: "server",
      grade: "MUST",
      title: "answers with R, one byte of length, and the text, to the byte",
      async run(t) {
        const { email, name } = known(t);
        const answer = await ask(t, query(email));
        // Which name it is, is another case's affair.
        const length = answer[1] ?? 0;
        if (answer[0] !== "R".charCodeAt(0) || length !== answer.length - 2)
          t.fail("expected R, the length in one byte, and so many bytes of text", {
            expected: encodeAnswer("8bit", name),
            got: answer,
          });
      },
    }),
    defineCase({
      id: "BOOK-1.length-is-bytes",
      advice:
        "Tell the length of the encoded bytes: len(name.encode()), strlen(), not the number of characters.",
      side: "server",
      grade: "SHOULD",
      title: "tells the length of a name with accents in bytes, not in characters",
      async run(t) {
        needsBook(t);
        expectAnswer(t, await ask(t, query(ACCENTS.email)), ACCENTS.name);
      },
    }),
    defineCase({
      id: "BOOK-1.127",
      advice: "Cut the text to 127 bytes, at the end of a character, before you tell its length.",
      side: "server",
      grade: "SHOULD",
      title: "cuts a name over 127 bytes, for its length is one signed byte",
      async run(t) {
        needsBook(t);
        expectAnswer(t, await ask(t, query(LONG_NAME.email)), LONG_NAME.name);
      },
    }),
    defineCase({
      id: "BOOK-1.address-of-127",
      advice: "Make room for 127 bytes, and read until as many have come as the length says.",
      side: "server",
      grade: "SHOULD",
      title: "finds an address of 127 bytes",
      async run(t) {
        needsBook(t);
        expectText(t, await ask(t, query(LONG_ADDRESS.email)), LONG_ADDRESS.name);
      },
    }),
    defineCase({
      id: "BOOK-1.other-headers",
      advice:
        "Look at the bytes after Q: zeros there are of a longer length or of a struct; answer with the same header.",
      side: "server",
      grade: "INFO",
      limitMs: 20_000,
      title: "answers lengths of two and four bytes, and a C struct, in kind",
      async run(t) {
        const { email, name } = known(t);
        for (const form of headerForms) {
          const expected = encodeAnswer(form, name);
          const got = await ask(t, encodeQuery(form, email));
          if (!got.equals(expected))
            t.fail(`the answer should have the header of its query (${form})`, { expected, got });
        }
      },
    }),
    defineCase({
      id: "BOOK-1.empty-address",
      advice: "A length of 0 is a whole query: do not wait for more, and answer Error 404.",
      side: "server",
      grade: "SHOULD",
      title: "takes an empty query for an unknown address",
      async run(t) {
        expectText(t, await ask(t, query("")), UNKNOWN_ADDRESS);
      },
    }),
    defineCase({
      id: "BOOK-2.trickled-header",
      advice: "Go on with recv() until 2 bytes have come, and then as many as the length says.",
      side: "server",
      grade: "SHOULD",
      needs: ["start"],
      limitMs: 20_000,
      title: "waits for a header and an address that come byte by byte",
      async run(t) {
        const { email, name } = known(t);
        const book = await t.connect();
        const bytes = query(email);
        for (let at = 0; at < bytes.length; at += 1) {
          book.send(bytes.subarray(at, at + 1), { unfinished: at + 1 < bytes.length });
          if (!(await book.taken())) t.fail("the server does not read the rest of the query");
        }
        expectText(t, await answerOf(t, book), name);
      },
    }),
    defineCase({
      id: "BOOK-2.one-write",
      advice: "Put header and text into one buffer, and send it with one send().",
      side: "server",
      grade: "SHOULD",
      title: "sends header and text in one write",
      async run(t) {
        const book = await t.connect();
        book.send(query(known(t).email));
        await answerOf(t, book);
        if (book.reads.length > 1)
          t.fail("header and text should leave in one write", {
            got: `${book.reads.join(" bytes, ")} bytes`,
          });
      },
    }),
    defineCase({
      id: "BOOK-3.unknown-404",
      advice: "Answer Error 404, with its header, where the address is not in the book.",
      side: "server",
      grade: "MUST",
      title: "answers an unknown address with Error 404",
      async run(t) {
        expectText(t, await ask(t, query(`${t.word()}.${t.word()}@example.com`)), UNKNOWN_ADDRESS);
      },
    }),
    defineCase({
      id: "BOOK-3.case",
      advice: "Compare in small letters: lower(), strcasecmp().",
      side: "server",
      grade: "SHOULD",
      title: "finds an address in capitals",
      async run(t) {
        const { email, name } = known(t);
        expectText(t, await ask(t, query(email.toUpperCase())), name);
      },
    }),
    defineCase({
      id: "BOOK-3.white-space",
      advice: "Drop white space around the address before you look it up: strip().",
      side: "server",
      grade: "SHOULD",
      title: "finds an address with blanks around it",
      async run(t) {
        const { email, name } = known(t);
        expectText(t, await ask(t, query(` ${email} `)), name);
      },
    }),
    defineCase({
      id: "BOOK-4.bad-type",
      advice: "Compare the first byte with Q; answer any other one with Error: Unknown message protocol.",
      side: "server",
      grade: "MUST",
      title: "answers another type than Q with an error",
      async run(t) {
        const bytes = query(known(t).email);
        bytes[0] = "X".charCodeAt(0);
        expectText(t, await ask(t, bytes), UNKNOWN_PROTOCOL);
      },
    }),
    defineCase({
      id: "BOOK-4.negative-length",
      advice:
        "Read the length as a signed byte, and answer a negative one with Error: Unknown message protocol.",
      side: "server",
      grade: "SHOULD",
      title: "answers a negative length with an error",
      async run(t) {
        const bytes = query(known(t).email);
        bytes[1] = 256 - t.int(1, 100);
        expectText(t, await ask(t, bytes), UNKNOWN_PROTOCOL);
      },
    }),
    defineCase({
      id: "BOOK-4.length-lies",
      advice: "A recv() of 0 bytes ends the query: answer Error: Unknown message protocol, and close.",
      side: "server",
      grade: "SHOULD",
      title:
        "does not wait for ever for bytes that a length promised, and that the client's end shows to be none",
      async run(t) {
        const book = await t.connect();
        const bytes = query(known(t).email);
        bytes[1] = bytes.length + t.int(10, 40);
        book.send(bytes);
        book.fin();
        expectText(t, await answerOf(t, book), UNKNOWN_PROTOCOL);
      },
    }),
    defineCase({
      id: "BOOK-4.unread-is-drained",
      advice: "Call shutdown(SHUT_WR), and recv() until 0 bytes come, before you close.",
      side: "server",
      grade: "SHOULD",
      title: "reads what is still there before it closes, so that its error is not lost to a reset",
      async run(t) {
        const book = await t.connect();
        book.send(`X${t.word(64).repeat(MUCH)}`);
        await answerOf(t, book);
        // A reset for what was not read comes right behind the FIN.
        book.fin();
        await book.left();
        if (book.closing === "reset") t.fail("the connection should end in a FIN, and a reset came");
      },
    }),
    ...addressBookClientCases,
  ],
});

const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);
