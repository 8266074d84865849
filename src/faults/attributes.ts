/** Kinds of attributes, as they are typed: `100ms`, `20%`, `64K`. */
import { z } from "zod";
import { duration } from "../machines/_options.ts";

/** As toxiproxy has it, a number without a unit is milliseconds. */
export const time = (fallbackMs: number) =>
  z
    .preprocess((value) => (/^\d+$/.test(String(value)) ? `${value}ms` : value), duration())
    .default(fallbackMs);

/** `20%` or `0.2`, from 0 to 1. */
export const share = (fallback: number) =>
  z
    .union([z.number(), z.string().regex(/^\d+(\.\d+)?%?$/, "must be a share, e.g. 20% or 0.2")])
    .transform((value) => (typeof value === "string" ? shareOf(value) : value))
    .pipe(z.number().min(0).max(1))
    .default(fallback);

const shareOf = (text: string) => (text.endsWith("%") ? Number(text.slice(0, -1)) / 100 : Number(text));

export const count = (fallback: number, least = 0) =>
  z.coerce.number().int().min(least).max(1_000_000_000).default(fallback);
