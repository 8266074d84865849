import { describe, expect, it } from "vitest";
import { faultsOf } from "../../src/catalogue/role-folder.ts";
import { NetlabError } from "../../src/errors.ts";
import role from "../../src/machines/address-book-client.ts";
import { encodeAnswer } from "../../src/wire/address-record.ts";
import { PeerMessage } from "../../src/wire/message.ts";
import { FakePeer, fakeWorld, play, turn } from "../fakes.ts";

const LUKE_IN_BYTES = "bytes 51 0e 6c 75 6b 65 40 67 6d 61 69 6c 2e 63 6f 6d";

function lookup(given: Record<string, unknown> = { email: "luke@gmail.com" }) {
  const shown: string[] = [];
  const hints: string[] = [];
  const fake = fakeWorld(role, given);
  const options = { ...fake.options, host: "10.0.0.1", port: 8080 };
  const screen = { show: (text: string) => shown.push(text), hint: (text: string) => hints.push(text) };
  const world = { ...fake, options, screen };
  const run = play(role.machine, world);

  /** A connection is made. */
  async function connect(peer = new FakePeer("10.0.0.1", 8080)): Promise<FakePeer> {
    await world.network.connects.resolve(peer);
    return peer;
  }

  /** The server's bytes, and then its silence or its end. */
  async function hear(bytes: Buffer, ended = false): Promise<void> {
    const session = { context: run.actor.getSnapshot().context, peer: new FakePeer() };
    const decoded = role.phases.awaitingAnswer?.decode?.({ bytes, stillMs: 200, ended }, session);
    if (decoded && "take" in decoded) run.actor.send(new PeerMessage(bytes, decoded.value));
    await turn();
  }

  async function tell(type: "peer.ended" | "peer.closed" | "operator.stop"): Promise<void> {
    if (run.actor.getSnapshot().status === "active") run.actor.send({ type });
    await turn();
  }

  return { ...world, run, shown, hints, connect, hear, tell };
}

describe("an address book's client", () => {
  it("is a role that netlabd takes", () => {
    expect(faultsOf(role)).toEqual([]);
  });

  it("[BOOK-0] connects, speaks first, is told the name, shows it, and closes", async () => {
    const { run, network, connect, hear, shown } = lookup();
    expect(network.connects.inputs).toEqual([{ host: "10.0.0.1", port: 8080 }]);
    const peer = await connect();
    expect(peer.heard()).toEqual([LUKE_IN_BYTES]);
    await hear(encodeAnswer("8bit", "Luke Skywalker"));
    expect(peer.heard()).toEqual(["close"]);
    expect(run.path).toEqual(["connecting", "awaitingAnswer", "done"]);
    expect(run.output).toEqual({ ok: true, email: "luke@gmail.com", name: "Luke Skywalker" });
    expect(shown).toEqual(["Luke Skywalker"]);
  });

  it("[BOOK-1] asks and hears in the form that --header says", async () => {
    const { run, connect, hear } = lookup({ email: "a@b", header: "struct" });
    const peer = await connect();
    expect(peer.heard()).toEqual(["bytes 51 00 00 00 03 00 00 00 61 40 62"]);
    await hear(encodeAnswer("struct", "A"));
    expect(run.output).toMatchObject({ ok: true, name: "A" });
  });

  it("[BOOK-2] waits for an answer that trickles in", async () => {
    const { run, connect, hear } = lookup();
    await connect();
    const answer = encodeAnswer("8bit", "Luke");
    for (let length = 1; length < answer.length; length += 1) await hear(answer.subarray(0, length));
    expect(run.state).toBe("awaitingAnswer");
    await hear(answer);
    expect(run.output).toMatchObject({ ok: true, name: "Luke" });
  });

  it("says that nobody has an unknown address", async () => {
    const { run, connect, hear, shown } = lookup();
    await connect();
    await hear(encodeAnswer("8bit", "Error 404"));
    expect(run.output).toMatchObject({
      ok: false,
      email: "luke@gmail.com",
      code: "no-such-address",
      message: 'the book has no address "luke@gmail.com" (Error 404)',
    });
    expect(NetlabError.worded("no-such-address", "").exitCode).toBe(4);
    expect(shown).toEqual([]);
  });

  it.each([
    [
      "another error",
      encodeAnswer("8bit", "Error: Unknown message protocol"),
      /answers "Error: Unknown message/,
    ],
    ["no answer", Buffer.from("Hello"), /answers "Hello", which is not an answer/],
    ["an answer that is cut short", Buffer.from("R\x0eLuke"), /announces a length of 14 and sends 4/],
  ])("[BOOK-4] says that the server gives %s", async (_what, bytes, message) => {
    const { run, connect, hear } = lookup();
    await connect();
    await hear(bytes, true);
    expect(run.output).toMatchObject({
      ok: false,
      code: "peer-error",
      message: expect.stringMatching(message),
    });
  });

  it("takes a name that starts like an error for a name", async () => {
    const { run, connect, hear } = lookup();
    await connect();
    await hear(encodeAnswer("8bit", "Errorius Flynn"));
    expect(run.output).toMatchObject({ ok: true, name: "Errorius Flynn" });
  });

  it("[BOOK-1] calls a length wrong that counts characters where bytes count", async () => {
    const { run, connect, hear, shown } = lookup();
    await connect();
    await hear(Buffer.from("R\x04Zoës"));
    expect(run.output).toMatchObject({
      ok: false,
      code: "peer-error",
      message: "the server's length is short by 1: it must count bytes, not characters (Zoë…)",
    });
    expect(shown).toEqual([]);
  });

  it.each([
    ["16be", "00 0e"],
    ["16le", "0e 00"],
    ["32be", "00 00 00 0e"],
    ["32le", "0e 00 00 00"],
    ["struct", "00 00 00 0e 00 00 00"],
  ])("[BOOK-1] has no name from a header of %s, and says which it is", async (form, header) => {
    const { run, connect, hear, shown } = lookup();
    await connect();
    await hear(
      Buffer.from(`52${header.replaceAll(" ", "")}${Buffer.from("Luke Skywalker").toString("hex")}`, "hex"),
    );
    expect(run.output).toMatchObject({
      ok: false,
      code: "peer-error",
      message: expect.stringContaining(`read as ${form} it would be one (--header ${form})`),
    });
    expect(shown).toEqual([]);
  });

  it.each(["52 00", "52 00 00"])("[BOOK-1] has no name where there is none: %s", async (hex) => {
    const { run, connect, hear } = lookup();
    await connect();
    await hear(Buffer.from(hex.replaceAll(" ", ""), "hex"));
    expect(run.output).toMatchObject({ ok: false, code: "peer-error" });
  });

  it.each([
    [94, ["note: 94 bytes follow the name: send header and name alone, not the whole buffer [BOOK-1]"]],
    [1, ["note: 1 byte follows the name: send header and name alone, not the whole buffer [BOOK-1]"]],
    [0, []],
  ])("[BOOK-1] takes a buffer with %i bytes more, and says what that is worth", async (more, notes) => {
    const { run, connect, hear, hints } = lookup();
    await connect();
    await hear(Buffer.concat([encodeAnswer("8bit", "Luke"), Buffer.alloc(more)]));
    expect(run.output).toMatchObject({ ok: true, name: "Luke" });
    expect(hints).toEqual(notes);
  });

  it.each(["peer.ended", "peer.closed"] as const)(
    "says that the server left without an answer: %s",
    async (type) => {
      const { run, connect, tell } = lookup();
      await connect();
      await tell(type);
      expect(run.output).toMatchObject({
        code: "peer-error",
        message: "the server closed the connection before it answered",
      });
    },
  );

  it("waits for an answer as long as --timeout says", async () => {
    const { run, connect, clock } = lookup({ email: "a@b", timeout: "3s" });
    await connect();
    clock.increment(2_999);
    expect(run.state).toBe("awaitingAnswer");
    clock.increment(1);
    expect(run.output).toMatchObject({ code: "timed-out", message: "no whole answer within 3 s" });
  });

  it("says why it cannot connect", async () => {
    const { run, network } = lookup();
    await network.connects.reject(NetlabError.worded("unreachable", "no program listens there"));
    expect(run.output).toMatchObject({ code: "unreachable", message: "no program listens there" });
  });

  it("asks for no address that its length cannot tell", async () => {
    const email = `${"l".repeat(120)}@gmail.com`;
    const { run, network } = lookup({ email });
    await turn();
    expect(run.output).toMatchObject({
      code: "bad-option",
      message: expect.stringMatching(/use another --header/),
    });
    expect(network.connects.inputs).toEqual([]);
    expect(lookup({ email, header: "16be" }).run.state).toBe("connecting");
  });

  it("stops when its operator says so, and closes a connection that is made too late", async () => {
    const { run, tell, connect } = lookup();
    await tell("operator.stop");
    expect(run.output).toMatchObject({ ok: false, code: "interrupted" });
    expect((await connect()).heard()).toEqual(["close"]);
  });
});

describe("an address book's client with several addresses", () => {
  const email = ["luke@gmail.com", "leia@x.org", "han@x.org"];

  it("[BOOK-0] asks for each over a connection of its own, the next when the last is gone", async () => {
    const { run, network, connect, hear, tell, shown } = lookup({ email });
    for (const name of ["Luke", "Leia", "Han"]) {
      const peer = await connect();
      expect(peer.heard()).toHaveLength(1);
      await hear(encodeAnswer("8bit", name));
      expect(peer.heard()).toEqual(["close"]);
      if (name !== "Han") expect(run.state).toBe("parting");
      await tell("peer.closed");
    }
    expect(network.connects.inputs).toHaveLength(3);
    expect(shown).toEqual(["Luke", "Leia", "Han"]);
    expect(run.output).toEqual({
      ok: true,
      email: "han@x.org",
      name: "Han",
      results: [
        { ok: true, email: "luke@gmail.com", name: "Luke" },
        { ok: true, email: "leia@x.org", name: "Leia" },
        { ok: true, email: "han@x.org", name: "Han" },
      ],
    });
  });

  it("goes on after an unknown one, and ends with it", async () => {
    const { run, connect, hear, tell } = lookup({ email });
    for (const name of ["Luke", "Error 404", "Han"]) {
      await connect();
      await hear(encodeAnswer("8bit", name));
      await tell("peer.closed");
    }
    expect(run.output).toMatchObject({
      ok: false,
      email: "leia@x.org",
      code: "no-such-address",
      results: [{ name: "Luke" }, { ok: false }, { name: "Han" }],
    });
  });

  it("stops where the server is gone", async () => {
    const { run, network, connect, hear, tell } = lookup({ email });
    await connect();
    await hear(encodeAnswer("8bit", "Luke"));
    await tell("peer.closed");
    await network.connects.reject(NetlabError.worded("unreachable", "no program listens there"));
    expect(run.output).toMatchObject({
      ok: false,
      email: "leia@x.org",
      results: [{ ok: true }, { ok: false }],
    });
  });
});
