/** The daemon's load as plots, and its roles by what happens at them. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { LabState, LoadHistory } from "../../web/protocol.ts";
import { mergeStates, stateOf } from "../live.ts";
import { linkTo } from "../route.ts";
import { useLook } from "../use-look.ts";

const MOST_SAMPLES = 600;
const MOST_ROLES = 60;

/** New samples are put behind those that are known; all of them come where the page has none. */
mergeStates<LabState>("lab", (before, came) => {
  const known = before?.history;
  const first = came.history.at[0] ?? 0;
  if (!known || first <= (known.at.at(-1) ?? 0)) return came;
  const joined = Object.entries(known).map(([name, values]) => [
    name,
    [...values, ...came.history[name as keyof LoadHistory]].slice(-MOST_SAMPLES),
  ]);
  return { load: came.load, history: Object.fromEntries(joined) as LoadHistory };
});

interface PlotOf {
  readonly title: string;
  readonly series: readonly { readonly name: string; readonly of: keyof LoadHistory }[];
  readonly unit: "number" | "bytes" | "ms";
}

const PLOTS: readonly PlotOf[] = [
  {
    title: "Connections",
    series: [
      { name: "open", of: "connections" },
      { name: "new/s", of: "opened" },
    ],
    unit: "number",
  },
  {
    title: "Bytes a second",
    series: [
      { name: "in", of: "bytesIn" },
      { name: "out", of: "bytesOut" },
    ],
    unit: "bytes",
  },
  { title: "Delay of the loop (99 %)", series: [{ name: "ms", of: "loopP99" }], unit: "ms" },
  { title: "Memory", series: [{ name: "resident", of: "memory" }], unit: "bytes" },
];

export function LabView() {
  useLook("lab");
  const state = stateOf<LabState>("lab").value;
  if (!state) return <p class="quiet">Loading …</p>;
  const busy = state.load.roles
    .toSorted(
      (a, b) =>
        b.bytesInPerSecond + b.bytesOutPerSecond - a.bytesInPerSecond - a.bytesOutPerSecond ||
        b.peers - a.peers,
    )
    .slice(0, MOST_ROLES);
  const hasLabels = busy.some(({ label }) => label !== null);
  return (
    <>
      <h1 class="unseen">Lab</h1>
      <div class="plots">
        {PLOTS.map((plot) => (
          <PlotView key={plot.title} plot={plot} history={state.history} />
        ))}
      </div>
      <section class="scroll" aria-label="roles">
        <table>
          <thead>
            <tr>
              <th scope="col">role</th>
              {hasLabels && <th scope="col">for</th>}
              <th scope="col">state</th>
              <th scope="col" class="number">
                peers
              </th>
              <th scope="col" class="number">
                new/s
              </th>
              <th scope="col" class="number">
                in/s
              </th>
              <th scope="col" class="number">
                out/s
              </th>
              <th scope="col" class="number">
                restarts
              </th>
            </tr>
          </thead>
          <tbody>
            {busy.map((one) => (
              <tr key={one.id}>
                <td>
                  <a href={linkTo("role", one.id)}>{one.id}</a>
                </td>
                {hasLabels && <td>{one.label ?? ""}</td>}
                <td>{one.state}</td>
                <td class="number">{one.peers}</td>
                <td class="number">{one.openedPerSecond}</td>
                <td class="number">{bytesText(one.bytesInPerSecond)}</td>
                <td class="number">{bytesText(one.bytesOutPerSecond)}</td>
                <td class="number">{one.restarts}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}

type Plot = Awaited<ReturnType<typeof loadPlots>>;
const loadPlots = () => import("../parts/plot.ts").then(({ openPlot }) => openPlot);

function PlotView({ plot, history }: { plot: PlotOf; history: LoadHistory }) {
  const place = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState<Plot>();
  useEffect(() => {
    void loadPlots().then((found) => setOpen(() => found));
  }, []);
  const drawn = useRef<ReturnType<Plot> | undefined>(undefined);
  useEffect(() => {
    if (!open || !place.current) return undefined;
    drawn.current = open(
      place.current,
      plot.series.map(({ name }) => name),
      textOf[plot.unit],
    );
    return () => drawn.current?.close();
  }, [open, plot]);
  useEffect(() => {
    drawn.current?.show(
      history.at,
      plot.series.map(({ of }) => history[of]),
    );
  }, [history, plot, open]);
  const newest = plot.series.map(({ name, of }) => `${textOf[plot.unit](history[of].at(-1) ?? 0)} ${name}`);
  return (
    <figure>
      <figcaption>
        <b>{plot.title}</b>
        {newest.map((text, index) => (
          <span key={text} class={`line-${index}`}>
            {" "}
            <span aria-hidden="true">{index === 0 ? "━" : "┅"}</span> {text}
          </span>
        ))}
      </figcaption>
      <div class="plot" ref={place} role="img" aria-label={`${plot.title}: ${newest.join(", ")}`} />
    </figure>
  );
}

const textOf: Readonly<Record<PlotOf["unit"], (value: number) => string>> = {
  number: (value) => String(Math.round(value)),
  bytes: (value) => bytesText(value),
  ms: (value) => (value < 10 ? value.toFixed(1) : String(Math.round(value))),
};

function bytesText(bytes: number): string {
  if (bytes < 1_000) return `${Math.round(bytes)} B`;
  if (bytes < 1_000_000) return `${(bytes / 1_000).toFixed(bytes < 10_000 ? 1 : 0)} kB`;
  return `${(bytes / 1_000_000).toFixed(bytes < 10_000_000 ? 1 : 0)} MB`;
}
