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

it("a client that connects anew for each message is told so where the capture goes on for longer", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "netlab-view-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const visit = (words: string, nth: number, lastsMs = 60) => {
    const at = (ms: number) => nth * 700_000 + ms * 1_000;
    const entries: Entry[] = [
      { kind: "opened", at: at(0), state: "awaitingName" },
      octets("in", at(1), words),
      { kind: "ended", at: at(lastsMs) },
      { kind: "closed", at: at(lastsMs + 1), by: "us" },
    ];
    return captured(entries, {
      id: `calculator-1/c${nth}`,
      remote: { address: nth > 2 ? "127.0.0.9" : "127.0.0.1", port: 50_001 + nth },
    });
  };
  const file = path.join(folder, "lab.pcapng");
  writeFileSync(
    file,
    captureOf(visit("ann\n", 0), visit("15 + 35\n", 1), visit("2 * 3\n", 2), visit("bob\n", 3, 9_000)),
  );
  const view = await CaptureView.open({ file, role: "calculator" });
  const looks = await Promise.all(view.conversations.map((one) => view.look(one)));
  expect(looks.map(({ cards }) => cards.map(({ id }) => id))).toEqual([["D58"], ["D58"], ["D58"], ["D62"]]);
});

it("a server whose role one conversation tells has it in those that are silent", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "netlab-view-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const visit = (port: number, nth: number, ...said: Entry[]) =>
    captured([{ kind: "opened", at: nth * 100_000, state: "x" }, ...said], {
      id: `any-1/c${nth}`,
      remote: { address: "127.0.0.1", port: 50_001 + nth },
      local: { address: "127.0.0.1", port },
    });
  const file = path.join(folder, "lab.pcapng");
  const greeting = octets("out", 1_000, "Please, Enter Your ig name");
  writeFileSync(file, captureOf(visit(12_345, 0, greeting), visit(12_345, 1), visit(12_346, 2)));
  const { conversations } = await CaptureView.open({ file });
  expect(conversations.map(({ guess: { name, by } }) => [name, by])).toEqual([
    ["chat", "words"],
    ["chat", "others"],
    [undefined, "nothing"],
  ]);
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

it("a client that no program took has the card of that, whatever role was meant", async () => {
  const talk = { ...conversation(4999, ["S!"]), isRefused: true };
  const { fault, cards, judged, story } = await look({ conversation: talk });
  expect([fault, judged.verdict, cards.map(({ id }) => id)]).toEqual(["server", "failed", ["D31"]]);
  expect(story.entries.at(-1)).toMatchObject({ kind: "closed", cause: { code: "unreachable" } });
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
