/** A story's entries as sentences: one form for `show`, `explain`, `tap`, `--explain` and the journal. */
import { printable, printableBytes } from "../printable.ts";
import type { Display, Entry, StorySubject } from "./story.ts";

/** What is read of a line that is shown otherwise than it was sent. */
const READING_CHARACTERS = 60;

/** Whose story it is tells how its lines are shown, and what is hidden in them. */
export type Teller = Pick<StorySubject, "display" | "concealment">;

export interface Openness {
  /** Show tokens as they are. */
  readonly showTokens?: boolean | undefined;
}

/** The entry as anybody may see it: tokens in it are `****`. Sizes stay those of the wire. */
export function shownEntry(entry: Entry, { concealment }: Teller, { showTokens }: Openness = {}): Entry {
  if (!concealment || showTokens) return entry;
  switch (entry.kind) {
    case "in":
    case "out":
      return { ...entry, bytes: concealment.bytes(entry.bytes) };
    case "remark":
    case "operator":
      return { ...entry, text: concealment.text(entry.text) };
    case "file":
      return { ...entry, name: concealment.text(entry.name) };
    case "refused":
      return { ...entry, why: concealment.text(entry.why), words: concealment.text(entry.words) };
    case "closed":
      return { ...entry, how: concealment.text(entry.how) };
    case "crashed":
      return { ...entry, error: concealment.text(entry.error) };
    default:
      return entry;
  }
}

/** One line, without its time. What peers sent is escaped, tokens are hidden. */
export function describeEntry(entry: Entry, teller: Teller = {}, openness: Openness = {}): string {
  return wordsFor(shownEntry(entry, teller, openness), entry, teller.display);
}

function wordsFor(entry: Entry, whole: Entry, display?: Display): string {
  switch (entry.kind) {
    case "opened":
      return `opened, ${entry.state}`;
    case "in":
      return `→ ${bytesOf(entry, whole)}${readingOf(entry.bytes, display)}`;
    case "message":
      return `  read as one message of ${entry.size} ${entry.size === 1 ? "byte" : "bytes"} in ${entry.state} [${entry.rule}]`;
    case "out":
      return `← ${bytesOf(entry, whole)}${readingOf(entry.bytes, display)}`;
    case "input":
      return `  ${entry.what} is ${printable(JSON.stringify(entry.answer) ?? "nothing", 60)}`;
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

/** What is hidden changes what is shown, not how much was kept. */
function bytesOf({ bytes }: { readonly bytes: Buffer }, whole: Entry): string {
  const { size, bytes: kept } = whole as { readonly size: number; readonly bytes: Buffer };
  const unit = size === 1 ? "byte" : "bytes";
  return `${printableBytes(bytes)}  ${size} ${unit}${kept.length < size ? `, ${kept.length} kept` : ""}`;
}
