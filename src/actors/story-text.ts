/** A story's entries as sentences: one form for `show`, `explain`, `tap`, `--explain` and the journal. */
import { printable, printableBytes } from "../printable.ts";
import type { Entry } from "./story.ts";

/** One line, without its time. What peers sent is escaped. */
export function describeEntry(entry: Entry): string {
  switch (entry.kind) {
    case "opened":
      return `opened, ${entry.state}`;
    case "in":
      return `→ ${printableBytes(entry.bytes)}${sizeOf(entry.size, entry.bytes.length)}`;
    case "message":
      return `  read as one message of ${entry.size} bytes in ${entry.state} [${entry.rule}]`;
    case "out":
      return `← ${printableBytes(entry.bytes)}${sizeOf(entry.size, entry.bytes.length)}`;
    case "transition":
      return `  ${entry.from} → ${entry.to}  (${entry.event})`;
    case "file":
      return entry.direction === "out"
        ? `← the file ${printable(entry.name)}, ${entry.size} bytes`
        : `→ a file, ${entry.size} bytes`;
    case "remark":
      return `  note: ${printable(entry.text)}`;
    case "refused":
      return `  refused [${entry.rule}]: ${printable(entry.why)}`;
    case "operator":
      return `  operator: ${printable(entry.text)}`;
    case "ended":
      return "→ FIN: it sends no more";
    case "closed":
      return `closed by ${entry.by}${entry.how === "closed" ? "" : `: ${printable(entry.how)}`}`;
    case "crashed":
      return `crashed: ${printable(entry.error)}`;
  }
}

const sizeOf = (size: number, kept: number) =>
  `  ${size} ${size === 1 ? "byte" : "bytes"}${kept < size ? `, ${kept} kept` : ""}`;
