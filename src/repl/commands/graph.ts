import * as z from "zod";
import { chartDocument } from "../../charts/chart-document.ts";
import { chartDot } from "../../charts/chart-dot.ts";
import { chartMermaid } from "../../charts/chart-mermaid.ts";
import { chartSvg } from "../../charts/chart-svg.ts";
import { NetlabError } from "../../errors.ts";
import { type ChartReader, chartReport, remarksOf, titleOf } from "../chart-report.ts";
import { type ChartSubject, chartSubject } from "../chart-subject.ts";
import { watchChart } from "../chart-watch.ts";
import { defineCommand } from "../command.ts";
import { deliver, formatOf, outOption, styleFor } from "../drawing-output.ts";

const FORMATS = ["text", "mermaid", "dot", "svg", "json"] as const;

const options = z.object({
  watch: z
    .boolean()
    .default(false)
    .describe("draw it again each time its state changes, until Ctrl-C or its end"),
  ascii: z.boolean().default(false).describe("ASCII signs only"),
  plain: z.boolean().default(false).describe("sentences instead of a drawing, e.g. for a screen reader"),
  format: z.enum(FORMATS).optional().describe("the format; text is for the terminal"),
  out: outOption,
  supervisor: z.boolean().default(false).describe("the chart of the instance's supervisor"),
  companion: z
    .boolean()
    .default(false)
    .describe("the chart of its companion, e.g. a file server's registrar"),
});

export default defineCommand({
  name: "graph",
  group: "connections",
  level: "observe",
  summary: "draws the statechart of a role, and the present state of a connection in it",
  args: [
    {
      name: "subject",
      summary: "a role, an instance or a connection; default @last",
      isOptional: true,
      completes: "chart",
    },
  ],
  options,
  example: "graph c17 --watch",
  async run(call) {
    const { lab, args, options, isJson, columns, data } = call;
    const subject = await chartSubject(lab, args.subject ?? "@last", options);
    const format = formatOf("graph", options, FORMATS);
    const reader: ChartReader = {
      columns,
      style: styleFor(call, options.out),
      isAscii: options.ascii,
      isPlain: options.plain,
    };
    if (options.watch) {
      checkMoves(subject, isJson || format !== "text" || options.out !== undefined);
      return watchChart(subject, call, reader);
    }
    if (isJson) return data(subjectDocument(subject));
    const text = format === "text" ? chartReport(subject, reader) : chartAs(format, subject);
    return deliver(call, options.out, text);
  },
});

function checkMoves(subject: ChartSubject, isForFile: boolean): void {
  if (isForFile) throw new NetlabError("usage/graph-watch");
  if (subject.kind !== "connection" && !subject.instance) throw new NetlabError("usage/graph-role");
}

function chartAs(format: "mermaid" | "dot" | "svg" | "json", subject: ChartSubject): string {
  const { chart } = subject;
  const current = subject.current() ?? [];
  switch (format) {
    case "mermaid":
      return chartMermaid(chart, current).trimEnd();
    case "dot":
      return chartDot(chart, current).trimEnd();
    case "json":
      return JSON.stringify(subjectDocument(subject), null, 2);
    case "svg":
      return chartSvg(chart, titleOf(subject), { current, remarks: remarksOf(subject) }).trimEnd();
  }
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
