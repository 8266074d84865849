import { describe, expect, it } from "vitest";
import { HistorySearch } from "../../src/terminal/history-search.ts";

const LINES = ["ls", "conns chat", "explain @last", "conns", "spawn chat"];

describe("a search through the history", () => {
  it("finds the newest line that holds what is typed, then older ones", () => {
    const search = new HistorySearch(LINES, "");
    search.type("c");
    search.type("o");
    expect([search.match, search.prompt]).toEqual(["conns chat", "(search: co) "]);
    search.older();
    expect(search.match).toBe("conns");
    search.older();
    expect(search.match).toBe("conns");
  });

  it("goes on from where it is while more is typed, and starts anew when less is", () => {
    const search = new HistorySearch(LINES, "");
    for (const letter of "chat") search.type(letter);
    search.older();
    expect(search.match).toBe("spawn chat");
    search.eraseLast();
    expect(search.match).toBe("conns chat");
  });

  it("says where there is nothing, and finds again when less is asked", () => {
    const search = new HistorySearch(LINES, "typed");
    expect([search.match, search.prompt]).toEqual([undefined, "(search: ) "]);
    search.type("lx");
    expect([search.match, search.prompt]).toEqual([undefined, "(not in the history: lx) "]);
    search.eraseLast();
    expect(search.match).toBe("ls");
  });
});
