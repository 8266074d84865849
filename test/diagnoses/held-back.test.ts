/** Messages that came only as their program ended, and took the reply's chance away by it. */
import { describe, expect, it } from "vitest";
import { diagnose } from "../../src/diagnoses/table.ts";
import calculator from "../../src/machines/calculator.ts";
import { cause } from "../../src/stories/causes.ts";
import type { Entry, Story } from "../../src/stories/story.ts";

/** Reads of a calculator's client, each after so many seconds of silence; the last one comes with its FIN, and its reply is answered by a reset. */
function storyOf(reads: readonly (readonly [number, string])[]): Story {
  let at = 0;
  const entries: Entry[] = [{ kind: "opened", at, state: "awaitingName" }];
  for (const [seconds, text] of reads) {
    at += seconds * 1_000_000;
    const bytes = Buffer.from(text);
    entries.push({ kind: "in", at, bytes, size: bytes.length });
    for (const line of text.trimEnd().split("\n")) {
      const [state, rule] = line === "ann" ? ["awaitingName", "CALC-0"] : ["computing", "CALC-1"];
      entries.push({ kind: "message", at, size: line.length + 1, state, rule });
      if (line === "ann")
        entries.push({ kind: "transition", at, from: state, to: "computing", event: "peer.message" });
    }
  }
  const reply = Buffer.from("50.0\n");
  entries.push({ kind: "ended", at: at + 1_000 }, { kind: "out", at: at + 2_000, bytes: reply, size: 5 });
  entries.push({ kind: "closed", at: at + 3_000, by: "peer", cause: cause("peer-not-reading", {}) });
  const end = { address: "127.0.0.1", port: 50_000 };
  const subject = { id: "calculator-1/c1", instance: "calculator-1", role: "calculator", transport: "tcp" };
  const told = {
    framing: "line",
    state: "closed",
    bytesIn: 12,
    omitted: 0,
    entriesBeforeGap: entries.length,
  };
  return { subject: { ...subject, edition: 0, local: end, remote: end }, entries, ...told } as never;
}

/** First card of it: its id, and its cause without the marks around quoted texts. */
function firstOf(story: Story): [string | undefined, string] {
  const at = { host: "127.0.0.1", port: 4389, again: "" };
  const incident = { story, role: calculator, options: {}, given: {}, ...at, live: undefined };
  const [card] = diagnose({ ...incident, redact: (bytes) => ({ bytes, hidden: [] }) });
  return [card?.id, card?.cause ?? ""];
}

describe("a message that came with the end of its program", () => {
  it("was never flushed, where nothing had come before it for long: the lost reply is only a consequence", () => {
    const [id, why] = firstOf(storyOf([[12, "ann\n15 + 35\n"]]));
    expect(id).toBe("D01");
    expect(why).toMatch(/came only as it ended/);
  });

  it("may not have been flushed, where another had come long before", () => {
    const [id, why] = firstOf(
      storyOf([
        [0.1, "ann\n"],
        [12, "15 + 35\n"],
      ]),
    );
    expect(id).toBe("D27");
    expect(why).toMatch(/lay for 12 s in a buffer of its own/);
  });

  it("is not said to have been held back, where it came soon", () => {
    const [id, why] = firstOf(
      storyOf([
        [0.1, "ann\n"],
        [2, "15 + 35\n"],
      ]),
    );
    expect(id).toBe("D27");
    expect(why).not.toMatch(/buffer/);
  });
});
