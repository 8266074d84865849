/** Settings of a class: what a lab file says under `class:`. */
import * as z from "zod";
import { duration } from "../machines/_options.ts";

const RANGE = /^(\d{1,5})-(\d{1,5})$/;
const RATE = /^(\d{1,6})\s*\/\s*(s|min|m|h)$/;
const PER_MS: Record<string, number> = { s: 1_000, m: 60_000, min: 60_000, h: 3_600_000 };

const issue = (context: z.RefinementCtx, message: string) => {
  context.addIssue({ code: "custom", message });
  return z.NEVER;
};

const ports = z.string().transform((text, context) => {
  const [, first, last] = RANGE.exec(text.trim()) ?? [];
  const range = { first: Number(first), last: Number(last) };
  if (!(range.first >= 1 && range.last <= 65_535 && range.first <= range.last))
    return issue(context, `${JSON.stringify(text)} is not a range of ports: write 21000-22999`);
  return range;
});

/** So many in so many milliseconds. */
export interface Rate {
  readonly count: number;
  readonly perMs: number;
}

const rate = z.string().transform((text, context): Rate => {
  const [, count, unit = ""] = RATE.exec(text.trim()) ?? [];
  const perMs = PER_MS[unit];
  if (perMs === undefined || Number(count) < 1)
    return issue(context, `${JSON.stringify(text)} is not a rate: write 10/s, 60/min or 500/h`);
  return { count: Number(count), perMs };
});

/** When new peers are let in, in milliseconds since 1970. */
export interface OpenTime {
  readonly from: number;
  readonly until: number;
}

const MOMENT = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2})?)(Z|[+-]\d{2}:\d{2})?$/;

/** Milliseconds since 1970, by the clock of this machine where no zone is said; NaN: no such time. */
function momentOf(text: string): number {
  const [, day = "", time = "", zone = ""] = MOMENT.exec(text.trim()) ?? [];
  // A date alone would be read as of Greenwich, and the 31st of a short month as the 1st of the next.
  const midnight = Date.parse(`${day}T00:00Z`);
  if (Number.isNaN(midnight) || !new Date(midnight).toISOString().startsWith(day)) return Number.NaN;
  return Date.parse(`${day}T${time}${zone}`);
}

const openTime = z.string().transform((text, context): OpenTime => {
  const [from = Number.NaN, until = Number.NaN, ...more] = text.split("/").map(momentOf);
  if (Number.isNaN(from) || Number.isNaN(until) || more.length > 0)
    return issue(
      context,
      `${JSON.stringify(text)} is not a time: write 2026-12-01T09:00/2026-12-01T10:30 (from/until)`,
    );
  if (from >= until)
    return issue(
      context,
      `${JSON.stringify(text)} ends before it begins: hours over midnight end on the next day, e.g. 2026-12-01T22:00/2026-12-02T01:00`,
    );
  return { from, until };
});

/** Takes a time that stands in no list for a list of one. */
const listOf = (written: unknown) => (typeof written === "string" ? [written] : written);

const limits = z.strictObject({
  connections: z.number().int().min(1).max(100_000).optional(),
  rate: rate.optional(),
  ban: duration().default(30_000),
});
export type Limits = z.output<typeof limits>;

/** How a connection to a port that is everybody's is known to be a student's. */
export const identities = ["port", "login", "first-line"] as const;
export type Identity = (typeof identities)[number];

export const classSettings = z.strictObject({
  ports: ports.optional(),
  groupPorts: ports.optional(),
  perStudent: z.number().int().min(1).max(1_000).optional(),
  open: z.preprocess(listOf, z.array(openTime)).optional(),
  identify: z.enum(identities).default("port"),
  pseudonyms: z.boolean().default(false),
  files: z.string().min(1).optional(),
  flags: z.boolean().default(false),
  limits: limits.optional(),
  addressLimits: limits.optional(),
});
export type ClassSettings = z.output<typeof classSettings>;
