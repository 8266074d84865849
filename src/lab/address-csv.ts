/** Entries of the address book as CSV: `email,name`, a line each, with or without that line on top [BOOK-5]. */
import { parse } from "csv-parse/sync";
import { stringify } from "csv-stringify/sync";
import { checkAddress } from "../wire/address-record.ts";

export interface Row {
  readonly email: string;
  readonly name: string;
}

/** A line that cannot be imported, and why. */
export interface BadLine {
  readonly line: number;
  readonly why: string;
}

interface Parsed {
  readonly record: readonly string[];
  /** The line on which the record ends. */
  readonly info: { readonly lines: number };
}

const COLUMNS = ["email", "name"];
const WHY: Record<string, string> = {
  CSV_QUOTE_NOT_CLOSED: "a quote is not closed",
  CSV_INVALID_CLOSING_QUOTE: "there is text after a closing quote",
  CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE: "there is text after a closing quote",
  INVALID_OPENING_QUOTE: "a quote stands within a field: put the field in quotes, and double the quote",
};

/** Every row, and every line that is none. Pure. */
export function parseAddresses(text: string): { rows: Row[]; bad: BadLine[] } {
  const bad = new Map<number, string>();
  const lineOf = new Map<string, { line: number; name: string }>();
  const rows: Row[] = [];
  const { records, faults, lastLine } = recordsOf(text);
  // Text behind a quote that is not closed is all of the rest: it began behind the last whole line.
  for (const { code, line } of faults)
    bad.set(code === "CSV_QUOTE_NOT_CLOSED" ? lastLine + 1 : line, WHY[code] ?? code);
  for (const [index, { record, line }] of records.entries()) {
    if (index === 0 && isHeading(record)) continue;
    const [email = "", name = ""] = record;
    const before = lineOf.get(email);
    const why =
      record.length === COLUMNS.length ? checkAddress({ email, name }) : wrongColumns(record.length);
    if (why !== undefined) bad.set(line, why);
    else if (before && before.name !== name)
      bad.set(line, `line ${before.line} has another name for ${email}`);
    else rows.push({ email, name });
    lineOf.set(email, { line, name });
  }
  return { rows, bad: [...bad].map(([line, why]) => ({ line, why })).sort((a, b) => a.line - b.line) };
}

function recordsOf(text: string) {
  const faults: { code: string; line: number }[] = [];
  const options = {
    bom: true,
    trim: true,
    info: true,
    // Faults of lines are said in our own words, for all of them.
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip: (error?: { code: string; lines?: unknown }) => {
      if (error) faults.push({ code: error.code, line: Number(error.lines) });
      return undefined;
    },
  };
  // A line that ends in two characters would be counted twice within quotes.
  const parsed = parse(text.replaceAll("\r\n", "\n"), options) as unknown as Parsed[];
  const records = parsed.map(({ record, info }) => ({ record, line: info.lines - newlinesIn(record) }));
  const ends = [
    ...parsed.map(({ info }) => info.lines),
    ...faults.filter(({ code }) => code !== "CSV_QUOTE_NOT_CLOSED").map(({ line }) => line),
  ];
  return { records, faults, lastLine: ends.reduce((a, b) => Math.max(a, b), 0) };
}

const isHeading = (record: readonly string[]) =>
  record.map((field) => field.toLowerCase()).join() === COLUMNS.join();
const newlinesIn = (record: readonly string[]) => record.join("").split("\n").length - 1;
const wrongColumns = (count: number) =>
  `${count} ${count === 1 ? "column" : "columns"} instead of two: email,name (put quotes around a name with a comma)`;

/** Text that `parseAddresses` reads again. */
export function formatAddresses(rows: readonly Row[]): string {
  // White space around a field is its own only within quotes.
  return stringify([...rows], { header: true, columns: COLUMNS, quoted_match: /^\s|\s$/ });
}
