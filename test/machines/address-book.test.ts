import { describe, expect, it } from "vitest";
import { faultsOf } from "../../src/catalogue/role-folder.ts";
import role from "../../src/machines/address-book.ts";
import { encodeQuery, headerForms } from "../../src/wire/address-record.ts";
import { PeerMessage } from "../../src/wire/message.ts";
import { fakePeerWorld, play } from "../fakes.ts";

const names: Readonly<Record<string, string>> = {
  "luke@gmail.com": "Luke Skywalker",
  "zoe@x.org": "Zoë",
  "long@x.org": "x".repeat(200),
  "": "nobody's",
};

/** One connection to a book of these names, that has sent these bytes and then fallen silent. */
function asked(bytes: Buffer, book = names) {
  const world = { ...fakePeerWorld(role), addressBook: { find: (email: string) => book[email] } };
  const run = play(role.machine, world);
  const session = { context: run.actor.getSnapshot().context, peer: world.peer };
  const decoded = role.phases.awaitingQuery?.decode?.({ bytes, stillMs: 200, ended: false }, session);
  if (decoded && "take" in decoded) run.actor.send(new PeerMessage(bytes, decoded.value));
  return { ...world, run };
}

describe("an address book", () => {
  it("is a role that netlabd takes", () => {
    expect(faultsOf(role)).toEqual([]);
  });

  it("[BOOK-0] says nothing before it is asked", () => {
    const { peer, run } = asked(Buffer.alloc(0));
    expect(peer.told).toEqual([]);
    expect(run.state).toBe("awaitingQuery");
  });

  it("[BOOK-0] answers one query, and closes", () => {
    const { peer, run } = asked(encodeQuery("8bit", "zoe@x.org"));
    expect(peer.told).toEqual(["bytes 52 04 5a 6f c3 ab"]);
    expect(run.path).toEqual(["awaitingQuery", "answered"]);
    expect(run.actor.getSnapshot().status).toBe("done");
  });

  it.each(headerForms)("[BOOK-1] [BOOK-2] answers a header of %s in kind, in one write", (form) => {
    const header = {
      "8bit": "0e",
      "16be": "00 0e",
      "16le": "0e 00",
      "32be": "00 00 00 0e",
      "32le": "0e 00 00 00",
      struct: "00 00 00 0e 00 00 00",
      struct16: "00 0e 00",
    };
    const { peer } = asked(encodeQuery(form, "luke@gmail.com"));
    expect(peer.told).toEqual([`bytes 52 ${header[form]} 4c 75 6b 65 20 53 6b 79 77 61 6c 6b 65 72`]);
    expect(peer.remarks).toEqual([]);
  });

  it("[BOOK-1] cuts a name that one byte of length cannot tell, and says so in the story", () => {
    const { peer } = asked(encodeQuery("8bit", "long@x.org"));
    expect(peer.told).toEqual([`bytes 52 7f${" 78".repeat(127)}`]);
    expect(peer.remarks).toEqual(["the name is too long for a length of 8bit, so it was cut"]);
    expect(asked(encodeQuery("16be", "long@x.org")).peer.told).toEqual([
      `bytes 52 00 c8${" 78".repeat(200)}`,
    ]);
  });

  it("answers an unknown address with Error 404, and says in the story whom nobody knows", () => {
    const { peer, run } = asked(encodeQuery("16le", "leia@x.org"));
    expect(peer.told).toEqual(["bytes 52 09 00 45 72 72 6f 72 20 34 30 34"]);
    expect(peer.remarks).toEqual(['the address book has no name for "leia@x.org"']);
    expect(run.state).toBe("answered");
  });

  it("[BOOK-1] answers an empty query as one for an unknown address", () => {
    const { peer } = asked(Buffer.from("Q\0"), {});
    expect(peer.told).toEqual(["bytes 52 09 45 72 72 6f 72 20 34 30 34"]);
  });

  it.each([
    ["a bad type", Buffer.from("X\x0eluke@gmail.com"), "\x1f", "the type is X, not Q"],
    ["a negative length", Buffer.from([0x51, 0xf2, 0x6c]), "\x1f", "the length is negative: -14"],
    ["an impossible length", Buffer.from([0x51, 0, 0, 1, 0x2c]), "\0\0\0\x1f", "the length is impossible"],
  ])("[BOOK-4] refuses %s, and closes", (_what, bytes, length, why) => {
    const { peer, run } = asked(bytes);
    expect(peer.told).toEqual([`refuse bytes R${length}Error: Unknown message protocol [BOOK-4]`]);
    expect(peer.remarks).toEqual([why]);
    expect(run.path).toEqual(["awaitingQuery", "closed"]);
  });

  it.each(["peer.ended", "peer.closed"])("ends with %s where nothing was asked", (type) => {
    const { peer, run } = asked(Buffer.alloc(0));
    run.actor.send({ type });
    expect(run.state).toBe("closed");
    expect(peer.told).toEqual([]);
  });

  it("[BOOK-4] refuses one client too many as a record, so that it is read as an error", () => {
    expect(role.refusal?.({})).toEqual(Buffer.from("R\x17Error: Too many clients"));
  });
});
