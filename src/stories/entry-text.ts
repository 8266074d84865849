/** A story's entries as sentences: one form for `show`, `explain`, `tap`, `--explain` and the journal. */
import { type HiddenSpan, printable, printableBytes } from "../printable.ts";
import { causeText, ruleBehind } from "./cause-text.ts";
import { type Cause, rowOf } from "./causes.ts";
import type { Endpoint, Entry, EntryOf, InputName, OperatorAction } from "./entry.ts";
import { lineFaultText } from "./line-fault-text.ts";
import type { Doing, ProgramSample } from "./program.ts";
import type { Redactor } from "./redaction.ts";

/** Meaning of a line that is shown otherwise than it was sent. */
const READING_CHARACTERS = 60;

/** How a role shows its lines, e.g. reversed [REV-4]. */
export type Display = (text: string) => string;

/** How a story's lines are shown, and what is hidden in them: `contextOf` finds it by the story's edition. */
export interface RedactionContext {
  /** Names of both ends, where neither is ours. */
  readonly ends?: Ends | undefined;
  readonly display?: Display | undefined;
  readonly redactor?: Redactor | undefined;
}

export interface Ends {
  readonly us: string;
  readonly peer: string;
}

const OURS: Ends = { us: "us", peer: "peer" };

/** An entry as anybody may see it: bytes in a hidden span are not there to be shown. */
export type ShownEntry = Entry & { readonly hidden?: readonly HiddenSpan[] };

type Octets = Extract<Entry, { readonly bytes: Buffer }>;

export interface Visibility {
  /** Show tokens as they are. */
  readonly showTokens?: boolean | undefined;
}

/** The entry as anybody may see it: tokens in the peer's words are hidden, our own words are left alone. Sizes stay those of the wire. */
export function shownEntry(
  entry: Entry,
  { redactor }: RedactionContext,
  { showTokens }: Visibility = {},
): ShownEntry {
  if (!redactor || showTokens) return entry;
  const peerWords = (words: string) => redactor.text(words);
  switch (entry.kind) {
    case "in":
    case "out":
    case "drained":
    case "late":
    case "dropped":
      return redacted(entry, redactor);
    case "remark":
    case "crashed":
      return { ...entry, cause: shownCause(entry.cause, peerWords) };
    case "refused":
      return { ...entry, cause: shownCause(entry.cause, peerWords), words: peerWords(entry.words) };
    case "closed":
      return entry.cause ? { ...entry, cause: shownCause(entry.cause, peerWords) } : entry;
    case "input":
      return typeof entry.answer === "string" ? { ...entry, answer: peerWords(entry.answer) } : entry;
    case "operator":
      return "text" in entry ? { ...entry, text: peerWords(entry.text) } : entry;
    case "file":
      return { ...entry, name: peerWords(entry.name) };
    default:
      return entry;
  }
}

/** Spans that were hidden when the entry was written down stay so. */
function redacted(entry: Octets, redactor: Redactor): ShownEntry {
  const { hidden: before = [] } = entry as ShownEntry;
  const { bytes, hidden } = redactor.redact(entry.bytes);
  return { ...entry, bytes, hidden: [...before, ...hidden].sort((a, b) => a.start - b.start) };
}

/** An entry as a line, without its time. What peers sent is escaped, tokens are hidden. */
export function describeEntry(
  entry: Entry,
  context: RedactionContext = {},
  visibility: Visibility = {},
): string {
  return wordsFor(shownEntry(entry, context, visibility), entry, context);
}

function wordsFor(entry: ShownEntry, whole: Entry, { display, ends }: RedactionContext): string {
  switch (entry.kind) {
    case "opened":
      return `opened, ${entry.state}`;
    case "connected":
      return `  connected to ${placeOf(entry.remote)}, from port ${entry.local.port}`;
    case "in":
      return `→ ${bytesOf(entry, whole)}${readingOf(entry, display)}`;
    case "drained":
      return `→ ${bytesOf(entry, whole)}, after ${ends?.us ?? "we"} had closed`;
    case "late":
      return `→ ${bytesOf(entry, whole)}, which ${ends?.us ?? "our side"} no longer reads`;
    case "dropped":
      return `  passed over ${bytesOf(entry, whole)}`;
    case "message":
      return `  read as one message of ${entry.size} ${entry.size === 1 ? "byte" : "bytes"} in ${entry.state} [${entry.rule}]`;
    case "out":
      return `← ${bytesOf(entry, whole)}${readingOf(entry, display)}`;
    case "input":
      return `  ${INPUTS[entry.name]} is ${inputText(entry)}`;
    case "transition":
      return `  ${entry.from} → ${entry.to}  (${entry.event})`;
    case "file":
      return entry.direction === "out"
        ? `← the file ${printable(entry.name)}, ${fileSize(entry)}`
        : `→ a file, ${fileSize(entry)}`;
    case "remark":
      return `  note: ${printable(causeText(entry.cause))}${ruleBehind(entry.cause)}`;
    case "refused":
      return `  refused${ruleBehind(entry.cause)}: ${printable(causeText(entry.cause))}`;
    case "operator":
      return `  operator: ${printable(actionText(entry))}`;
    case "ended":
      return `→ FIN: ${ends?.peer ?? "it"} sends no more`;
    case "fin":
      return `← FIN: ${ends ? `${ends.us} sends` : "we send"} no more`;
    case "closed":
      return `closed by ${(ends ?? OURS)[entry.by]}${entry.cause ? `: ${printable(causeText(entry.cause))}` : ""}`;
    case "crashed":
      return `crashed: ${printable(causeText(entry.cause))}`;
    case "fault":
      return `  the line: ${lineFaultText(entry, ends)}`;
    case "program":
      return `  ${programText(entry)}`;
    case "gap":
      return `  … ${entry.omitted} entries are no longer kept: ${entry.bytesIn} bytes in, ${entry.bytesOut} out …`;
  }
}

export const placeOf = ({ address, port }: Endpoint) =>
  `${address.includes(":") ? `[${address}]` : address}:${port}`;

const INPUTS: Readonly<Record<InputName, string>> = {
  random: "the random number",
  "clock.now": "the time",
  "addressBook.find": "the name in the address book",
};

/** A time as a date: a number of milliseconds since 1970 tells a reader nothing. */
const inputText = ({ name, answer }: Extract<ShownEntry, { readonly kind: "input" }>) =>
  name === "clock.now" && typeof answer === "number"
    ? new Date(answer).toISOString()
    : printable(JSON.stringify(answer) ?? "nothing", 60);

/** So much of a file has gone; how much it was to be, where that is not the same. */
export function fileSize({
  size,
  told,
  ahead = 0,
}: Pick<EntryOf<"file">, "size" | "told" | "ahead">): string {
  const gone = size + ahead;
  const bytes = gone === told ? `${gone} byte${gone === 1 ? "" : "s"}` : `${gone} of ${told} bytes`;
  return ahead === 0 ? bytes : `${bytes}, ${ahead} of them read before`;
}

const DOINGS: Readonly<Record<Doing, string>> = {
  receiving: "waits in recv() on this connection",
  servingAnother: "waits in recv() on another connection",
  sending: "waits in send(): what it sent is not read yet",
  accepting: "waits in accept()",
  keyboard: "waits for its own keyboard (standard input)",
  polling: "waits in select() or poll()",
  sleeping: "sleeps",
  computing: "computes",
  stopped: "is stopped (Ctrl-Z, or a debugger)",
  ended: "has ended",
  otherwise: "waits for something other than this connection",
};

/** The program at the other end, by name and number alone: `python3 (pid 4123) waits in accept()`. */
export function programText({ name, pid, doing, isCertain, isAccepted, unreadBytes }: ProgramSample): string {
  return [
    `${printable(name)} (pid ${pid}) ${isCertain ? "" : "probably "}${DOINGS[doing]}`,
    ...(isAccepted ? [] : ["it has not called accept() for this connection"]),
    ...(unreadBytes > 0 ? [`${unreadBytes} ${unreadBytes === 1 ? "byte lies" : "bytes lie"} unread`] : []),
  ].join("; ");
}

/** An operator's or user's action, in words. */
export function actionText(action: OperatorAction): string {
  switch (action.action) {
    case "kick":
      return "kicked";
    case "fin":
      return "fin: we send no more";
    case "rst":
      return "rst: the connection is torn down";
    case "kill":
      return "killed";
    case "leave":
      return "the role stops";
    case "end":
      return "the role or the run ends";
    case "send":
      return `send ${action.size} ${action.size === 1 ? "byte" : "bytes"}`;
    case "event":
      return `event ${action.event}${action.text === undefined ? "" : ` ${JSON.stringify(action.text)}`}`;
    case "say":
      return `says: ${action.text}`;
    case "endOfInput":
      return "has no more to say";
    case "stop":
      return "stops the run";
  }
}

/** Only the peer's words can hold a token. */
export function shownCause(cause: Cause, peerWords: (words: string) => string): Cause {
  const { args } = rowOf(cause.code);
  const shown = Object.entries(cause.args ?? {}).map(([name, value]) => [
    name,
    args[name] === "peer" && typeof value === "string" ? peerWords(value) : value,
  ]);
  return cause.args ? { ...cause, args: Object.fromEntries(shown) } : cause;
}

type ShownBytesOf = { readonly bytes: Buffer; readonly hidden?: readonly HiddenSpan[] };

/** [REV-4] `  (reads: tac ocat)` behind text of a role that shows it so; nothing behind anything else. */
export function readingOf({ bytes, hidden = [] }: ShownBytesOf, display: Display | undefined): string {
  if (!display || hidden.length > 0 || !printableBytes(bytes).startsWith('"')) return "";
  const lines = bytes.toString("utf8").split(/[\r\n\0]+/);
  const shown = lines.filter((line) => line !== "").map(display);
  return shown.length > 0 ? `  (reads: ${printable(shown.join("\n"), READING_CHARACTERS)})` : "";
}

/** Hiding changes what is shown, not how much was kept. */
function bytesOf({ bytes, hidden }: ShownBytesOf, whole: Entry): string {
  const { size, bytes: kept } = whole as { readonly size: number; readonly bytes: Buffer };
  const unit = size === 1 ? "byte" : "bytes";
  return `${printableBytes(bytes, undefined, hidden)}  ${size} ${unit}${kept.length < size ? `, ${kept.length} kept` : ""}`;
}
