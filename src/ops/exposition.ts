/** Figures as text: OpenMetrics 1.0, or the older form (0.0.4) for readers that do not ask for it. Pure. */

export interface Sample {
  /** Behind the family's name, e.g. `_total`. */
  readonly suffix?: "_total" | "_info";
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Figures of one name. A counter's samples end in `_total`, an info's in `_info`; their family does not. */
export interface Family {
  readonly name: string;
  readonly type: "gauge" | "counter" | "info";
  readonly unit?: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

export const OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";
export const OLDER_TEXT = "text/plain; version=0.0.4; charset=utf-8";

export function openMetrics(families: readonly Family[]): string {
  const lines = families.flatMap(({ name, type, unit, help, samples }) => [
    `# TYPE ${name} ${type}`,
    ...(unit === undefined ? [] : [`# UNIT ${name} ${unit}`]),
    `# HELP ${name} ${escaped(help)}`,
    ...samples.map((sample) => sampleLine(name, sample)),
  ]);
  return [...lines, "# EOF", ""].join("\n");
}

/** There a family is called as its samples are, and an info is a gauge. */
export function olderText(families: readonly Family[]): string {
  const lines = families.flatMap(({ name, type, help, samples }) => {
    const called = `${name}${type === "counter" ? "_total" : type === "info" ? "_info" : ""}`;
    return [
      `# HELP ${called} ${escaped(help)}`,
      `# TYPE ${called} ${type === "info" ? "gauge" : type}`,
      ...samples.map((sample) => sampleLine(name, sample)),
    ];
  });
  return [...lines, ""].join("\n");
}

function sampleLine(name: string, { suffix, labels = {}, value }: Sample): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
  return `${name}${suffix ?? ""}${pairs.length > 0 ? `{${pairs.join(",")}}` : ""} ${numeral(value)}`;
}

function numeral(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  return String(value);
}

const escaped = (text: string) =>
  text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
