/** What comes from a peer: when it is handed over, when it is held back, and when it is not read at all. */
import { describe, expect, it } from "vitest";
import { turn } from "../pending-calls.ts";
import { Play, phases } from "./link-play.ts";

const lines = (count: number) => Array.from({ length: count }, (_, index) => `${index}`);

describe("a state that waits for nothing", () => {
  it("is told that something came, and the next one that waits is handed it", async () => {
    const play = new Play({ initial: "working" });
    play.link.receive("early\n");
    expect([play.heard, play.told, play.connection.control.unreadBytes]).toEqual([["peer.spoke"], ["in"], 6]);
    play.go("asking");
    expect(play.heard.at(-1)).toBe("go.asking");
    await turn();
    expect(play.heard.at(-1)).toBe("early");
  });

  it("holds 64 KiB, and leaves the rest in the kernel until it is wanted", async () => {
    const play = new Play({ initial: "working" });
    // Slowly enough to be no burst.
    for (const size of [40_000, 25_536]) {
      play.link.receive("a".repeat(size));
      play.clock.advance(100);
    }
    expect([play.link.since(), play.connection.control.unreadBytes]).toEqual([[], 65_536]);
    play.link.receive("\n");
    expect(play.link.since()).toEqual(["paused"]);
    play.go("asking");
    await turn();
    expect(play.link.since()).toEqual(["resumed"]);
  });

  it("before there is a machine keeps what comes", () => {
    const play = new Play({ isEarly: true });
    play.link.receive("early\n");
    expect([play.heard, play.connection.snapshot, play.connection.context]).toEqual([
      [],
      undefined,
      undefined,
    ]);
    play.attach();
    expect([play.heard, play.story.state, play.story.waitsFor]).toEqual([["early"], "asking", "a word"]);
    expect(play.connection.snapshot?.value).toBe("asking");
  });
});

describe("messages", () => {
  it("have the rule of the state that read them, and the time when they were read", () => {
    const play = new Play({
      on: (event, { clock, connection }) => {
        clock.advance(5);
        if (event.type === "peer.message") connection.dispatch({ type: "go.other" });
      },
    });
    const at = play.story.now();
    play.link.receive("a\nb\n");
    const messages = play.story.entries.filter(({ kind }) => kind === "message");
    expect(messages).toMatchObject([
      { at, state: "asking", rule: "TEST-1", size: 1 },
      { state: "other", rule: "TEST-2", size: 1 },
    ]);
    expect(play.story.framing).toBe("line");
  });

  it("that framing passes over are told as dropped", () => {
    const play = new Play({ framing: "nul" });
    const buffer = Buffer.alloc(256);
    buffer.write("one\0stale");
    play.link.receive(buffer);
    play.clock.advance(30);
    expect([play.heard, play.told]).toEqual([["one"], ["in", "message", "dropped"]]);
  });

  it("of an unknown habit wait for more, and no longer than the quiet time", () => {
    const play = new Play({ framing: "auto" });
    play.link.receive("one");
    expect(play.clock.waiting).toBe(1);
    play.clock.advance(29);
    expect(play.heard).toEqual([]);
    play.clock.advance(1);
    expect([play.heard, play.clock.waiting, play.story.framing]).toEqual([["one"], 0, "bare"]);
    const more = new Play({ framing: "auto" });
    more.link.receive("one");
    more.link.receive("\n");
    expect([more.heard, more.clock.waiting]).toEqual([["one"], 0]);
  });

  it("wait for nothing more when it is over, or draining", () => {
    for (const end of [
      (play: Play) => play.link.handlers?.onClose(),
      (play: Play) => play.connection.close(),
    ]) {
      const play = new Play({ framing: "auto" });
      play.link.receive("one");
      end(play);
      play.clock.advance(30);
      expect([play.heard.includes("one"), play.clock.waiting]).toEqual([false, 0]);
    }
  });
});

describe("the peer's FIN", () => {
  it("is told behind the last message, once to each state that waits", async () => {
    const play = new Play();
    play.link.receive("a\nrest");
    play.link.handlers?.onEnd();
    expect(play.heard).toEqual(["a", "rest", "peer.ended"]);
    play.connection.dispatch({ type: "anything" });
    play.clock.advance(5_000);
    await turn();
    expect(play.heard).toEqual(["a", "rest", "peer.ended", "anything"]);
    play.go("other");
    await turn();
    expect(play.heard.slice(4)).toEqual(["go.other", "peer.ended"]);
    play.go("working");
    await turn();
    play.go("other");
    await turn();
    expect(play.heard.slice(6)).toEqual(["go.working", "go.other", "peer.ended"]);
  });

  it("waits for a state that waits", async () => {
    const play = new Play({ initial: "working" });
    play.link.handlers?.onEnd();
    expect(play.heard).toEqual([]);
    play.go("asking");
    await turn();
    expect(play.heard).toEqual(["go.asking", "peer.ended"]);
  });
});

describe("a turn", () => {
  it("that is over leaves what has come until the next, and reads nothing meanwhile", () => {
    const play = new Play();
    play.turns.left = 2;
    play.link.receive("a\nb\nc\n");
    expect([play.heard, play.link.since()]).toEqual([["a", "b"], ["paused"]]);
    play.link.receive("d\n");
    expect(play.heard).toEqual(["a", "b"]);
    play.turns.deal();
    expect([play.heard, play.link.since()]).toEqual([["a", "b", "c", "d"], ["resumed"]]);
    // The first was a small read, the next is one that waited.
    expect(play.turns.begun.slice(1)).toEqual([false, true]);
  });

  it("is not waited for where nothing is left", () => {
    const play = new Play();
    play.turns.left = 2;
    play.link.receive("a\nb\n");
    expect([play.heard, play.link.since(), play.turns.waiting.size]).toEqual([["a", "b"], [], 0]);
  });

  it("has to be waited for by a large read where the slice is spent, by a small one never", () => {
    const play = new Play();
    play.turns.isSliceSpent = true;
    const large = `${"a".repeat(4_094)}\n`;
    play.link.receive(large);
    expect([play.heard.length, play.turns.begun.at(-1)]).toEqual([1, false]);
    play.link.receive(`a${large}`);
    expect([play.heard.length, play.link.since()]).toEqual([1, ["paused"]]);
    play.turns.deal();
    expect([play.heard.length, play.link.since()]).toEqual([2, ["resumed"]]);
    play.turns.isSliceSpent = false;
    play.link.receive(`a${large}`);
    expect([play.heard.length, play.turns.begun.at(-1)]).toEqual([3, true]);
  });

  it("comes to a peer that sends a burst before it is read on", () => {
    const play = new Play();
    play.link.receive(`${"a".repeat(65_534)}\n`);
    expect([play.link.since(), play.turns.waiting.size]).toEqual([[], 0]);
    play.link.receive("a");
    expect([play.link.since(), play.turns.waiting.size]).toEqual([["paused"], 1]);
    const pumps = play.turns.begun.length;
    play.turns.deal();
    // Nothing was left unread: it is only read on.
    expect([play.link.since(), play.turns.begun.length]).toEqual([["resumed"], pumps]);
  });

  it("is not waited for on the way out: everything is read", () => {
    const play = new Play();
    play.turns.left = 1;
    play.link.receive("a\nb\n");
    play.connection.close();
    play.turns.deal();
    expect(play.heard).toEqual(["a"]);
    const leaving = new Play({
      on: (event, { connection }) => {
        if (event.type === "peer.message") connection.close();
      },
    });
    leaving.turns.left = 1;
    leaving.link.receive("a\nb\n");
    expect([leaving.turns.waiting.size, leaving.link.since().includes("paused")]).toEqual([0, false]);
  });

  it("knows what the last one took", () => {
    const play = new Play();
    play.turns.tookMs = 3;
    play.turns.left = 1;
    play.link.receive("a\nb\n");
    expect([...play.turns.waiting].map(({ lastTurnMs }) => lastTurnMs)).toEqual([3]);
  });
});

describe("code of a role that holds the loop", () => {
  const held = { type: "role.held", id: "test-1/c1", role: "test", state: "asking" };

  it.each([
    [200, []],
    [201, [{ ...held, ms: 201 }]],
  ])("for %i ms is told so: %j", (ms, events) => {
    const play = new Play({
      on: (event, { clock }) => {
        if (event.type === "peer.message") clock.advance(ms);
      },
    });
    play.link.receive("a\n");
    expect(play.events).toEqual(events);
  });

  it("in a step of its own is told by itself, with the state in which it began", () => {
    const play = new Play({ on: (_event, { clock }) => clock.advance(150) });
    play.go("other");
    expect(play.events).toEqual([]);
    play.clock.advance(500);
    const slow = new Play({ on: (_event, { clock }) => clock.advance(300) });
    slow.clock.advance(500);
    slow.go("other");
    expect(slow.events).toEqual([{ ...held, ms: 300 }]);
  });

  it("is told once for all that one read has caused", () => {
    const play = new Play({ on: (_event, { clock }) => clock.advance(150) });
    play.link.receive("a\nb\n");
    expect(play.events).toEqual([{ ...held, ms: 300 }]);
  });
});

describe("a file from the peer", () => {
  const receiving = (play: Play, sizeBytes: number, taken: string[] = []) => {
    const whole = play.connection.receiveInto(
      { write: (bytes) => void taken.push(String(bytes)) },
      sizeBytes,
    );
    whole.catch(() => undefined);
    return { whole, taken };
  };

  it("begins with what has come already, and ends where the rest begins", async () => {
    const play = new Play({ initial: "working" });
    play.link.receive("ab");
    const { whole, taken } = receiving(play, 5);
    await turn();
    play.link.receive("cd");
    play.link.receive("efg");
    await whole;
    expect(taken.join("")).toBe("abcde");
    expect(play.story.entries.slice(1)).toMatchObject([
      { kind: "in", size: 2 },
      { kind: "file", direction: "in", name: "", size: 3, told: 5, ahead: 2 },
      { kind: "late", size: 2, bytes: Buffer.from("fg") },
    ]);
    expect([play.story.bytesIn, play.heard.filter((event) => event === "peer.spoke")]).toEqual([
      7,
      ["peer.spoke"],
    ]);
    play.link.receive("late");
    expect(play.told.at(-1)).toBe("late");
  });

  it("is whole at once where all of it has come already", async () => {
    const play = new Play({ initial: "working" });
    play.link.receive("abcde");
    const { whole, taken } = receiving(play, 3);
    await whole;
    expect([taken, play.connection.control.unreadBytes]).toEqual([["abc"], 2]);
  });

  it("is followed by the next message where a state waits for one", async () => {
    const play = new Play({ initial: "transferring" });
    const { whole, taken } = receiving(play, 3);
    await turn();
    play.link.receive("abcnext\n");
    await whole;
    play.link.receive("more\n");
    expect([taken, play.heard]).toEqual([["abc"], ["next", "more"]]);
  });

  it("is given up where the peer ends before it, or ended already", async () => {
    const play = new Play({ initial: "working" });
    play.link.handlers?.onEnd();
    const { whole } = receiving(play, 3);
    await expect(whole).rejects.toThrow("after 0 of 3 bytes");
  });

  it("that was broken off by us is nobody's failure, whenever it is asked for", async () => {
    const play = new Play({ initial: "working" });
    play.connection.close();
    play.link.handlers?.onClose();
    await expect(receiving(play, 3).whole).rejects.toMatchObject({ code: "interrupted" });
  });
});

describe("a line of text", () => {
  it("is read as text of a line peer alone: bytes that are none stay as they came", () => {
    const play = new Play();
    play.link.receive(Buffer.from([0xe9, 0x0a]));
    play.link.receive("é\n");
    play.link.receive(`${lines(3).join("\n")}\n`);
    expect(play.heard).toEqual(["\ufffd", "é", "0", "1", "2"]);
    expect(play.story.entries[1]).toMatchObject({ bytes: Buffer.from([0xe9, 0x0a]), size: 2 });
  });

  it("has its phase's name for what is waited for", () => {
    const play = new Play();
    expect(play.story.waitsFor).toBe(phases.asking?.expects);
    play.go("other");
    expect(play.story.waitsFor).toBe("another word");
    play.go("working");
    expect(play.story.waitsFor).toBeUndefined();
  });
});
