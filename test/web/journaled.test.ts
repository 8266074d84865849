/** Connections that the journal alone has, on the page: shown, played again and saved as those of memory are, and to the same visitors. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { WebLink } from "../../src/lab/lab-web.ts";
import type { ConnectionState, MeState, MomentState } from "../../src/web/protocol.ts";
import { Conversation } from "../actors/conversation.ts";
import { eventually } from "../actors/harness.ts";
import { ClassDaemon } from "../class/class-daemon.ts";
import { buildWhereStale } from "../e2e/build.ts";
import { ask, logIn, PageVisitor } from "./page-visitor.ts";

// The page's files are built, whatever runs the server.
buildWhereStale();

const LAB = "roster: ./roster.csv\neach:\n  - { role: calculator, host: 127.0.0.1 }\n";

let one: ClassDaemon;
let address: string;
let ids: readonly string[];
const pages: PageVisitor[] = [];

beforeAll(async () => {
  one = await ClassDaemon.start({ "lab.yaml": LAB, "roster.csv": "id\ns001\ns002\n" }, { isJournaled: true });
  ids = [await conversation("s001"), await conversation("s002")];
  await one.again();
  const web = await one.daemon.lab.web();
  address = (await web.open({ port: 0, host: "localhost", names: [], isOwners: false })).address;
}, 60_000);
afterAll(async () => {
  for (const page of pages) page.socket.terminate();
  await one.close();
});

async function conversation(student: string): Promise<string> {
  const { lab } = one.daemon;
  const instance = lab.find(`${student}-calculator`);
  const peer = await Conversation.open(instance?.port ?? 0);
  peer.end("ann\n1 plus 2\n");
  await peer.over();
  const storyOf = () => lab.stories().find(({ subject }) => subject.label === student);
  await eventually(() => expect(storyOf()?.judged).toBeDefined());
  return storyOf()?.subject.id ?? "";
}

async function visitor({ link }: WebLink): Promise<PageVisitor> {
  const page = await PageVisitor.with(link);
  pages.push(page);
  return page;
}
const observer = async () => visitor((await one.daemon.lab.web()).loginLink("observer"));
const link = async (label: string) => (await one.daemon.lab.web()).studentLink(label, 60_000, false);

describe("a connection that only the journal has", () => {
  it("is shown with its cards, and any moment of it", async () => {
    const [id = ""] = ids;
    expect(one.daemon.lab.stories()).toEqual([]);
    const page = await observer();
    const state = await page.see<ConnectionState>(`connection/${id}`);
    expect([state?.connection.id, state?.isLive, state?.canRewind, state?.current]).toEqual([
      id,
      false,
      true,
      ["closed"],
    ]);
    expect(state?.cards.map((card) => card.id)).toContain("D17");
    page.say({ ask: 7, question: { about: "moment", connection: id, entry: 2 } });
    await eventually(() => {
      const answer = page.told.find((told) => told.answer === 7)?.value as MomentState | undefined;
      expect([answer?.state, answer?.difference]).toEqual(["awaitingName", null]);
    });
  });

  it("is listed on the page of the student whose it is, with its verdict, and no other's", async () => {
    const [own = "", others = ""] = ids;
    const page = await visitor(await link("s001"));
    page.say({ see: ["me/s001"] });
    await eventually(() => {
      const me = page.stateOf<MeState>("me/s001");
      expect(me?.connections.map(({ id, verdict, cards }) => [id, verdict, cards[0]])).toEqual([
        [own, "violation", "D17"],
      ]);
    });
    expect((await page.see<ConnectionState>(`connection/${own}`))?.connection.id).toBe(own);
    for (const id of [others, "calculator-1/c999999", "calculator-1/c", "c1", "../c1"])
      expect(await page.see(`connection/${id}`), id).toBeNull();
  });

  it("has its card in full on the student's page, as before the daemon ended", async () => {
    const page = await visitor(await link("s001"));
    page.say({ see: ["me/s001"] });
    await eventually(() => {
      const me = page.stateOf<MeState>("me/s001");
      expect(me?.tile.card?.connection).toBe(ids[0]);
      expect(me?.card).toMatchObject({ id: "D17", level: "violation", rule: "CALC-2" });
      expect(me?.card?.came).toContain("1 plus 2");
      expect(me?.card?.advice.length).toBeGreaterThan(0);
    });
  });

  it("is saved as a capture, by who may see it", async () => {
    const [own = "", others = ""] = ids;
    const session = (await logIn((await link("s001")).link)) ?? "";
    const capture = (connection: string) =>
      ask(address, {
        path: "/capture",
        method: "POST",
        headers: { origin: address, authorization: `Bearer ${session}` },
        body: JSON.stringify({ connection }),
      });
    expect((await capture(own)).bytes.readUInt32BE(0)).toBe(0x0a0d0d0a);
    expect([(await capture(others)).status, (await capture("calculator-1/c77")).status]).toEqual([404, 404]);
  });

  it("does not hold up what else its visitor looks at next: the newest wish counts", async () => {
    const page = await observer();
    page.say({ see: ["connection/calculator-1/c888888"] });
    page.say({ see: ["connection/calculator-1/c888889"] });
    page.say({ see: ["wall"] });
    await eventually(() => expect(page.stateOf("wall")).toMatchObject({ isWhole: true }));
    expect(page.stateOf("connection/calculator-1/c888889")).toBeUndefined();
  });
});
