/** Questions of a page that are asked once. Each looks at the level itself. */
import * as z from "zod";
import { NetlabError } from "../errors.ts";
import { printable } from "../printable.ts";
import { momentDocument } from "../repl/moment.ts";
import { playAgain, replayRequest } from "../repl/replaying.ts";
import type { Story } from "../stories/story.ts";
import { storyFor } from "./levels.ts";
import type { Level, MomentState } from "./protocol.ts";
import { currentStates } from "./sources/connection-source.ts";
import type { WebHost } from "./web-host.ts";

const VALUE_CHARACTERS = 300;
const HEX_ROW = 32;

export const questionShape = z.discriminatedUnion("about", [
  z.strictObject({
    about: z.literal("moment"),
    connection: z.string().max(200),
    entry: z.number().int().min(1).max(1_000_000),
  }),
]);

/** Rejects with a NetlabError. */
export async function answerTo(
  { lab, stories }: WebHost,
  question: z.output<typeof questionShape>,
  level: Level,
): Promise<unknown> {
  await stories.recall(question.connection);
  const story = storyFor(level, stories, question.connection);
  if (!story) throw new NetlabError("no-such-connection/of-term", { term: printable(question.connection) });
  const replayed = await playAgain(lab, replayRequest(lab, story), question.entry);
  const document = momentDocument(story, question.entry, replayed, {});
  return {
    entry: question.entry,
    state: document.state,
    current: currentStates(lab, story as Story, document.state),
    framing: document.framing,
    knows: Object.entries(document.context).map(([name, value]) => [
      printable(name),
      printable(JSON.stringify(value) ?? "nothing", VALUE_CHARACTERS),
    ]),
    unread: document.unreadHex.match(new RegExp(`.{1,${HEX_ROW}}`, "g")) ?? [],
    difference: document.difference,
  } satisfies MomentState;
}
