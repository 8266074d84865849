/** Cases of the address book's client [BOOK]. */
import { encodeAnswer, UNKNOWN_ADDRESS } from "../../wire/address-record.ts";
import { type ClientCase, defineCase } from "../case.ts";
import type { ClientTester, ServeOptions, TestServer } from "../tester.ts";

/** The address that the client asks for: as its command is given it, or as it is typed. */
const askedFor = (t: ClientTester) =>
  (t.names("email") ? t.words.email : t.script.find((line) => line.includes("@")))?.trim() ?? "";

async function asked(t: ClientTester, name: string, options: ServeOptions = {}): Promise<TestServer> {
  const server = await t.serve({ book: { [askedFor(t)]: name }, ...options });
  await t.start();
  await t.until("the client should send a query", () => server.said.length > 0, { withinMs: 6_000 });
  return server;
}

export const addressBookClientCases: readonly ClientCase[] = [
  defineCase({
    id: "BOOK-0.c.shows-the-name",
    advice: "Print the bytes after the two of the header, as many as the length says.",
    side: "client",
    grade: "MUST",
    title: "shows the name that it was told",
    async run(t) {
      const name = `${t.word()} ${t.word()}`;
      const server = await asked(t, name);
      if (!server.said.join().includes(name))
        t.skip("it asks for another address than the first one of its SCRIPT");
      await t.prints(name);
    },
  }),
  defineCase({
    id: "BOOK-1.c.header-bytes",
    advice:
      "Send the letter Q, the length as one byte, and then the address: no int, no text of digits, no newline.",
    side: "client",
    grade: "MUST",
    title: "asks with Q, one byte of length, and the address",
    async run(t) {
      const name = t.word();
      const server = await asked(t, name);
      // Our server answers with the header of the query: so its form is told.
      const [answer = ""] = server.said;
      const isShort = [name, UNKNOWN_ADDRESS].some(
        (text) => answer === encodeAnswer("8bit", text).toString(),
      );
      if (!isShort) t.fail("the query should be Q, one byte of length, and the address");
    },
  }),
  defineCase({
    id: "BOOK-2.c.reply-in-pieces",
    advice: "Go on with recv() until the two bytes of the header and the length that they tell have come.",
    side: "client",
    grade: "SHOULD",
    title: "waits for the rest of an answer that comes in pieces",
    async run(t) {
      const name = `${t.word()} ${t.word()}`;
      const cut = (bytes: Buffer) =>
        [bytes.subarray(0, 1), "taken", bytes.subarray(1, 5), "taken", bytes.subarray(5)] as const;
      const server = await asked(t, name, { deviation: { write: cut } });
      if (!server.said.join().includes(name))
        t.skip("it asks for another address than the first one of its SCRIPT");
      await t.prints(name);
    },
  }),
  defineCase({
    id: "BOOK-3.c.404-shown",
    advice: "Print the text of the answer, also where it is an error.",
    side: "client",
    grade: "SHOULD",
    title: "tells its user that the address is unknown",
    async run(t) {
      await asked(t, "", { book: {} });
      await t.until("an unknown address should be told to the user", () =>
        /404|unknown|not found|no such|error/i.test(t.program?.output ?? ""),
      );
    },
  }),
];
