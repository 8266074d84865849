/**
 * The process that runs `sql`: one question a message. A process, because nothing can stop SQLite within a step: not a timer, and not
 * the end of a thread. A process can be killed.
 */
import type { Question } from "./queries.ts";
import { answerTo } from "./query-answer.ts";

process.on("message", (question: Question) => {
  process.send?.(answerTo(question));
});
// The daemon is gone: no question will come.
process.on("disconnect", () => process.exit(0));
