import { z } from "zod";
import { chartDocument } from "../../charts/chart-document.ts";
import { chartDot } from "../../charts/chart-dot.ts";
import { chartMermaid } from "../../charts/chart-mermaid.ts";
import { chartPlain } from "../../charts/chart-plain.ts";
import { drawingSvg } from "../../charts/drawing-svg.ts";
import { NetlabError } from "../../errors.ts";
import { type ChartReader, chartDrawing, chartReport, titleOf } from "../chart-report.ts";
import { type ChartSubject, chartSubject } from "../chart-subject.ts";
import { watchChart } from "../chart-watch.ts";
import { defineCommand } from "../command.ts";

/** A page has no terminal's width: boxes may be as wide as their words. */
const PAGE_COLUMNS = 100;

const options = z.object({
  watch: z.boolean().default(false).describe("draw it again whenever it moves, until Ctrl-C or its end"),
  ascii: z.boolean().default(false).describe("ASCII signs only"),
  plain: z.boolean().default(false).describe("sentences instead of a drawing, e.g. for a screen reader"),
  format: z.enum(["text", "mermaid", "dot", "svg", "json"]).default("text").describe("what to draw it for"),
  supervisor: z.boolean().default(false).describe("the chart of the instance's supervisor"),
  companion: z
    .boolean()
    .default(false)
    .describe("the chart of its companion, e.g. a file server's registrar"),
});

export default defineCommand({
  name: "graph",
  group: "connections",
  summary: "draws a statechart from the machine itself, with the state that a connection is in",
  args: [{ name: "subject", summary: "a role, an instance or a connection", completes: "chart" }],
  options,
  example: "graph c17 --watch",
  run(call) {
    const { lab, args, options, isJson, columns, style, out, data } = call;
    const { watch, ascii, plain, format } = options;
    const subject = chartSubject(lab, args.subject ?? "", options);
    if (isJson || format === "json") checkAlone(watch, "json");
    if (isJson) return data(subjectDocument(subject));
    if (format === "json") return out(JSON.stringify(subjectDocument(subject), null, 2));
    if (format !== "text") checkAlone(watch, format);
    if (format !== "text") return out(chartAs(format, subject).trimEnd());
    const reader: ChartReader = { columns, style, isAscii: ascii, isPlain: plain };
    if (!watch) return out(chartReport(subject, reader));
    if (subject.kind === "role" || (subject.kind !== "connection" && !subject.instance))
      throw new NetlabError(
        "usage",
        `graph: a role does not move: name an instance or a connection to watch`,
      );
    return watchChart(subject, call, reader);
  },
});

function checkAlone(watch: boolean, format: string): void {
  if (watch)
    throw new NetlabError("usage", `graph: --watch draws in the terminal, not for --format ${format}`);
}

function chartAs(format: "mermaid" | "dot" | "svg", subject: ChartSubject): string {
  const { chart } = subject;
  const current = subject.current() ?? [];
  if (format === "mermaid") return chartMermaid(chart, current);
  if (format === "dot") return chartDot(chart, current);
  const description = chartPlain(chart, { current });
  return drawingSvg(chartDrawing(subject, PAGE_COLUMNS), { title: titleOf(subject), description });
}

function subjectDocument(subject: ChartSubject) {
  const { kind, id, role, chart, story } = subject;
  return {
    kind,
    id,
    role,
    ended: story ? story.endedAt !== undefined : null,
    connections: Object.fromEntries(subject.counts()),
    ...chartDocument(chart, subject.current()),
  };
}
