/** Words of students' servers after the conversation is over. */
import { isQuit } from "../wire/calculator.ts";
import type { Diagnosis, Finding } from "./_diagnosis.ts";
import type { Evidence } from "./_evidence.ts";
import { dialogueOf, type Exchange, ruleOf, textOf } from "./_exchanges.ts";
import { afterEnd, lateWords } from "./_otherwise.ts";

export const serverLateWords: readonly Diagnosis[] = [
  {
    id: "D95",
    name: "server-speaks-after-the-end",
    title: "The server goes on speaking after the conversation is over",
    level: "note",
    hasOwnLevel: true,
    rank: "habits",
    find: findLateWords,
  },
];

/** [CALC-0] The leaving word of a calculator's client has no answer: our client takes one all the same. */
function findLateWords(evidence: Evidence): Finding | undefined {
  const late = lateWords(evidence);
  if (late) return { ...late, level: "violation" };
  const rule = ruleOf(evidence);
  if (evidence.isServer || rule !== "CALC-0") return undefined;
  const { exchanges } = dialogueOf(evidence);
  const left = exchanges.find(({ nth, sent, reads }) => nth > 0 && isQuit(sent) && reads.length > 0);
  // An answer that is late may come then.
  const isOwed = exchanges.some(({ expected, reads }) => expected && reads.length === 0);
  if (!left || isOwed || isGreeted(exchanges)) return undefined;
  return { rule, reads: left.reads, state: "leaving", ...afterEnd(textOf(left.reply), left.sent) };
}

/** A calculator that says Hello says Bye, too. */
const isGreeted = ([name]: readonly Exchange[]) => name !== undefined && name.reads.length > 0;
