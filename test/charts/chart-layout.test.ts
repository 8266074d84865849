/** Charts as a terminal shows them: golden drawings, and lines that lead where the definition says. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createMachine } from "xstate";
import { type Chart, chartOf, transitionLabel } from "../../src/charts/chart.ts";
import { layoutChart } from "../../src/charts/chart-layout.ts";
import { drawingText } from "../../src/charts/drawing-text.ts";
import { charts, nestedChart } from "./charts.ts";
import { follow } from "./drawn-paths.ts";

interface Look {
  readonly columns?: number;
  readonly current?: readonly string[];
  readonly isAscii?: boolean;
}

function drawn(chart: Chart, { columns = 80, current = [], isAscii = false }: Look = {}): string {
  return drawingText(layoutChart(chart, { columns, current }), { isAscii, painted: (text) => text });
}

/** The words of one transition's row, as they stand in the drawing; they may go on in the next row. */
function expectLeads(chart: Chart, drawing: string): void {
  const rows = drawing.split("\n");
  const ends = rows.flatMap((row, y) => {
    const target = /→ (\S+) [─┼]+[┤╮╯]/.exec(row)?.[1];
    return target === undefined ? [] : [{ target, y }];
  });
  for (const { target, y } of ends) {
    const name = chart.states.find(({ id }) => id === target)?.name;
    expect(follow(rows, y), `row ${y + 1}, to ${target}\n${drawing}`).toEqual([name]);
  }
  expect(drawing.match(/→/g) ?? []).toHaveLength(ends.length);
}

/** All words of the drawing in order, without lines and boxes. */
const wordsOf = (drawing: string) => drawing.replace(/[^\p{L}\p{N}.()[\],→↺*-]+/gu, " ");

describe.each([...charts])("the chart of %s", (name, chart) => {
  it("is drawn at 80 columns as it was", async () => {
    const [first] = chart.states;
    const drawing = drawn(chart, { current: first ? [first.id] : [] });
    await expect(drawing).toMatchFileSnapshot(`golden/${name}.txt`);
    expect(Math.max(...drawing.split("\n").map((row) => row.length))).toBeLessThanOrEqual(80);
  });

  it("shows every state, and every transition by its event and guard", () => {
    for (const isAscii of [false, true]) {
      const words = wordsOf(drawn(chart, { isAscii }));
      for (const state of chart.states) expect(words).toContain(` ${state.name} `);
      for (const transition of chart.transitions) expect(words).toContain(transitionLabel(transition));
    }
  });

  it("has lines that lead where they say, at any width", () => {
    for (const columns of [40, 60, 80, 100, 140]) expectLeads(chart, drawn(chart, { columns }));
  });

  it("is ASCII where it is asked to be", () => {
    expect(drawn(chart, { isAscii: true, current: chart.states.map(({ id }) => id) })).toMatch(
      /^[\x20-\x7e\n]*$/,
    );
  });
});

describe("a drawn chart", () => {
  it("has a line to each target for any machine", () => {
    const state = fc.integer({ min: 0, max: 7 });
    const arrow = fc.record({
      from: state,
      to: state,
      event: fc.constantFrom("a", "b", "peer.message", "go.on"),
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.array(arrow, { maxLength: 24 }), (count, arrows) => {
        const states = Object.fromEntries(
          Array.from({ length: count }, (_, from) => {
            const own = arrows.filter((one) => one.from === from && one.to < count);
            return [`s${from}`, { on: Object.fromEntries(own.map(({ to, event }) => [event, `s${to}`])) }];
          }),
        );
        const chart = chartOf(createMachine({ id: "any", initial: "s0", states }), {});
        const drawing = drawn(chart);
        expectLeads(chart, drawing);
        // What is not led aside goes straight down, or stays.
        const isDirect = ({ from, to }: Chart["transitions"][number]) =>
          Number(to?.slice(1)) === Number(from?.slice(1)) + 1;
        const downs = new Set(chart.transitions.filter(isDirect).map(({ from }) => from)).size;
        expect(drawing.match(/▼/g)).toHaveLength(downs + 1);
      }),
    );
  });

  it("marks where it is now by a sign and a double border, and only there", () => {
    const drawing = drawn(nestedChart, { current: ["working.deep.a"] });
    expect(drawing).toMatch(/║ ► a /);
    expect(drawing.match(/╔/g)).toHaveLength(1);
    expect(drawn(nestedChart)).not.toMatch(/[►╔]/);
    expect(drawn(nestedChart, { current: ["working.deep.a"], isAscii: true })).toMatch(/# > a /);
  });

  it("paints what may happen next, and nothing else, as now", () => {
    const { texts } = layoutChart(nestedChart, { columns: 80, current: ["idle"] });
    const now = texts.filter(({ paint }) => paint === "now").map(({ text }) => text.trim());
    expect(now).toEqual(["idle", "play", "any other event", "go"]);
  });

  it("takes two cells for a wide character", () => {
    const chart = chartOf(
      createMachine({ id: "wide", initial: "待機", states: { 待機: { on: { x: "終" } }, 終: {} } }),
      {},
    );
    const [box, other] = drawn(chart)
      .split("\n")
      .filter((row) => row.includes("待機") || row.includes("終"));
    expect(box).toContain("│   待機");
    expect(box?.indexOf("│", 4)).toBe((other?.indexOf("│", 4) ?? 0) - 1);
  });

  it("tells of a state what it is told to", () => {
    const drawing = layoutChart(nestedChart, {
      columns: 80,
      remarks: new Map([["idle", "3 connections here"]]),
    });
    expect(drawingText(drawing, { isAscii: false, painted: (text) => text })).toMatch(
      /│ • idle +3 connections here/,
    );
  });
});
