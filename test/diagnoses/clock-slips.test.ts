/** A clock that is right but for its month, and clocks that are not told so. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { describe, expect, it, onTestFinished } from "vitest";
import { eventually } from "../e2e/eventually.ts";
import { DiagnosisLab } from "./lab.ts";

const lab = new DiagnosisLab();
lab.use();

const two = (part: number) => String(part).padStart(2, "0");
const dateIn = (month: number, { day = 0, year = 0 } = {}): string => {
  const now = new Date();
  return [now.getMonth() + month, now.getDate() + day, (now.getFullYear() + year) % 100].map(two).join("/");
};

/** Causes of the cards of a client whose server says this, whatever it is asked. */
async function told(answer: () => string): Promise<string[]> {
  const server = createSocket("udp4");
  server.on("message", (_bytes, { port, address }) => server.send(answer(), port, address));
  server.bind(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const { id } = await lab.spawn("clock-client", {
    host: "127.0.0.1",
    port: server.address().port,
    count: 1,
  });
  await eventually(() => expect(lab.stories(id).at(-1)?.endedAt).toBeDefined());
  const story = lab.stories(id).at(-1);
  const cards = story ? (await lab.explain(story)).diagnoses : [];
  return cards.filter((card) => card.id === "D79").map(({ cause }) => cause);
}

describe("a clock", () => {
  it("is told that months count from 0, where its month is one too small [CLOCK-0]", async () => {
    const [cause] = await told(() => dateIn(0));
    expect(cause).toMatch(/the month is one too small/);
  });

  it("is told nothing of its month where the date is right, of another day, or of another year [CLOCK-0]", async () => {
    expect(await told(() => dateIn(1))).toEqual([]);
    expect(await told(() => dateIn(0, { day: 1 }))).toEqual([]);
    expect(await told(() => dateIn(0, { year: 1 }))).toEqual([]);
  });
});
