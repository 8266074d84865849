/** Messages between the daemon and a process of a role, however the pipe cuts them. */
import { describe, expect, it } from "vitest";
import { Rpc } from "../../src/apart/rpc.ts";

type Side = { add(a: number, b: bigint): string; fail(): void };

/** Both ends, with what each has written and the other has not yet got. */
function bothEnds() {
  const heard: Buffer[] = [];
  const toAnswerer: Buffer[] = [];
  const toAsker: Buffer[] = [];
  const answers = {
    add: (a: number, b: bigint) => `sum ${BigInt(a) + b} ü`,
    fail: () => {
      throw new Error("no sum");
    },
  };
  const asker = new Rpc<Side>({}, (bytes) => toAnswerer.push(Buffer.from(bytes)));
  const answerer = new Rpc<Record<string, never>>(
    answers as never,
    (bytes) => toAsker.push(Buffer.from(bytes)),
    (bytes) => heard.push(Buffer.from(bytes)),
  );
  return { asker, answerer, toAnswerer, toAsker, heard };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("a question to another process", () => {
  it.each([1, 2, 3, 7, 1_000])("is answered when it comes %i bytes at a time", async (size) => {
    const { asker, answerer, toAnswerer, toAsker, heard } = bothEnds();
    const sum = asker.ask("add", 1, 2n);
    asker.tellBytes(Buffer.from([0, 1, 255]));
    const failed = asker.ask("fail").catch((error: Error) => error.message);
    const all = Buffer.concat(toAnswerer);
    for (let at = 0; at < all.length; at += size) answerer.feed(all.subarray(at, at + size));
    await turn();
    const back = Buffer.concat(toAsker);
    for (let at = 0; at < back.length; at += size) asker.feed(back.subarray(at, at + size));
    expect(await sum).toBe("sum 3 ü");
    expect(await failed).toBe("no sum");
    expect(heard).toEqual([Buffer.from([0, 1, 255])]);
  });

  it.each([
    ["of words that a role wrote into the pipe by itself", Buffer.from("what a role wrote"), "no message"],
    ["of no kind", Buffer.from([1, 0, 0, 0, 9, 0x7b]), "no message"],
    ["of a size that nobody sends", Buffer.from([255, 255, 255, 255, 0]), "no message"],
    ["that is no JSON", Buffer.from([2, 0, 0, 0, 0, 0x7b, 0x7b]), SyntaxError],
  ])("throws at a message %s", (_, bytes, error) => {
    expect(() => bothEnds().asker.feed(bytes)).toThrow(error);
  });
});

describe("a message of a role that is longer than the daemon takes", () => {
  const most = 900;

  /** A role's end that sends so much at most, and the daemon's, that takes as much. */
  function bounded() {
    const toDaemon: Buffer[] = [];
    const toRole: Buffer[] = [];
    const side = { word: (size: number) => "x".repeat(size) };
    const role = new Rpc<Side>(side as never, (bytes) => toDaemon.push(Buffer.from(bytes)), undefined, {
      mostSent: most,
    });
    const daemon = new Rpc<typeof side>({}, (bytes) => toRole.push(Buffer.from(bytes)), undefined, {
      mostTaken: most,
    });
    return { role, daemon, toDaemon, toRole };
  }

  const headOf = (size: number) => {
    const head = Buffer.alloc(5);
    head.writeUInt32LE(size);
    return head;
  };

  it("is answered with an error in its place, where it is an answer", async () => {
    const { role, daemon, toDaemon, toRole } = bounded();
    const asked = [50, most].map((size) => daemon.ask("word", size).catch((error: Error) => error.message));
    for (const bytes of toRole) role.feed(bytes);
    await turn();
    for (const bytes of toDaemon) daemon.feed(bytes);
    expect(await asked[0]).toHaveLength(50);
    expect(await asked[1]).toContain("too much for one message");
  });

  it("is not sent, where it is a question or a word", async () => {
    const { role, toDaemon } = bounded();
    await expect(role.ask("add", 1, 10n ** 900n)).rejects.toThrow("too much for one message");
    expect(() => role.tell("add", 1, 10n ** 900n)).toThrow("too much for one message");
    expect(toDaemon).toEqual([]);
  });

  it("throws where it comes all the same, as soon as its size has come", () => {
    expect(() => bounded().daemon.feed(headOf(most + 1))).toThrow("no message");
    expect(() => bounded().daemon.feed(headOf(most))).not.toThrow();
  });
});
