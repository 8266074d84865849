import { describe, expect, it } from "vitest";
import { faultsOf } from "../../src/catalogue/role-folder.ts";
import { NetlabError } from "../../src/errors.ts";
import role from "../../src/machines/echo-client.ts";
import { PeerMessage } from "../../src/wire/message.ts";
import { FakePart, turn } from "../fakes.ts";
import { talkPlay } from "./talk-play.ts";

it("is a role that netlabd takes", () => expect(faultsOf(role)).toEqual([]));

/** A session that has been greeted. */
async function greeted(given: Record<string, unknown> = {}) {
  const session = talkPlay(role, given);
  await session.connect();
  await session.hear("Enter your command please");
  session.shown.length = 0;
  const { run, files, clock, peer } = session;
  return {
    ...session,
    /** More of a file, as it is read. */
    async receive(bytes: string | Buffer): Promise<void> {
      run.actor.send(new PeerMessage(Buffer.from(bytes)));
      await turn();
    },
    /** Nothing comes for so long; answers what the server hears next. */
    async still(ms: number): Promise<string[]> {
      clock.increment(ms);
      await turn();
      return peer.heard();
    },
    /** The disk has room for it. */
    async makePart(): Promise<FakePart> {
      const part = new FakePart(`/tmp/${files.creates.last?.path}`);
      await files.creates.resolve(part);
      return part;
    },
  };
}

describe("an echo server's client", () => {
  it("[ECHO-0] waits for the greeting before it says anything", async () => {
    const { connect, hear, type, shown, run } = talkPlay(role);
    await type("hello");
    expect(await connect()).toEqual([]);
    expect(run.state).toBe("awaitingGreeting");
    expect(await hear("Enter your command please")).toEqual(["send hello"]);
    await hear("hello");
    expect(shown).toEqual(["Enter your command please", "hello"]);
  });

  it("[ECHO-0] says the next message when the reply to the last one has come, however late", async () => {
    const { type, hear, still } = await greeted();
    expect(await type("run sleep 3")).toEqual(["send run sleep 3"]);
    expect(await type("hello")).toEqual([]);
    expect(await still(9_999)).toEqual([]);
    expect(await hear("")).toEqual(["send hello"]);
  });

  it("[ECHO-0] takes its own line for the reply to it, whatever blanks are behind either, and no other", async () => {
    const { type, hear, hints } = await greeted();
    await type("hello ");
    await hear("hello");
    await type("hello");
    await hear("hello  ");
    await type(" hello");
    expect(hints).toEqual([]);
    await hear("hello");
    expect(hints).toEqual(['the server answers "hello" to " hello"; the right answer is " hello"']);
  });

  it("[ECHO-0] hints that a reply does not come, goes on, and ends with that", async () => {
    const { type, tell, still, endInput, hints, run } = await greeted({ timeout: "3s" });
    await type("run true");
    await type("hello");
    expect(await still(3_000)).toEqual(["send hello"]);
    expect(hints).toEqual(["no reply within 3 s"]);
    await endInput();
    expect(await still(3_000)).toEqual(["send close"]);
    await tell("peer.ended");
    expect(run.output).toMatchObject({
      ok: false,
      code: "timed-out",
      message: "not every message had a reply",
    });
  });

  it("[ECHO-0] says close at the end of input, and is done when the server closes", async () => {
    const { endInput, hear, tell, shown, run } = await greeted();
    expect(await endInput()).toEqual(["send close"]);
    await hear("Closing...");
    await tell("peer.ended");
    expect(shown).toEqual(["Closing..."]);
    expect(run.output).toEqual({ ok: true });
  });

  it("[ECHO-0] says close once where its user has said it", async () => {
    const { type, hear, endInput, tell, run } = await greeted();
    expect(await type("close")).toEqual(["send close"]);
    expect(await endInput()).toEqual([]);
    expect(await hear("Closing...")).toEqual([]);
    await tell("peer.ended");
    expect(run.output).toEqual({ ok: true });
  });
});

describe("a download", () => {
  it("[ECHO-3] is saved byte for byte as client_<name>, once the server is quiet", async () => {
    const { type, receive, still, files, makePart, shown, hints, run } = await greeted();
    expect(await type("download read me.txt")).toEqual(["send download read me.txt"]);
    await receive("one\n");
    await still(199);
    await receive(Buffer.from([0, 0xff, 0x0a]));
    await still(199);
    expect([run.state, files.creates.inputs]).toEqual(["receiving", []]);
    await still(1);
    expect(files.creates.inputs).toEqual([{ path: "client_read me.txt", overwrite: false }]);
    const part = await makePart();
    expect([part.written, part.state]).toEqual(["one\n\0\xff\n", "finished"]);
    expect(hints).toEqual(["saved /tmp/client_read me.txt, 7 bytes"]);
    expect([shown, run.state]).toEqual([[], "listening"]);
  });

  it("[ECHO-0] lets what is typed meanwhile wait, and the end of input too", async () => {
    const { type, receive, still, endInput, makePart, hear, peer } = await greeted();
    await type("download a.txt");
    expect(await type("hello")).toEqual([]);
    await receive("a");
    expect(await endInput()).toEqual([]);
    expect(await still(200)).toEqual([]);
    await makePart();
    expect(peer.heard()).toEqual(["send hello"]);
    expect(await hear("hello")).toEqual(["send close"]);
  });

  it.each([
    ["../../etc/passwd", "client_passwd"],
    ["/etc/passwd", "client_passwd"],
    ["sub\\a.txt", "client_a.txt"],
    ["sub/", "client_download"],
    ["..", "client_.."],
  ])("of %j lands in the working folder", async (name, path) => {
    const { type, receive, still, files } = await greeted();
    await type(`download ${name}`);
    await receive("x");
    await still(200);
    expect(files.creates.last?.path).toBe(path);
  });

  it("replaces a file with --force, and never without", async () => {
    const { type, receive, still, files } = await greeted({ force: true });
    await type("download a.txt");
    await receive("x");
    await still(200);
    expect(files.creates.last?.overwrite).toBe(true);
  });

  it("says that a file is in its way, goes on, and ends with that", async () => {
    const { type, receive, still, files, hints, hear, endInput, tell, run } = await greeted();
    await type("download a.txt");
    await receive("x");
    await still(200);
    await files.creates.reject(new NetlabError("file-exists", { file: "/tmp/client_a.txt" }));
    expect(hints).toEqual(["client_a.txt exists already and is not overwritten without --force"]);
    expect(await type("hello")).toEqual(["send hello"]);
    await hear("hello");
    await endInput();
    await tell("peer.ended");
    expect(run.output).toMatchObject({ ok: false, code: "name-taken", message: "not every reply was saved" });
  });

  it("leaves no half-written file where the disk is full", async () => {
    const { type, receive, still, makePart, hints, files } = await greeted();
    await type("download a.txt");
    await receive("x");
    await still(200);
    const part = new FakePart("/tmp/client_a.txt");
    part.finish = async () => {
      throw NetlabError.worded("file-not-written", "cannot write client_a.txt: no space");
    };
    await files.creates.resolve(part);
    expect([part.state, hints]).toEqual(["discarded", ["cannot write client_a.txt: no space"]]);
    await type("download b.txt");
    await receive("x");
    await still(200);
    expect((await makePart()).state).toBe("finished");
  });

  it.each([
    "Problem in opening file",
    "Problem in opening file\n",
    "Command not found\0",
    "download a.txt\n",
  ])("[ECHO-3] that is answered with %j is shown, and not saved", async (reply) => {
    const { type, receive, still, shown, hints, files, endInput, tell, run } = await greeted();
    await type("download a.txt");
    await receive(reply);
    await still(200);
    expect(files.creates.inputs).toEqual([]);
    expect(shown).toEqual([reply.replace(/[\0\n]/, "")]);
    expect(hints).toEqual(['the server has no file "a.txt": nothing is saved']);
    await endInput();
    await tell("peer.ended");
    expect(run.output).toMatchObject({ ok: false, code: "no-such-file" });
  });

  it.each(["peer.ended", "peer.closed"] as const)(
    "is saved where the server leaves after it, by %s",
    async (event) => {
      const { type, receive, tell, makePart, run } = await greeted();
      await type("download a.txt");
      await receive("x");
      await tell(event);
      expect((await makePart()).state).toBe("finished");
      // A connection that is there tells each state of the FIN.
      if (event === "peer.ended") await tell(event);
      expect(run.output).toMatchObject({ ok: false, message: "the server closed the connection" });
    },
  );

  it("is waited for as long as --timeout, and not for ever", async () => {
    const { type, still, hints, run } = await greeted();
    await type("download a.txt");
    await still(9_999);
    expect(run.state).toBe("awaitingBytes");
    await still(1);
    expect([run.state, hints]).toEqual(["listening", ["no reply within 10 s"]]);
  });

  it("is given up where it has no end", async () => {
    const { type, receive, run } = await greeted();
    await type("download a.txt");
    await receive(Buffer.alloc(64 * 1_048_576));
    expect(run.state).toBe("receiving");
    await receive("x");
    expect(run.output).toMatchObject({ ok: false, code: "peer-error" });
    expect(run.state).toBe("failed");
  });
});
