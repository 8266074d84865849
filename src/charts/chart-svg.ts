/** A chart as SVG: a file of its own, or a part of a page. */
import type { Chart } from "./chart.ts";
import { type ChartView, layoutChart } from "./chart-layout.ts";
import { chartPlain } from "./chart-plain.ts";
import { drawingSvg } from "./drawing-svg.ts";

/** A page has no terminal's width: boxes may be as wide as their words. */
const PAGE_COLUMNS = 100;

/** `title` says what it is of; the chart in sentences is what a screen reader tells. */
export function chartSvg(chart: Chart, title: string, view: Omit<ChartView, "columns"> = {}): string {
  const drawing = layoutChart(chart, { ...view, columns: PAGE_COLUMNS });
  return drawingSvg(drawing, { title, description: chartPlain(chart, view) });
}
