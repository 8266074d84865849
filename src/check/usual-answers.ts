/**
 * Answers of a server in a conversation that does nothing unusual, as the base of its families: what it says there otherwise than the rules
 * want - a greeting of its own, another word, a connection that it closes - fails the cases that are about it, and no family on top.
 */
import type { Role } from "../machines/_role.ts";
import type { RoleChecks, ServerCase, WholeCase } from "./case.ts";
import { type Dialogues, Talk } from "./families/talk.ts";
import { endingLikeness, likeness } from "./likeness.ts";
import type { ServerTester, TestConnection } from "./tester.ts";

export interface UsualAnswers {
  /** Turns of the dialogue, from 0, that are answered otherwise, or not at all. */
  readonly turns: ReadonlyMap<number, "other" | "none">;
  /** Turn after whose answer it closes, though the conversation goes on. */
  readonly closesAfter: number | undefined;
}

/** Dialogue of a role as its families play it. */
export const dialoguesOf = (role: Role, checks: RoleChecks | undefined): Dialogues => ({
  role,
  dialogue: (t) => checks?.dialogue?.(t, t.words) ?? role.dialogue ?? { lines: [] },
});

/** A case that hands on what it has heard; a server that answers nothing at all has no base. */
export function listening(
  source: Dialogues,
  heard: (usual: UsualAnswers | undefined) => void,
): WholeCase & ServerCase {
  return {
    id: "FRAME-0.usual",
    rule: "FRAME-0",
    side: "server",
    grade: "INFO",
    weight: 0,
    limitMs: 8_000,
    needs: [],
    title: "answers as it does",
    run: async (t) => heard(await usualAnswers(t, source)),
  };
}

async function usualAnswers(t: ServerTester, source: Dialogues): Promise<UsualAnswers | undefined> {
  const talk = new Talk(t, source);
  const c = await talk.open();
  const turns = new Map<number, "other" | "none">();
  let answered = 0;
  for (const [index, { says, answers }] of talk.turns.slice(0, talk.openTurns).entries()) {
    c.say(says);
    if (answers.length === 0) await unanswered(c);
    else {
      const came = await c.message().catch(() => "");
      if (came !== "") answered += 1;
      const verdict = came === "" ? "none" : isDue(came, answers, source) ? undefined : "other";
      if (verdict) turns.set(index, verdict);
    }
    if (c.closing !== undefined && index < talk.openTurns - 1)
      return answered > 0 ? { turns, closesAfter: index } : undefined;
  }
  return answered > 0 && turns.size > 0 ? { turns, closesAfter: undefined } : undefined;
}

/** An answer where none is due fails the case of that. */
async function unanswered(c: TestConnection): Promise<void> {
  await c.settled();
  await c.passOver();
}

function isDue(came: string, answers: readonly string[], { role }: Dialogues): boolean {
  if (role.hub) return answers.every((text) => came.includes(text.trim()));
  return [likeness(answers), endingLikeness(answers)].some((pattern) => pattern.test(came));
}
