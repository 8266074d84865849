/** A newline in the middle of a message: input that was read with its line end, and put together with something after it. */
import { parseExpression } from "../wire/calculator.ts";
import { isWholeLogin } from "../wire/chat.ts";
import { hasReceiver } from "../wire/relay.ts";
import type { Diagnosis, Finding } from "./_diagnosis.ts";
import { type Evidence, quoted } from "./_evidence.ts";
import { expectedAt, ruledPieces } from "./_places.ts";

export const innerNewlines: readonly Diagnosis[] = [
  {
    id: "D96",
    name: "newline-in-the-middle",
    title: "A newline stands in the middle of the message",
    level: "violation",
    rank: "pieces",
    excludes: ["D01", "D02", "D03", "D05", "D07", "D17", "D18", "D23", "D57", "D71", "D72", "D73", "D92"],
    find: findInnerNewline,
  },
];

interface Cut {
  readonly first: string;
  readonly rest: string;
  /** The newline stands in the operator's place. */
  readonly isOperator: boolean;
}

/** Lines of which none is right at its place, and which are one message together: several whole lines in one write are right. */
function findInnerNewline(evidence: Evidence): Finding | undefined {
  if (!evidence.isServer || evidence.story.subject.transport === "udp") return undefined;
  for (const { piece, rule } of ruledPieces(evidence)) {
    const cut = cutIn(piece.bytes.toString("utf8"), rule);
    if (cut) return finding(evidence, cut, piece.at);
  }
  return undefined;
}

/** Longer texts are no words of these places. */
const MOST_CHARACTERS = 500;

function cutIn(text: string, rule: string): Cut | undefined {
  if (text.length > MOST_CHARACTERS) return undefined;
  const lines = text.replace(/[\r\n\0]+$/, "").split(/\r?\n/);
  const [first = "", rest = "", ...more] = lines;
  if (first.trim() === "" || rest.trim() === "" || more.length > 1) return undefined;
  const isOperator = rule === "CALC-1" && more.length === 0 && parseExpression(`${first} + ${rest}`).ok;
  const isCut = isOperator || CUTS[rule]?.(lines) === true;
  return isCut ? { first, rest: [rest, ...more].join("\n"), isOperator } : undefined;
}

const CUTS: Readonly<Record<string, (lines: readonly string[]) => boolean>> = {
  "CALC-1": (lines) =>
    lines.every((line) => !parseExpression(line).ok) && parseExpression(lines.join(" ")).ok,
  "RELAY-2": ([first = "", rest = "", ...more]) =>
    more.length === 0 &&
    ((!first.includes("|") && hasReceiver(first + rest) && rest.startsWith("|")) ||
      (/^[^|]+\|\s*$/.test(first) && !rest.includes("|"))),
  "CHAT-1": ([first = "", rest = "", ...more]) =>
    more.length === 0 && [first, rest].every((line) => /^:[^:]+$/.test(line)) && isWholeLogin(first + rest),
  "ECHO-0": ([first = "", rest = "", ...more]) =>
    more.length === 0 && /^(download|run)\s*$/.test(first) && /^\s*\S+\s*$/.test(rest),
};

function finding(evidence: Evidence, { first, rest, isOperator }: Cut, at: number): Finding {
  const said = evidence.messages.find(({ reads }) => reads.some((read) => read.at === at));
  const state = said?.state ?? evidence.initialState;
  return {
    rule: "FRAME-2",
    reads: evidence.reads.filter((read) => read.at === at),
    state,
    expected: `${expectedAt(evidence, state)}, as one line`,
    cause: `${quoted(first)} and ${quoted(rest)} came as one text with a newline between them, so the server read two lines. ${
      isOperator
        ? 'The newline stands where the operator should: probably scanf("%c") or getchar() took the line end that the number before had left.'
        : "Probably fgets() or readline() left its line end on the first part, and the rest was put after it."
    }`,
    advice: [
      isOperator
        ? 'In C: scanf(" %c", &operator), with a blank before %c; or read whole lines with fgets() and sscanf().'
        : 'Cut it off first: text[strcspn(text, "\\n")] = 0 in C; text.strip() in Python.',
    ],
  };
}
