/** Evidence of a class over a kill -9 of the daemon: what is older than a second is in the journal, which a class keeps by itself. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { StudentRow } from "../../src/lab/lab.ts";
import { Conversation } from "../actors/conversation.ts";
import type { Explained } from "../diagnoses/lab.ts";
import { Standstill } from "../processor-time.ts";
import { type ConnectionDocument, TestDaemon } from "./daemon.ts";
import { eventually } from "./eventually.ts";
import { freeOffset } from "./free-ports.ts";
import { Scene } from "./scene.ts";

/** Promised: what is older was not lost. */
const PROMISED_MS = 1_000;
/** Students who are at work when the daemon dies. */
const TALKERS = 8;
/** Answers that each of them has had before that, over more than the promised time. */
const LEAST_ANSWERS = 20;
const [mistaken, through, stuck] = [TALKERS, TALKERS + 1, TALKERS + 2];
const STUDENTS = TALKERS + 3;

/** Result that a student's program was sent, and when it had it. */
interface Answer {
  readonly text: string;
  readonly at: number;
}

const scene = new Scene();
/** By which something is older than a second: a daemon that stood still with the machine has written nothing meanwhile. */
const standstill = new Standstill();
const idOf = (index: number) => `s${index + 1}`;
const rowOf = (rows: readonly StudentRow[], index: number) => rows.find(({ id }) => id === idOf(index));
const explained = (daemon: TestDaemon, id: string) => daemon.document<Explained>(`explain ${id}`);
const told = ({ source: _source, ...rest }: Explained) => rest;

let before: {
  readonly mistake: Explained;
  readonly drawn: unknown;
  readonly stuck: Explained;
  readonly rows: readonly StudentRow[];
};
let answers: readonly (readonly Answer[])[];
let killedAt: number;
let again: TestDaemon;
let mistakeId: string;

beforeAll(async () => {
  const offset = await freeOffset(Array.from({ length: STUDENTS }, (_, index) => index + 1));
  const portOf = (index: number) => offset + index + 1;
  scene.file(
    "roster.csv",
    `id\n${Array.from({ length: STUDENTS }, (_, index) => `${idOf(index)}\n`).join("")}`,
  );
  const ports = `${portOf(0)}-${portOf(STUDENTS - 1)}`;
  const each = [{ role: "calculator", host: "127.0.0.1" }];
  const daemon = await TestDaemon.start(scene, {
    lab: JSON.stringify({ roster: "./roster.csv", class: { ports }, each }),
  });
  await says(portOf(mistaken), "ann\n", "one and two\n");
  await says(portOf(through), "ann\n", "1 + 2\n", "q\n");
  const unfinished = await Conversation.open(portOf(stuck));
  unfinished.say("ann\n1 + ");
  const ended = await eventually(async () => {
    const all = await daemon.document<ConnectionDocument[]>("conns --all");
    const ended = all.filter(({ label }) => label !== idOf(stuck));
    expect(ended.map(({ state }) => state)).toEqual(["closed", "closed"]);
    return ended;
  });
  mistakeId = ended.find(({ label }) => label === idOf(mistaken))?.id ?? "";
  await eventually(async () =>
    expect((await daemon.document<StudentRow[]>("class")).filter(({ done }) => done)).toHaveLength(1),
  );
  await eventually(async () =>
    expect(rowOf(await daemon.document<StudentRow[]>("class"), stuck)).toMatchObject({ card: { id: "D03" } }),
  );
  before = {
    mistake: await explained(daemon, mistakeId),
    drawn: await daemon.document(`seq ${mistakeId}`),
    stuck: await explained(daemon, idOf(stuck)),
    rows: await daemon.document<StudentRow[]>("class"),
  };
  const talks = Array.from({ length: TALKERS }, (_, index) => talk(portOf(index), index));
  await eventually(() => {
    for (const { had } of talks) {
      expect(had.length).toBeGreaterThan(LEAST_ANSWERS);
      expect((had.at(-1)?.at ?? 0) - (had[LEAST_ANSWERS]?.at ?? 0)).toBeGreaterThan(PROMISED_MS);
    }
  });
  killedAt = standstill.awakeMs;
  await daemon.kill();
  await Promise.all(talks.map(({ over }) => over));
  answers = talks.map(({ had }) => had);
  again = await daemon.again();
}, 60_000);
afterAll(() => {
  standstill.end();
  return scene.end();
});

/** One conversation, to its end. */
async function says(port: number, ...texts: readonly string[]): Promise<void> {
  const peer = await Conversation.open(port);
  for (const text of texts) peer.say(text);
  peer.end();
  await peer.over();
}

/** Asks for one result after another, each another number, until the daemon is gone. */
function talk(
  port: number,
  index: number,
): { readonly had: readonly Answer[]; readonly over: Promise<void> } {
  const had: Answer[] = [];
  const ask = async () => {
    const peer = await Conversation.open(port);
    peer.say(`student ${index}\n`);
    for (let number = 1; !peer.isOver; number += 1) {
      peer.say(`${number} + 1000\n`);
      const text = `${number + 1000}.0\n`;
      await peer.hears(text);
      had.push({ text, at: standstill.awakeMs });
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  };
  return { had, over: ask().catch(() => undefined) };
}

describe("after a kill -9 of the daemon of a class", () => {
  it("each answer that a student had more than a second before is in the journal", async () => {
    const stories = JSON.parse(
      await again.plain("sql --json select id, label from stories where label is not null"),
    ) as { id: string; label: string }[];
    for (const [index, had] of answers.entries()) {
      const old = had.filter(({ at }) => at < killedAt - PROMISED_MS);
      expect(old.length).toBeGreaterThan(LEAST_ANSWERS);
      const id = stories.find(({ label }) => label === idOf(index))?.id ?? "";
      const { source, entries } = await explained(again, id);
      expect(source).toBe("journal");
      const kept = entries.filter(({ kind }) => kind === "out").map(({ hex = "" }) => hex);
      const lost = old.filter(({ text }) => !kept.includes(Buffer.from(text).toString("hex")));
      expect(lost).toEqual([]);
    }
  });

  it("a mistake of before is told, judged, drawn and played again as it was", async () => {
    const after = await explained(again, mistakeId);
    expect(after.source).toBe("journal");
    expect(after.verdict).toBe("violation");
    expect(told(after)).toEqual(told(before.mistake));
    expect(await again.document(`seq ${mistakeId}`)).toEqual(before.drawn);
    expect(await again.document(`replay ${mistakeId}`)).toMatchObject({ difference: null });
    const kept = await again.plain(`sql --json select verdict, cards from stories where id = '${mistakeId}'`);
    expect(JSON.parse(kept)).toEqual([{ verdict: "violation", cards: before.mistake.cards.join(" ") }]);
  });

  it("a conversation that the kill cut off is told up to there, and that its end is missing", async () => {
    const [cut] = JSON.parse(await again.plain("sql --json select id from stories where label = 's1'")) as {
      id: string;
    }[];
    expect(await again.plain(`explain ${cut?.id}`)).toContain(
      "Its end is not in it: the daemon ended first.",
    );
  });

  it("who is done is done", async () => {
    const done = (rows: readonly StudentRow[]) => rows.filter((row) => row.done).map(({ id }) => id);
    expect(done(before.rows)).toEqual([idOf(through)]);
    expect(done(await again.document<StudentRow[]>("class"))).toEqual([idOf(through)]);
  });

  it("each line of the class has the role, the furthest rule and the card that it had", async () => {
    const after = await again.document<StudentRow[]>("class");
    const kept = (rows: readonly StudentRow[]) =>
      [mistaken, through, stuck].map((index) => {
        const { role, furthest, card, connection } = rowOf(rows, index) ?? {};
        return { role, furthest, card, connection };
      });
    expect(kept(after)).toEqual(kept(before.rows));
    expect(kept(after)[2]).toMatchObject({ furthest: "CALC-0", card: { id: "D03" } });
    expect(after.map(({ connected, state }) => [connected, state])).toEqual(
      Array.from({ length: STUDENTS }, () => [0, "closed"]),
    );
  });

  it("a student's name is the newest connection of before, also of one that was stuck when the daemon died", async () => {
    const { verdict, cards, diagnoses } = await explained(again, idOf(stuck));
    expect({ verdict, cards }).toEqual({ verdict: "stuck", cards: ["D03"] });
    expect(diagnoses).toEqual(before.stuck.diagnoses);
    expect(told(await explained(again, idOf(mistaken)))).toEqual(told(before.mistake));
  });
});
