/** How a client's connection ends, and by whom: what the server did is told as its doing, and what we did as ours. */
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { diagnose } from "../../src/diagnoses/table.ts";
import fileClient from "../../src/machines/file-client.ts";
import { contextOf } from "../../src/stories/editions.ts";
import { bytesIn } from "../../src/stories/entry.ts";
import { describeEntry } from "../../src/stories/entry-text.ts";
import type { Story } from "../../src/stories/story.ts";
import { CONTENT, fetchFrom, int32, type Script, tellsSize } from "./fetching.ts";
import { eventually, openLab, turns } from "./harness.ts";
import { scriptedServer } from "./scripted-server.ts";
import { SimulatedClock } from "./simulated-clock.ts";

/** Tells a size and sends this much of it. */
const sends =
  (content: string, told: number, ends = false): Script =>
  async (client) => {
    await tellsSize(client, int32(told));
    await client.hears("Got\0");
    client.say(content);
    if (ends) client.end();
  };

const diagnosed = (story: Story): string[] => cardsOf(story).map(({ id }) => id);

function cardsOf(story: Story) {
  const given = { service: "pdf", file: "server.pdf" };
  const at = { host: "127.0.0.1", port: story.subject.remote.port, again: "" };
  const incident = { story, role: fileClient, options: given, given, ...at, live: undefined };
  return diagnose({ ...incident, redact: (bytes) => ({ bytes, hidden: [] }) });
}

const storyOf = (lab: { recorder: { all(): Story[] } }) => lab.recorder.all().at(-1) as Story;
const closedEntry = (story: Story) => story.entries.find(({ kind }) => kind === "closed");

describe("a server in the middle of a file", () => {
  it("that falls silent is not said to have closed", async () => {
    const clock = new SimulatedClock();
    const { lab, outcome } = await fetchFrom(sends(CONTENT, 1_000), clock);
    await eventually(() => expect(clock.hasTimerIn(30_000)).toBe(true));
    await eventually(() => expect(storyOf(lab).bytesIn).toBe(5 + 5 + 4 + CONTENT.length));
    clock.advance(30_000);
    await outcome();
    const story = storyOf(lab);
    expect(story.cause).toMatchObject({
      code: "transfer-stalled",
      args: { got: CONTENT.length, told: 1_000 },
    });
    expect(closedEntry(story)).toMatchObject({ by: "us" });
    expect(diagnosed(story)).not.toContain("D33");
  });

  it("has a file told with what came of it before it was asked for", async () => {
    const { lab, outcome } = await fetchFrom(async (client) => {
      await tellsSize(client, Buffer.concat([int32(CONTENT.length), Buffer.from(CONTENT)]));
      await client.hears("Got\0");
    });
    await outcome();
    const story = storyOf(lab);
    const file = story.entries.find((entry) => entry.kind === "file");
    expect(file).toMatchObject({ size: 0, told: CONTENT.length, ahead: CONTENT.length });
    expect(file && describeEntry(file, contextOf(story))).toContain(
      `${CONTENT.length} bytes, ${CONTENT.length} of them read before`,
    );
    expect(story.entries.reduce((sum, entry) => sum + bytesIn(entry), 0)).toBe(story.bytesIn);
  });

  it("that closes is said to have", async () => {
    const { lab, outcome } = await fetchFrom(sends(CONTENT, 1_000, true));
    await outcome();
    const story = storyOf(lab);
    expect(story.cause).toMatchObject({ code: "transfer-cut", args: { got: CONTENT.length, told: 1_000 } });
    expect(closedEntry(story)).toMatchObject({ by: "peer" });
    expect(diagnosed(story)).toContain("D33");
  });

  it("is not said to have closed where an operator ended the run", async () => {
    const { lab, instance, outcome } = await fetchFrom(sends(CONTENT, 1_000));
    await eventually(() => expect(storyOf(lab).bytesIn).toBe(5 + 5 + 4 + CONTENT.length));
    lab.supervisor.control(storyOf(lab).subject.id)?.kill();
    await outcome();
    expect(instance.lastError).not.toMatch(/server closed/);
    expect(closedEntry(storyOf(lab))).toMatchObject({ by: "us" });
    expect(diagnosed(storyOf(lab))).not.toContain("D33");
  });

  it("that says more than it told has each byte told once: the file's, and what came late", async () => {
    const isReceiving = Promise.withResolvers<void>();
    const { lab, outcome } = await fetchFrom(async (client) => {
      await sends(CONTENT.slice(0, 4), CONTENT.length)(client);
      await isReceiving.promise;
      client.say(`${CONTENT.slice(4)} and more`);
    });
    // Before, the bytes are a read that nobody knew the size for.
    await eventually(() => expect(storyOf(lab).entries.map(({ kind }) => kind)).toContain("file"));
    isReceiving.resolve();
    await outcome();
    const { entries, bytesIn: sum } = storyOf(lab);
    expect(entries.reduce((all, entry) => all + bytesIn(entry), 0)).toBe(sum);
    const late = entries.flatMap((entry) => (entry.kind === "late" ? [entry.bytes.toString()] : []));
    expect(late.join("")).toBe(" and more");
    const file = entries.find(({ kind }) => kind === "file");
    expect(file && bytesIn(file)).toBeLessThanOrEqual(CONTENT.length);
  });
});

describe("a word after a whole file", () => {
  it.each(["DONE", "and a line\nof the file"])(
    "is told as the server's own, where it looks like one: %j",
    async (word) => {
      const isWhole = Promise.withResolvers<void>();
      // A clock that stands still: the moment in which more than the file would be too much lasts.
      const { lab, outcome } = await fetchFrom(async (client) => {
        await sends(CONTENT, CONTENT.length)(client);
        await isWhole.promise;
        client.say(word);
      }, new SimulatedClock());
      await eventually(() => expect(storyOf(lab).state).toBe("checking"));
      isWhole.resolve();
      await outcome();
      const [card] = cardsOf(storyOf(lab));
      expect(card?.id).toBe("D33");
      expect(/a word of the server's own/.test(card?.cause ?? "")).toBe(word === "DONE");
    },
  );
});

describe("a client whose machine has ended", () => {
  it("is sent nothing that its user still says", async () => {
    const warned = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    onTestFinished(() => warned.mockRestore());
    const lab = await openLab();
    const served = await scriptedServer(async (client) => void client.end());
    const given = { service: "pdf", file: "server.pdf", server: `127.0.0.1:${served.port}`, token: "t" };
    const instance = lab.supervisor.add({ role: "file-client", given });
    instance.start();
    await instance.reaches((state) => state === "stopped" || state === "failed");
    instance.service.say?.("hello");
    await turns();
    expect(warned.mock.calls).toEqual([]);
  });
});
