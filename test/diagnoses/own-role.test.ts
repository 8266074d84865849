/** A role of a user's own is asked by the rules and phases that it tells: it gets what is said of bytes and silences, and nothing of words. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { converse } from "../actors/harness.ts";
import { eventually } from "../e2e/eventually.ts";
import { DiagnosisLab } from "./lab.ts";

const lab = new DiagnosisLab();
lab.use();

/** A process of its own plays the role: what is told of it comes a moment later. */
async function talk(say: readonly (string | Buffer)[], laterMs = 0): Promise<() => Promise<string[]>> {
  const { id, port } = await lab.spawn("guess-number");
  const peer = await converse(port);
  await peer.hears("I think of a number from 1 to 100");
  for (const text of say) {
    const before = lab.stories(id).at(-1)?.bytesIn ?? 0;
    peer.say(text);
    await eventually(() => expect(lab.stories(id).at(-1)?.bytesIn).toBeGreaterThan(before));
    await new Promise((resolve) => setTimeout(resolve, 80));
  }
  lab.clock.push(laterMs);
  return async () => {
    const story = lab.stories(id).at(-1);
    return story ? (await lab.explain(story)).diagnoses.map((card) => card.id) : [];
  };
}

describe("a role of a user's own", () => {
  beforeAll(async () => {
    const file = path.join(import.meta.dirname, "../../examples/guess-number.ts");
    await lab.daemon.lab.loadRole(readFileSync(file, "utf8"), "guess-number.ts");
  });

  it.each<[string, string, readonly (string | Buffer)[]]>([
    ["a length before the text", "D39", [Buffer.from("\0\x0250"), Buffer.from("\0\x0275")]],
    ["UTF-16", "D40", [Buffer.from("50 or so", "utf16le")]],
    ["Java's objects", "D43", [Buffer.from("aced0005740002", "hex")]],
    ["a whole buffer", "D09", [Buffer.from("50".padEnd(64, "\0"))]],
    ["a NUL at the end", "D08", ["50\0"]],
    ["HTTP", "D21", ["GET / HTTP/1.1\r\n\r\n"]],
  ])("hears of %s [FRAME-1]", async (_what, id, say) => {
    const cards = await talk(say);
    await eventually(async () => expect((await cards())[0]).toBe(id));
  });

  it("is told that a program waits for a newline, after ten seconds [FRAME-5]", async () => {
    const cards = await talk(["50"], 12_000);
    await eventually(async () => expect(await cards()).toEqual(["D02"]));
  });

  it("has none for quotation marks, JSON or a word of another kind", async () => {
    const cards = await talk(['"50"', '{"guess": 50}', "download a.txt"]);
    expect(await cards()).toEqual([]);
  });
});
