/**
 * Every diagnosis, in the order of their ids. `diagnose` reads a story when somebody asks; nothing here runs while the
 * peer is served.
 */
import type { Diagnosis, Finding } from "./_diagnosis.ts";
import { type Case, Evidence, shownSentence } from "./_evidence.ts";
import { reproduction } from "./_reproduce.ts";
import { doors } from "./doors.ts";
import { endings } from "./endings.ts";
import { framing } from "./framing.ts";
import { lengths } from "./lengths.ts";
import { servers } from "./servers.ts";
import { waiting } from "./waiting.ts";
import { words } from "./words.ts";

export const diagnoses: readonly Diagnosis[] = [
  ...waiting,
  ...framing,
  ...lengths,
  ...words,
  ...doors,
  ...endings,
  ...servers,
];

/** What `explain` shows as a card. */
export interface Card extends Finding {
  readonly id: Diagnosis["id"];
  readonly name: string;
  readonly title: string;
  readonly level: Diagnosis["level"];
  readonly reproduce: string;
}

/** Violations first, then notes; where one explains all that followed, that one alone. */
export function diagnose(subject: Case): readonly Card[] {
  const evidence = new Evidence(subject);
  const cards: Card[] = [];
  for (const { id, name, title, level, find, explainsAll } of diagnoses) {
    const finding = find(evidence);
    if (!finding) continue;
    const card = {
      ...hidden(finding, evidence),
      id,
      name,
      title,
      level,
      reproduce: finding.reproduce ?? reproduction(evidence),
    };
    if (explainsAll) return [card];
    cards.push(card);
  }
  return cards.sort((a, b) => Number(a.level === "note") - Number(b.level === "note"));
}

/** Its sentences and its reads as whoever asks may see them. */
function hidden(finding: Finding, { redact }: Evidence): Finding {
  const text = (sentence: string) => shownSentence(sentence, redact);
  const { came, reads, expected, cause, advice } = finding;
  return {
    ...finding,
    ...(came === undefined ? {} : { came: text(came) }),
    reads: reads.map((read) => ({ ...read, ...redact(read.bytes) })),
    expected: text(expected),
    cause: text(cause),
    advice: advice.map(text),
  };
}

export type { Diagnosis, Level } from "./_diagnosis.ts";
export type { Case, Read } from "./_evidence.ts";
