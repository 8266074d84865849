/** Checker of a shared room's history: each property that it holds can fail. */
import { describe, expect, it } from "vitest";
import { faultsOf, type Heard, type Visit } from "./_room-history.ts";

/** `1.2`: second line of visit 1; `+al`, `-al`: comes, goes; `!`: the room was made again. */
function heard(words: string): Heard[] {
  return words
    .split(" ")
    .filter((word) => word !== "")
    .map((word) => {
      if (word === "!") return { kind: "restarted", at: 0 };
      if (word.startsWith("+")) return { kind: "joined", name: word.slice(1) };
      if (word.startsWith("-")) return { kind: "left", name: word.slice(1) };
      const [visit = 0, number = 0] = word.split(".").map(Number);
      return { kind: "line", visit, number };
    });
}

const visit = (id: number, name: string, words: string, more: Partial<Visit> = {}): Visit => ({
  id,
  name,
  from: id,
  until: undefined,
  end: "there",
  said: 0,
  ...more,
  heard: heard(words),
});

const properties = (...visits: Visit[]) => [...new Set(faultsOf(visits).map(({ property }) => property))];

describe("a room", () => {
  it("that tells all of all in one order has no fault", () => {
    const lines = "1.1 2.1 1.2 2.2";
    const all = [
      visit(1, "al", `+al +bo ${lines}`, { said: 2 }),
      visit(2, "bo", `+bo ${lines}`, { said: 2 }),
      visit(3, "cy", "+cy 1.2 2.2"),
    ];
    expect(faultsOf(all)).toEqual([]);
  });

  it("has no fault where a name goes and comes again", () => {
    const first = visit(1, "al", "+al", { until: 2, end: "left" });
    expect(faultsOf([first, visit(3, "al", "+al"), visit(4, "bo", "+al -al +al", { from: 0 })])).toEqual([]);
  });

  it("has no fault where lines are lost and that is told", () => {
    const al = visit(1, "al", "+al 1.1 ! 1.4", { said: 4 });
    const bo = visit(2, "bo", "+bo 1.1 1.2 ! 1.4");
    expect(faultsOf([al, bo])).toEqual([]);
  });

  it("may lose what a sender never heard, that went with its node", () => {
    const al = visit(1, "al", "+al 1.1", { said: 3, end: "lost", until: 9 });
    expect(faultsOf([al, visit(2, "bo", "+bo 1.1")])).toEqual([]);
  });
});

describe("a fault is", () => {
  it("a name that two have at once", () => {
    expect(properties(visit(1, "al", "+al", { until: 4, end: "left" }), visit(3, "al", "+al"))).toEqual([
      "names are unique",
    ]);
  });

  it("a name that a short visit has within a long one of the same name", () => {
    const long = visit(1, "al", "", { until: 9, end: "left" });
    const short = visit(2, "al", "", { until: 3, end: "left" });
    expect(faultsOf([long, short, visit(5, "al", "")])).toHaveLength(2);
  });

  it("a name that comes twice without going", () => {
    expect(properties(visit(1, "al", "+al +bo +bo"))).toEqual(["names are unique"]);
  });

  it("a sender's line behind a later one of it", () => {
    expect(properties(visit(1, "al", "+al 2.1 2.3 2.2"), visit(2, "bo", "", { end: "left" }))).toContain(
      "a sender's order",
    );
  });

  it("a line that comes twice, at once or later", () => {
    for (const words of ["2.1 2.1", "2.1 2.2 1.1 2.1"])
      expect(properties(visit(1, "al", words), visit(2, "bo", "", { end: "lost" }))).toContain(
        "nothing twice",
      );
  });

  it("two lines that two members hear in two orders", () => {
    const [one, other] = ["1.1 2.1", "2.1 1.1"].map((words, at) =>
      visit(at + 1, `m${at}`, words, { said: 1 }),
    );
    expect(properties(one as Visit, other as Visit)).toEqual(["one order"]);
  });

  it("three lines that three members hear in a circle, though no two of them differ", () => {
    const circle = ["1.1 2.1", "2.1 3.1", "3.1 1.1"];
    const all = circle.map((words, at) => visit(at + 1, `m${at}`, words, { end: "lost" }));
    expect(properties(...all)).toEqual(["one order"]);
  });

  it("a hole in what a member hears of another", () => {
    expect(properties(visit(1, "al", "2.1 2.3"), visit(2, "bo", "", { end: "lost" }))).toEqual([
      "nothing lost",
    ]);
  });

  it("a first line of one that came before its eyes", () => {
    const bo = visit(2, "bo", "", { end: "lost" });
    expect(properties(visit(1, "al", "+bo 2.2"), bo)).toEqual(["nothing lost"]);
    expect(properties(visit(1, "al", "2.2"), bo)).toEqual([]);
  });

  it("a last line of one that is there, or has left in peace", () => {
    const al = visit(1, "al", "2.1");
    for (const end of ["there", "left"] as const)
      expect(properties(al, visit(2, "bo", "2.1 2.2", { said: 2, end }))).toEqual(["nothing lost"]);
    expect(properties(visit(3, "al", "3.1", { said: 2 }))).toEqual(["nothing lost"]);
  });

  it("a line that its sender has heard, although that one is lost", () => {
    const al = visit(1, "al", "2.1");
    expect(properties(al, visit(2, "bo", "2.1 2.2", { said: 5, end: "lost" }))).toEqual(["nothing lost"]);
  });
});
