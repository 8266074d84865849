/**
 * Whether a server takes its messages bare, as most hand-ins send them, or waits for the end of a line, as `readLine()` does. Either is
 * right: so it is found out once, where a first case fails, and from then on all cases speak as the server wants.
 */

import type { Role } from "../machines/_role.ts";
import type { RoleChecks, ServerCase, WholeCase } from "./case.ts";
import { Talk } from "./families/talk.ts";
import type { Outcome } from "./server-try.ts";
import type { ServerTester } from "./tester.ts";

export type Ending = "" | "\n";

type Try = (one: WholeCase & ServerCase, ending: Ending) => Promise<Outcome>;

/** Lines only where a question was answered as a line and not as it stands: of a server that answers neither, nothing is known. */
export async function endingOf(role: Role, checks: RoleChecks | undefined, tryCase: Try): Promise<Ending> {
  const readsText = Object.values(role.phases).every(({ reads }) => reads !== "record");
  if (role.transport !== "tcp" || !readsText || (!role.dialogue && !checks?.dialogue)) return "";
  const isAnswered = async (ending: Ending) => {
    const { status } = await tryCase(asking(role, checks), ending);
    return status === "passed";
  };
  return !(await isAnswered("")) && (await isAnswered("\n")) ? "\n" : "";
}

/** Asks the first question that has an answer; any will do, and so does the end after the leaving word where there is none. */
function asking(role: Role, checks: RoleChecks | undefined): WholeCase & ServerCase {
  const dialogue = (t: ServerTester) => checks?.dialogue?.(t, t.words) ?? role.dialogue ?? { lines: [] };
  return {
    id: "FRAME-2.habit",
    rule: "FRAME-2",
    side: "server",
    grade: "INFO",
    weight: 0,
    limitMs: 8_000,
    needs: [],
    title: "answers a question",
    async run(t) {
      const { greeting, turns, closes } = new Talk(t, { role, dialogue });
      const c = await t.connect();
      if (greeting.length > 0) await c.message().catch(() => undefined);
      for (const { says, answers } of turns) {
        c.say(says);
        if (answers.length === 0) await c.settled();
        else {
          await c.message();
          return;
        }
      }
      // Of a conversation without answers, such as with an operator's server, the end is one.
      if (closes) await c.ends();
    },
  };
}
