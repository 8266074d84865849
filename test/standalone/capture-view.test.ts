/** Conversations of a file that tell only beside each other, and a room whose members fill up what they say. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { look } from "../../src/onlooker/look.ts";
import { CaptureView } from "../../src/standalone/capture-view.ts";
import type { Entry } from "../../src/stories/entry.ts";
import { captured, captureOf, octets } from "../capture/scene.ts";
import { conversation } from "../onlooker/conversations.ts";

it("a client that connects anew for each message is told so", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "netlab-view-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const visit = (words: string, nth: number) => {
    const at = (ms: number) => nth * 200_000 + ms * 1_000;
    const entries: Entry[] = [
      { kind: "opened", at: at(0), state: "awaitingName" },
      octets("in", at(1), words),
      { kind: "ended", at: at(60) },
      { kind: "closed", at: at(61), by: "us" },
    ];
    return captured(entries, {
      id: `calculator-1/c${nth}`,
      remote: { address: "127.0.0.1", port: 50_001 + nth },
    });
  };
  const file = path.join(folder, "lab.pcapng");
  writeFileSync(file, captureOf(visit("ann\n", 0), visit("15 + 35\n", 1), visit("q\n", 2)));
  const view = await CaptureView.open({ file, role: "calculator" });
  const cards = await Promise.all(view.conversations.map(async (one) => (await view.look(one)).cards));
  expect(cards.flat().map(({ side, id }) => `${side} ${id}`)).toContain("client D58");
});

it("a room that passes on what a member has filled up is right", async () => {
  const filled = `:Bob:${"x".repeat(1_019)}`;
  const lines = [
    "S> Please, Enter Your ig name",
    "C> :Ann:ann",
    100,
    "S> new user :Ann:ann connected!",
    500,
    `S> ${filled}`,
    500,
    `S> ${filled}`,
    "C.",
    "S.",
  ];
  const { fault, cards } = await look({ conversation: conversation(5000, lines), role: "chat" });
  expect({ fault, server: cards.filter(({ side }) => side === "server") }).toEqual({
    fault: undefined,
    server: [],
  });
});

it("a client that no program took has the card of that", async () => {
  const talk = { ...conversation(4389, ["S!"]), isRefused: true };
  const { fault, cards, judged, client } = await look({ conversation: talk, role: "calculator" });
  expect({ fault, verdict: judged.verdict, state: client?.story.state }).toEqual({
    fault: "server",
    verdict: "failed",
    state: "failed",
  });
  expect(cards.map(({ side, id }) => `${side} ${id}`)).toEqual(["server D31"]);
});
