/** Stories that only the journal has: told and judged as they were, in another run of the daemon. */
import Database from "better-sqlite3";
import { afterAll, describe, expect, it } from "vitest";
import { journalFilesIn } from "../../src/stores/journal-files.ts";
import { Conversation } from "../actors/conversation.ts";
import type { Explained } from "../diagnoses/lab.ts";
import { type ConnectionDocument, type InstanceDocument, TestDaemon } from "./daemon.ts";
import { eventually } from "./eventually.ts";
import { Scene } from "./scene.ts";

const scene = new Scene();
afterAll(() => scene.end());

const spawned = (daemon: TestDaemon, line: string) => daemon.document<InstanceDocument>(`spawn ${line}`);
const explained = (daemon: TestDaemon, id: string) => daemon.document<Explained>(`explain ${id}`);
const lastOf = async (daemon: TestDaemon) => {
  const [last] = await daemon.document<ConnectionDocument[]>("conns --all @last");
  return last?.id ?? "";
};

/** The week that is written. */
const journalOf = (folder: string) => journalFilesIn(folder).at(-1)?.file ?? "";

/** What is the same, wherever a story comes from. */
function told({ source: _source, ...rest }: Explained) {
  return rest;
}

describe("a story in the journal", { timeout: 60_000 }, () => {
  it("is told and judged in a later run as in the one that recorded it", async () => {
    const daemon = await TestDaemon.start(scene, { name: "later", args: ["--journal"] });
    const { port } = await spawned(daemon, "calculator sums --port 0");
    const peer = await Conversation.open(port);
    peer.say("Ada");
    await eventually(async () => expect((await explained(daemon, "c1")).entries.length).toBeGreaterThan(2));
    for (const [said, heard] of [
      ["1 + 2", "3.0"],
      ["one and two", "Incorrect expression format"],
    ] as const) {
      peer.say(said);
      await peer.hears(heard);
    }
    peer.end("q");
    await peer.over();
    const id = await lastOf(daemon);
    const before = await explained(daemon, id);
    expect(before).toMatchObject({ id: "calculator-1/c1", source: "memory" });
    expect(before.diagnoses.length).toBeGreaterThan(0);
    const drawn = await daemon.document(`seq ${id}`);
    await daemon.stop();

    const again = await daemon.again();
    for (const term of ["c1", id, "sums/c1"]) {
      const after = await explained(again, term);
      expect(after.source).toBe("journal");
      expect(told(after)).toEqual(told(before));
    }
    const judged = await again.plain("sql --json select verdict, cards from stories where short = 'c1'");
    expect(JSON.parse(judged)).toEqual([{ verdict: "violation", cards: before.cards.join(" ") }]);
    const text = await again.plain("explain c1");
    expect(text).toContain("Told from the journal, in which tokens are hidden.\n");
    expect(text).toContain('→ "1 + 2"  5 bytes');
    expect(await again.document(`seq ${id}`)).toEqual(drawn);
    expect(await again.plain("graph c1")).toContain("computing");
    const played = await again.document<{ same: number; entries: number; difference: unknown }>(
      `replay ${id}`,
    );
    expect(played).toMatchObject({ difference: null, same: played.entries });
    expect(await again.plain(`rewind ${id} --to 3`)).toContain(`${id} after entry 3`);
    await again.stop();

    const database = new Database(journalOf(scene.path("later.data")));
    database.prepare("UPDATE stories SET version = 99").run();
    database.close();
    const newer = await daemon.again();
    expect(await newer.ctl("explain", "c1")).toMatchObject({
      exit: 5,
      stderr: expect.stringContaining("calculator-1/c1 as a story of version 99"),
    });
    await newer.stop();
  });

  it("hides tokens, counts what went of a file, and says that its end is missing", async () => {
    const daemon = await TestDaemon.start(scene, { name: "killed", args: ["--journal"] });
    scene.file("killed.data/files/server.txt", "x".repeat(20_000));
    const { port } = await spawned(
      daemon,
      `file-server --service txt --token server1 --port 0 --root ${scene.path("killed.data/files")}`,
    );
    const peer = await Conversation.open(port);
    peer.say("server1");
    await peer.hears("valid");
    peer.say("server.txt");
    await peer.hears("found");
    await peer.hearsBytes(4);
    peer.say("Got\0");
    await peer.hearsBytes(20_000);
    const id = await lastOf(daemon);
    const sql = `sql --json select facts from journal where connection = '${id}' and kind = 'file'`;
    await eventually(async () => {
      const [row] = JSON.parse(await daemon.plain(sql)) as { facts: string }[];
      expect(JSON.parse(row?.facts ?? "{}")).toMatchObject({ size: 20_000, told: 20_000 });
    });
    await daemon.kill();

    const again = await daemon.again();
    const after = await explained(again, id);
    expect(JSON.stringify(after)).not.toContain("server1\\");
    expect(after.entries.find(({ kind }) => kind === "in")?.text).toContain("‹7 bytes, hidden›");
    expect(after.entries.find(({ kind }) => kind === "file")?.text).toContain("20000 bytes");
    expect(after.entries.at(-1)?.kind).not.toBe("closed");
    expect(await again.plain(`explain ${id}`)).toContain("Its end is not in it: the daemon ended first.");
    // The token is filler in the journal, and in the world in which it is played again.
    expect(await again.document(`replay ${id}`)).toMatchObject({ difference: null });
    await again.stop();
  });

  it("is nobody's where no journal was kept", async () => {
    const daemon = await TestDaemon.start(scene, { name: "none" });
    const { port } = await spawned(daemon, "chat --port 0");
    const peer = await Conversation.open(port);
    await peer.hears("Please, Enter Your ig name");
    peer.end();
    await peer.over();
    await daemon.stop();
    const again = await daemon.again();
    expect(await again.ctl("explain", "c1")).toMatchObject({ exit: 4 });
    await again.stop();
  });
});
