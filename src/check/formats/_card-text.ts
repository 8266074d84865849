/** Card of a case that did not pass, as plain lines: the same in every format that takes a text. */
import type { Octets, Result, TranscriptLine } from "../report.ts";

const LABEL_COLUMNS = 10;
/** Conversations go on; their end is where they went wrong. */
const MAX_TRANSCRIPT_LINES = 40;

export function cardText(result: Result): string {
  const { message, follows, rule, ruleText, expected, got, likely, again } = result;
  return [
    ...(message === "" ? [] : [message]),
    ...(follows === null ? [] : row("reason", `the same as that of ${follows}`)),
    ...row("rule", ruleText === null ? `[${rule}]` : `[${rule}] ${ruleText}`),
    ...(expected ? row("expected", octetsText(expected)) : []),
    ...(got ? row("got", octetsText(got)) : []),
    ...closingRow(result),
    ...likely.flatMap(({ id, title, cause, advice }, index) => [
      ...row(index === 0 ? "likely" : "", `${id}: ${title}`),
      ...(index === 0 ? [cause, ...advice].flatMap((line) => row("", line)) : []),
    ]),
    ...result.remarks.flatMap((remark) => row("remark", remark)),
    ...(again === "" ? [] : row("again", again)),
    ...transcriptText(result.transcript),
  ].join("\n");
}

/** Further lines of a text stand below its first. */
const row = (label: string, text: string) =>
  text.split("\n").map((line, index) => `${(index === 0 ? label : "").padEnd(LABEL_COLUMNS)}${line}`);

export const octetsText = ({ text, hex }: Octets) =>
  text === "" && hex === "" ? "nothing" : hex === "" ? text : `${text}  (${spaced(hex)})`;

const MAX_HEX_BYTES = 32;

/** `71 0a`; longer ones end in a sign that they go on. */
export function spaced(hex: string): string {
  const bytes = hex.match(/[0-9a-f]{2}/gi) ?? [];
  return `${bytes.slice(0, MAX_HEX_BYTES).join(" ")}${bytes.length > MAX_HEX_BYTES ? " …" : ""}`;
}

const closingRow = ({ closing }: Result) =>
  closing === null ? [] : row("closing", closing === "reset" ? "by a reset" : "in order");

function transcriptText(transcript: readonly TranscriptLine[]): string[] {
  const shown = transcript.slice(-MAX_TRANSCRIPT_LINES);
  const leftOut = transcript.length - shown.length;
  const isOfSeveral = shown.some(({ connection }) => connection > 1);
  if (shown.length === 0) return [];
  return [
    "conversation",
    ...(leftOut > 0 ? [`  … ${leftOut} lines left out`] : []),
    ...shown.map(({ at, connection, dir, text, note }) => {
      const said = [text, note].filter((part) => part !== "").join("  ");
      return `  ${(at / 1_000).toFixed(3)} s${isOfSeveral ? `  #${connection}` : ""}  ${DIRECTIONS[dir]}${said}`;
    }),
  ];
}

/** Seen from the checker, whose conversation it is. */
export const DIRECTIONS = { out: "sent ", in: "came ", note: "" } as const;
