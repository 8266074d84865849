/** A strict reader of OpenMetrics 1.0 text, as far as gauges, counters and infos go: what is not of the form is thrown out with its line. */

export interface ReadFamily {
  readonly type: string;
  readonly help: string;
  readonly unit: string;
  readonly samples: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly value: number;
  }[];
}

type Reading = { -readonly [Key in keyof ReadFamily]: ReadFamily[Key] };

const NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const SUFFIXES: Record<string, readonly string[]> = { gauge: [""], counter: ["_total"], info: ["_info"] };

export function readOpenMetrics(text: string): Map<string, ReadFamily> {
  if (!text.endsWith("# EOF\n")) throw new Error("the text does not end with # EOF and a line feed");
  const families = new Map<string, Reading>();
  let current: { readonly name: string; readonly family: Reading } | undefined;
  for (const line of text.slice(0, -"# EOF\n".length).split("\n").slice(0, -1)) {
    const about = /^# (TYPE|UNIT|HELP) (\S+) (.*)$/.exec(line);
    if (about) {
      const [, what = "", name = "", said = ""] = about;
      if (current?.name !== name) current = { name, family: begun(families, name) };
      describeFamily(current.family, { what, name, said });
      continue;
    }
    if (!current) throw new Error(`of no family: ${line}`);
    readSample(line, current.name, current.family);
  }
  return families;
}

function begun(families: Map<string, Reading>, name: string): Reading {
  if (!NAME.test(name)) throw new Error(`no name: ${name}`);
  if (families.has(name)) throw new Error(`${name} comes twice`);
  const family: Reading = { type: "unknown", help: "", unit: "", samples: [] };
  families.set(name, family);
  return family;
}

function describeFamily(
  family: Reading,
  { what, name, said }: Readonly<Record<"what" | "name" | "said", string>>,
): void {
  if (family.samples.length > 0) throw new Error(`${what} of ${name} is behind its samples`);
  if (what === "TYPE") family.type = said;
  else if (what === "HELP") family.help = said;
  else if (!name.endsWith(`_${said}`)) throw new Error(`${name} does not end in its unit ${said}`);
  else family.unit = said;
}

function readSample(line: string, name: string, { type, samples }: ReadFamily): void {
  const [, called = "", inside, number = ""] =
    /^([a-zA-Z_]\w*)(?:\{(.*)\})? (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|NaN|[+-]Inf)$/.exec(line) ?? [];
  if (!(SUFFIXES[type] ?? []).some((suffix) => called === name + suffix))
    throw new Error(`no sample of ${name}, ${type}: ${line}`);
  const labels: Record<string, string> = {};
  let rest = inside ?? "";
  while (rest !== "") {
    const [whole = "", label = "", value = ""] =
      /^([a-zA-Z_]\w*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/.exec(rest) ?? [];
    if (whole === "" || label in labels) throw new Error(`no labels: ${line}`);
    labels[label] = value.replace(/\\(.)/g, (_, one) => (one === "n" ? "\n" : one));
    rest = rest.slice(whole.length);
  }
  if (samples.some((one) => JSON.stringify(one.labels) === JSON.stringify(labels)))
    throw new Error(`the same labels twice: ${line}`);
  if (type === "counter" && !(Number(number) >= 0)) throw new Error(`no count: ${line}`);
  samples.push({
    name: called,
    labels,
    value: number.endsWith("Inf") ? Number(`${number}inity`) : Number(number),
  });
}
