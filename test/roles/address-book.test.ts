/** An address book over real sockets, with hand-ins of every header form, in both directions. */
import { describe, expect, it, onTestFinished } from "vitest";
import { schemaFile } from "../../src/config.ts";
import addressBook from "../../src/machines/address-book.ts";
import addressBookClient from "../../src/machines/address-book-client.ts";
import { type LabBook, openAddressBook } from "../../src/stores/address-book.ts";
import { LabDatabase } from "../../src/stores/database.ts";
import { encodeAnswer, encodeQuery, headerForms } from "../../src/wire/address-record.ts";
import { converse, eventually, openLab, type TestLab, temporaryFolder } from "../actors/harness.ts";
import { SimulatedClock } from "../actors/simulated-clock.ts";
import { answerOf } from "./answer-of.ts";
import { hasPython, pythonPeer, pythonServer } from "./python-peer.ts";

const LUKE = "luke@gmail.com";
const LONG = `${"l".repeat(190)}@gmail.com`;
const NAMES = { [LUKE]: "Luke Skywalker", [LONG]: "L".repeat(200), "zoe@x.org": "Zoë" };
const UNKNOWN = "Error 404";
const UNKNOWN_PROTOCOL = "R\x1fError: Unknown message protocol";

const fixedBook = { find: (email: string) => new Map(Object.entries(NAMES)).get(email.trim().toLowerCase()) };

async function serving(parts: Parameters<typeof openLab>[1] = {}, given: Record<string, unknown> = {}) {
  const lab = await openLab([addressBook], { addressBook: fixedBook, ...parts });
  return { lab, server: await lab.spawn("address-book", given) };
}

/** What was written to the peer, write by write. */
const writesTo = (lab: TestLab, peer: { readonly port: number }) =>
  lab.storyOf(peer).entries.flatMap((entry) => (entry.kind === "out" ? [entry.bytes] : []));

describe("a query", () => {
  it.each(headerForms)(
    "with a header of %s is answered in kind, in one write [BOOK-0, BOOK-1, BOOK-2]",
    async (form) => {
      const { lab, server } = await serving();
      const peer = await converse(server);
      peer.say(encodeQuery(form, LUKE));
      const answer = encodeAnswer(form, "Luke Skywalker");
      expect(await peer.hearsTheEnd()).toEqual(answer);
      expect(peer.reads).toHaveLength(1);
      expect(writesTo(lab, peer)).toEqual([answer]);
    },
  );

  it.each(headerForms)("with a header of %s is heard byte by byte [BOOK-2]", async (form) => {
    const { lab, server } = await serving({ clock: new SimulatedClock() });
    const peer = await converse(server);
    const email = form === "8bit" ? LUKE : LONG;
    const query = encodeQuery(form, email);
    // The next byte only when the last was read on its own; the rest of a long text in one.
    for (const [index, byte] of [...query.subarray(0, 24)].entries()) {
      peer.say(Buffer.from([byte]));
      if (index + 1 < query.length) await eventually(() => expect(lab.storyOf(peer).bytesIn).toBe(index + 1));
    }
    peer.say(query.subarray(24));
    expect(await peer.hearsTheEnd()).toEqual(encodeAnswer(form, NAMES[email] ?? ""));
  });

  it("without a text is one for an unknown address, answered when nothing has followed for a while [BOOK-1]", async () => {
    const { server } = await serving();
    const peer = await converse(server);
    const asked = performance.now();
    peer.say("Q\0");
    expect((await peer.hearsTheEnd()).toString()).toBe(`R\x09${UNKNOWN}`);
    expect((peer.reads[0]?.at ?? 0) - asked).toBeGreaterThan(150);
  });

  it("with its FIN behind it is answered all the same [FRAME-8]", async () => {
    const { server } = await serving();
    const peer = await converse(server);
    peer.end("Q\x0eluke@gmail.com");
    expect((await peer.hearsTheEnd()).toString()).toBe("R\x0eLuke Skywalker");
    await peer.over();
    expect(peer.error).toBeUndefined();
  });

  it("a second one on the same connection is not answered [BOOK-0]", async () => {
    const { server } = await serving();
    const peer = await converse(server);
    peer.say("Q\x0eluke@gmail.comQ\x09zoe@x.org");
    expect((await peer.hearsTheEnd()).toString()).toBe("R\x0eLuke Skywalker");
    peer.end();
    await peer.over();
    expect(peer.error).toBeUndefined();
  });
});

describe("what is no query", () => {
  it.each([
    ["a bad type", "X\x0eluke@gmail.com"],
    ["bare text", "luke@gmail.com\n"],
    ["a negative length", Buffer.from("51f26c756b65", "hex")],
  ])("%s is told, and what lies unread behind it makes no reset [BOOK-4]", async (_what, bytes) => {
    const { lab, server } = await serving();
    const peer = await converse(server, { isDeaf: true });
    peer.say(Buffer.concat([Buffer.from(bytes), Buffer.alloc(200_000, "unread ")]));
    await eventually(() => expect(lab.storyOf(peer).bytesIn).toBeGreaterThan(200_000));
    peer.listen();
    expect((await peer.hearsTheEnd()).toString("latin1")).toBe(UNKNOWN_PROTOCOL);
    peer.end();
    await peer.over();
    expect(peer.error).toBeUndefined();
    expect(lab.storyOf(peer)).toMatchObject({ fault: "refused", lastRule: "BOOK-4" });
  });

  it("a text that its FIN cuts short is told, too [BOOK-4]", async () => {
    const { server } = await serving();
    const peer = await converse(server);
    peer.end("Q\x0eluke");
    expect((await peer.hearsTheEnd()).toString("latin1")).toBe(UNKNOWN_PROTOCOL);
  });

  it("one client too many is told as a record", async () => {
    const { server } = await serving({}, { maxConnections: 1 });
    await converse(server);
    const peer = await converse(server);
    expect((await peer.hearsTheEnd()).toString()).toBe("R\x17Error: Too many clients");
  });
});

describe("while it is served", () => {
  async function openBook(): Promise<LabBook> {
    const database = LabDatabase.open(await temporaryFolder(), schemaFile);
    onTestFinished(() => database.close());
    return openAddressBook(database);
  }

  it("the book takes 10,000 addresses, and everybody is answered before, meanwhile and afterwards [BOOK-5]", async () => {
    const book = await openBook();
    const { server } = await serving({ addressBook: book });
    const lookUp = async (email: string) => {
      const peer = await converse(server);
      peer.say(encodeQuery("8bit", email));
      return (await peer.hearsTheEnd()).toString("utf8", 2);
    };
    expect(await lookUp("user9999@x.org")).toBe(UNKNOWN);
    await book.add(LUKE, "Luke");
    const rows = Array.from({ length: 10_000 }, (_, index) => ({
      email: `User${index}@x.org`,
      name: `N ${index}`,
    }));
    const meanwhile = Array.from({ length: 50 }, () => lookUp(LUKE));
    const imported = book.import(rows);
    meanwhile.push(...Array.from({ length: 50 }, () => lookUp(LUKE)));
    expect(new Set(await Promise.all(meanwhile))).toEqual(new Set(["Luke"]));
    await imported;
    const asked = [0, 4_711, 9_999];
    const answers = await Promise.all(asked.map((index) => lookUp(` user${index}@X.org`)));
    expect(answers).toEqual(asked.map((index) => `N ${index}`));
    await book.remove("user0@x.org");
    expect(await lookUp("User0@x.org")).toBe(UNKNOWN);
  });
});

describe("its client", () => {
  it("is told the name, in every header form [BOOK-1]", async () => {
    const { server } = await serving();
    for (const header of headerForms) {
      const { shown, result } = await answerOf(addressBookClient, { port: server.port, email: LUKE, header });
      expect(result).toEqual({ ok: true, email: LUKE, name: "Luke Skywalker" });
      expect(shown).toEqual(["Luke Skywalker"]);
    }
  });

  it("asks for several, each over a connection of its own, and ends with what is unknown [BOOK-0]", async () => {
    const { lab, server } = await serving();
    const email = [LUKE, "han@x.org", "zoe@x.org"];
    const { shown, result } = await answerOf(addressBookClient, { port: server.port, email });
    expect(result).toMatchObject({
      ok: false,
      code: "no-such-address",
      email: "han@x.org",
      results: [{ name: "Luke Skywalker" }, { ok: false }, { name: "Zoë" }],
    });
    expect(shown).toEqual(["Luke Skywalker", "Zoë"]);
    expect(lab.recorder.all()).toHaveLength(3);
  });

  it("as an instance of the daemon fails with the reason, for everybody to see", async () => {
    const lab = await openLab([addressBook, addressBookClient], { addressBook: fixedBook });
    const { port } = await lab.spawn("address-book");
    const client = await lab.spawn("address-book-client", { host: "127.0.0.1", port, email: "han@x.org" });
    await eventually(() => expect(client.result).toMatchObject({ ok: false, code: "no-such-address" }));
    expect(lab.recorder.all().find(({ subject }) => subject.instance === client.id)).toMatchObject({
      fault: "failed",
      lastRule: "BOOK-1",
    });
  });
});

describe.skipIf(!hasPython)("Python programs (skipped without python3)", () => {
  it.each([["!cb"], ["!ch"], ["<ch"], ["!ci"], ["<ci"], ["@ci"]])(
    "their client with a header of struct.pack('%s') is answered by us [BOOK-1]",
    async (format) => {
      const { server } = await serving();
      const { ended } = pythonPeer("address_book_client.py", [server.port, LUKE, format]);
      expect(await ended).toMatchObject({ stdout: "Luke Skywalker\n", stderr: "", exit: 0 });
    },
  );

  it("their client is told of an unknown address by us", async () => {
    const { server } = await serving();
    const { ended } = pythonPeer("address_book_client.py", [server.port, "han@x.org"]);
    expect(await ended).toMatchObject({ stdout: "Error 404\n", stderr: "", exit: 0 });
  });

  it("their client that sends a struct of C, header and text apart, is answered by us [BOOK-1]", async () => {
    const { server } = await serving();
    const { ended } = pythonPeer("address_book_struct_client.py", [server.port, LONG]);
    expect(await ended).toMatchObject({ stdout: `${"L".repeat(200)}\n`, stderr: "", exit: 0 });
  });

  it.each([
    ["!cb", "8bit"],
    ["!ch", "16be"],
    ["@ci", "struct"],
  ])("our client gets the names from their server of struct.pack('%s') [BOOK-1]", async (format, header) => {
    const { port } = await pythonServer("address_book_server.py", [format]);
    const ask = async (email: unknown) => (await answerOf(addressBookClient, { port, email, header })).result;
    expect(await ask([LUKE, "leia@gmail.com"])).toMatchObject({
      ok: true,
      results: [{ name: "Luke Skywalker" }, { name: "Leia Organa" }],
    });
    expect(await ask("han@x.org")).toMatchObject({ ok: false, code: "no-such-address" });
  });

  it("our client says what it gets from their server where the header is another", async () => {
    const { port } = await pythonServer("address_book_server.py", ["!cb"]);
    const { result } = await answerOf(addressBookClient, { port, email: LUKE, header: "16be" });
    expect(result).toMatchObject({ ok: false, code: "peer-error" });
  });
});
