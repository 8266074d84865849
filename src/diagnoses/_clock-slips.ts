/** [CLOCK-0] A date that is right but for its month: `tm_mon` counts from 0. */
import type { Finding } from "./_diagnosis.ts";
import { type Evidence, quoted } from "./_evidence.ts";
import { ruleOf, textOf } from "./_exchanges.ts";

/** Another time zone moves the day, never the month alone. */
export function findEarlierMonth(evidence: Evidence): Finding | undefined {
  if (evidence.isServer || ruleOf(evidence) !== "CLOCK-0") return undefined;
  const read = evidence.reads.find(({ bytes, at }) => isEarlierMonth(textOf(bytes).trim(), evidence, at));
  if (!read) return undefined;
  const said = textOf(read.bytes).trim();
  const due = dateOf(evidence, read.at);
  return {
    rule: "CLOCK-0",
    reads: [read],
    state: "asking",
    expected: quoted(due),
    cause: `The server says ${quoted(said)}, and here it is ${quoted(due)}: day and year agree, and the month is one too small. In struct tm of C, and in Date of Java and JavaScript, months count from 0.`,
    advice: ['Write tm_mon + 1, or strftime(b, sizeof b, "%m/%d/%y", localtime(&now)).'],
  };
}

function isEarlierMonth(said: string, evidence: Evidence, at: number): boolean {
  const [month = 0, ...rest] = said.split("/").map(Number);
  const [due = 0, ...others] = dateOf(evidence, at).split("/").map(Number);
  return month === due - 1 && rest.length === 2 && rest.every((part, index) => part === others[index]);
}

/** Date of this machine as the answer came, as the protocol writes it. */
function dateOf({ story }: Evidence, at: number): string {
  const date = new Date(story.openedAt + at / 1_000);
  return [date.getMonth() + 1, date.getDate(), date.getFullYear() % 100]
    .map((part) => String(part).padStart(2, "0"))
    .join("/");
}
