import { z } from "zod";
import type { Lab } from "../../lab/lab.ts";
import { isConnectionTerm, isOwnQuestion, selectStories } from "../../lab/selectors.ts";
import type { Story } from "../../stories/story.ts";
import { type Call, defineCommand } from "../command.ts";
import { showTokensOption } from "../guarded-options.ts";
import { findFacts } from "../journaled.ts";
import { RecordFollower } from "../record-follower.ts";
import { cardMarks, storyDocument } from "../story-marks.ts";

const options = z.object({
  follow: z.boolean().default(false).describe("live connections, and each entry as it comes, until Ctrl-C"),
  messages: z.boolean().default(false).describe("with the bytes of each message that framing made"),
  whole: z
    .boolean()
    .default(false)
    .meta({ level: "own" })
    .describe("with --follow, every byte: of files, and of long reads and writes, too"),
  showTokens: showTokensOption("with tokens as they are"),
});
type Options = z.output<typeof options>;

/** Documents: `{ opener, protocol, record, cards }` is a story as it stands; `{ id, entry, bytesIn, bytesOut }` an entry behind it, with its message and new cards; `{ id, piece }` bytes that no entry keeps; `{ id, over }` a story of datagrams that has ended; `{ lost }` entries that a slow reader missed. */
export default defineCommand({
  name: "records",
  group: "connections",
  level: "observe",
  summary: "prints whole stories as JSON, one a line: for programs, and for capture",
  args: [
    { name: "selector", summary: "default all", isOptional: true, isVariadic: true, completes: "selector" },
  ],
  options,
  example: "records calculator-1 --json",
  async run(call) {
    const { lab, rest, options } = call;
    if (options.follow) return new RecordFollower(call, (document) => print(call, document)).run();
    const stories = (await storiesOf(lab, rest)).filter((story) => !isOwnQuestion(story));
    for (const story of stories) print(call, wholeDocument(lab, story, options));
  },
});

/** The stories that all terms fit; a connection that is named alone may be in the journal only. */
async function storiesOf(lab: Lab, terms: readonly string[]): Promise<readonly Story[]> {
  const [term, ...others] = terms;
  const isOne = term !== undefined && others.length === 0 && term !== "@last" && isConnectionTerm(term);
  return isOne ? [await findFacts(lab, term)] : selectStories(lab, terms);
}

/** Prints JSON, asked for or not: bytes in base64 are no text for a person. */
function print(call: Call<Options>, document: unknown): void {
  if (call.isJson) call.data(document);
  else call.out(JSON.stringify(document));
}

/** A story as it stands, with the cards that it gave. */
function wholeDocument(lab: Lab, story: Story, options: Options) {
  return {
    ...storyDocument(lab, story, options),
    cards: cardMarks(lab, story),
  };
}
