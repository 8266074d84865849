/** A story's entries as sentences: one form for `show`, `explain`, `tap`, `--explain` and the journal. */
import { printable, printableBytes } from "../printable.ts";
import type { Display, Entry } from "./story.ts";

/** What is read of a line that is shown otherwise than it was sent. */
const READING_CHARACTERS = 60;

/** One line, without its time. What peers sent is escaped; `display` is how the role shows its lines. */
export function describeEntry(entry: Entry, display?: Display): string {
  switch (entry.kind) {
    case "opened":
      return `opened, ${entry.state}`;
    case "in":
      return `→ ${bytesOf(entry)}${readingOf(entry.bytes, display)}`;
    case "message":
      return `  read as one message of ${entry.size} bytes in ${entry.state} [${entry.rule}]`;
    case "out":
      return `← ${bytesOf(entry)}${readingOf(entry.bytes, display)}`;
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

/** [REV-4] `  (reads: tac ocat)` behind text of a role that shows it so; nothing behind anything else. */
export function readingOf(bytes: Buffer, display: Display | undefined): string {
  if (!display || !printableBytes(bytes).startsWith('"')) return "";
  const lines = bytes.toString("utf8").split(/[\r\n\0]+/);
  const shown = lines.filter((line) => line !== "").map(display);
  return shown.length > 0 ? `  (reads: ${printable(shown.join("\n"), READING_CHARACTERS)})` : "";
}

const bytesOf = ({ bytes, size }: { readonly bytes: Buffer; readonly size: number }) =>
  `${printableBytes(bytes)}  ${size} ${size === 1 ? "byte" : "bytes"}${bytes.length < size ? `, ${bytes.length} kept` : ""}`;
