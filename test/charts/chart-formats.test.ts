/** Charts for other programs: nothing of the definition is lost, and each format is well-formed. */
import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { createMachine } from "xstate";
import { chartOf, statesNamed, transitionLabel } from "../../src/charts/chart.ts";
import { chartDocument } from "../../src/charts/chart-document.ts";
import { chartDot } from "../../src/charts/chart-dot.ts";
import { chartMermaid } from "../../src/charts/chart-mermaid.ts";
import { chartPlain } from "../../src/charts/chart-plain.ts";
import { chartSvg } from "../../src/charts/chart-svg.ts";
import { hasPython } from "../roles/python-peer.ts";
import { charts, nestedChart } from "./charts.ts";
import { xmlFaults } from "./xml-faults.ts";

const hasDot = spawnSync("dot", ["-V"]).status === 0;

const svgOf = (chart: typeof nestedChart, current: readonly string[] = []) =>
  chartSvg(chart, chart.name, { current });

/** A chart whose names are as bad as names can be. */
const odd = chartOf(
  createMachine({
    id: 'o<d>"d&',
    initial: 'a "b" \\ <c>',
    states: { 'a "b" \\ <c>': { on: { "x;#&%{}": "end\u001b[31m" } }, "end\u001b[31m": {} },
  }),
  {},
);

describe.each([...charts])("the chart of %s", (_name, chart) => {
  it("is whole as a document", () => {
    const document = chartDocument(chart, [chart.states[0]?.id ?? ""]);
    expect(document.states.map(({ id }) => id)).toEqual(chart.states.map(({ id }) => id));
    expect(document.transitions).toHaveLength(chart.transitions.length);
    expect(document.states.filter(({ isCurrent }) => isCurrent)).toHaveLength(1);
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
  });

  it("is whole in sentences", () => {
    const lines = chartPlain(chart, {}).split("\n");
    for (const [index, { id }] of chart.states.entries())
      expect(
        lines.some((line) => new RegExp(`^State ${index + 1}, ${id}[.:]`).test(line)),
        id,
      ).toBe(true);
    expect(lines.filter((line) => /^ {2}(on|at once|after)/.test(line))).toHaveLength(
      chart.transitions.length,
    );
  });

  it("is whole for Mermaid: each state named, each transition an arrow with its label", () => {
    const text = chartMermaid(chart);
    for (const { name } of chart.states) expect(text).toContain(`state "${name}" as s`);
    const arrows = text.split("\n").filter((line) => / --> \S+ : /.test(line));
    expect(arrows).toHaveLength(chart.transitions.length);
    for (const transition of chart.transitions)
      expect(arrows.some((line) => line.includes(` : ${transitionLabel(transition)}`))).toBe(true);
  });

  it("is whole for Graphviz", () => {
    const text = chartDot(chart);
    for (const { name } of chart.states) expect(text).toMatch(new RegExp(`label="${name}["\\\\]`));
    expect(text.match(/ -> .*\[label=/g) ?? []).toHaveLength(chart.transitions.length);
    expect(text.match(/\{/g)).toHaveLength(text.match(/\}/g)?.length ?? 0);
  });

  it("is whole as SVG", () => {
    const text = svgOf(chart);
    for (const { name } of chart.states) expect(text).toContain(`>${name}</text>`);
    const words = [...text.matchAll(/<text[^>]*>([^<]*)</g)].map(([, word]) => word).join("");
    for (const transition of chart.transitions)
      for (const part of transitionLabel(transition).split(" ")) expect(words).toContain(part);
  });
});

describe("a chart for other programs", () => {
  it.skipIf(!hasPython)("is well-formed XML as SVG, whatever the names are", () => {
    expect(
      xmlFaults(
        [...charts.values(), nestedChart, odd].map((chart) => svgOf(chart, [chart.states[0]?.id ?? ""])),
      ),
    ).toEqual([]);
  });

  it.skipIf(!hasDot)("is taken by dot, where dot is installed", () => {
    for (const chart of [...charts.values(), odd]) {
      const { status, stderr } = spawnSync("dot", ["-Tsvg"], {
        input: chartDot(chart, [chart.states[0]?.id ?? ""]),
      });
      expect(status, String(stderr)).toBe(0);
    }
  });

  it("lets nothing of a name be obeyed by a terminal, a page or a diagram", () => {
    const all = [
      chartMermaid(odd),
      chartDot(odd),
      svgOf(odd),
      chartPlain(odd, {}),
      JSON.stringify(chartDocument(odd, [])),
    ];
    for (const text of all) expect(text).not.toContain("\u001b");
    expect(svgOf(odd)).not.toContain("<c>");
    expect(chartMermaid(odd)).not.toMatch(/"b"|: .*[;{}<]x/);
  });
});

describe("the states that a name tells", () => {
  it("are one, or one in each region of a parallel state", () => {
    expect(statesNamed(nestedChart, "idle")).toEqual(["idle"]);
    expect(statesNamed(nestedChart, "working.deep.a")).toEqual(["working.deep.a"]);
    expect(statesNamed(nestedChart, "playing.sound.on+picture.bright")).toEqual([
      "playing.sound.on",
      "playing.picture.bright",
    ]);
    expect(statesNamed(nestedChart, "gone")).toEqual([]);
  });
});
