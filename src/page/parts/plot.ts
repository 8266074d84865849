/** Plots, loaded when one is looked at. */
import uPlot from "uplot";

const HEIGHT = 170;
/** A plot that has just begun is a minute wide. */
const LEAST_SECONDS = 60;
/** So high that the marks beside it are whole numbers. */
const LEAST_MOST = 4;
const COLORS = ["--plot-1", "--plot-2"];

export interface OpenPlot {
  show(at: readonly number[], values: readonly (readonly number[])[]): void;
  close(): void;
}

export function openPlot(
  place: HTMLElement,
  names: readonly string[],
  textOf: (value: number) => string,
): OpenPlot {
  const make = (data: uPlot.AlignedData) => new uPlot(optionsFor(place, names, textOf), data, place);
  let data: uPlot.AlignedData = [[], ...names.map(() => [])];
  let plot = make(data);
  const sizes = new ResizeObserver(() => plot.setSize({ width: place.clientWidth, height: HEIGHT }));
  sizes.observe(place);
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  // A canvas knows its colours from when it was made.
  const repaint = () => {
    plot.destroy();
    plot = make(data);
  };
  scheme.addEventListener("change", repaint);
  return {
    show(at, values) {
      data = [[...at], ...values.map((one) => [...one])];
      plot.setData(data);
    },
    close() {
      scheme.removeEventListener("change", repaint);
      sizes.disconnect();
      plot.destroy();
    },
  };
}

function optionsFor(
  place: HTMLElement,
  names: readonly string[],
  textOf: (value: number) => string,
): uPlot.Options {
  const colors = getComputedStyle(document.documentElement);
  const color = (name: string) => colors.getPropertyValue(name).trim();
  const axis = {
    stroke: color("--quiet"),
    grid: { stroke: color("--line"), width: 1 },
    ticks: { stroke: color("--line"), width: 1 },
    font: "12px system-ui, sans-serif",
  };
  return {
    width: place.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 28, 0, 0],
    scales: {
      x: { range: (_, first, last) => [Math.min(first, last - LEAST_SECONDS), last] },
      y: { range: (_, __, most) => [0, Math.max(LEAST_MOST, most * 1.1)] },
    },
    axes: [
      { ...axis, values: (_, times) => times.map(timeText), space: 70 },
      { ...axis, values: (_, values) => values.map(textOf), size: 64 },
    ],
    series: [
      {},
      ...names.map((label, index) => ({
        label,
        stroke: color(COLORS[index] ?? "--ink"),
        width: 2,
        points: { show: false },
        ...(index === 1 ? { dash: [6, 4] } : {}),
      })),
    ],
  };
}

const timeText = (seconds: number) => new Date(seconds * 1_000).toLocaleTimeString("en-GB");
