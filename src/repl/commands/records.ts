import { z } from "zod";
import type { Lab } from "../../lab/lab.ts";
import { isConnectionTerm, isOwnQuestion, selectStories } from "../../lab/selectors.ts";
import { isOpenedByUs } from "../../stories/editions.ts";
import { shownEntryRecord, toShownRecord } from "../../stories/shown-record.ts";
import type { Entry, Story } from "../../stories/story.ts";
import { type Call, defineCommand } from "../command.ts";
import { storiesWantedBy, wantedBy } from "../following.ts";
import { showTokensOption } from "../guarded-options.ts";
import { findFacts } from "../journaled.ts";
import { cardMarks, messageDocuments, protocolOf } from "../story-marks.ts";

const options = z.object({
  follow: z.boolean().default(false).describe("live connections, and each entry as it comes, until Ctrl-C"),
  messages: z.boolean().default(false).describe("with the bytes of each message that framing made"),
  showTokens: showTokensOption("with tokens as they are"),
});
type Options = z.output<typeof options>;

/** Documents: `{ opener, protocol, record, cards }` is a story as it stands; `{ id, entry, bytesIn, bytesOut }` an entry behind it; `{ lost }` entries that a slow reader missed. */
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
    if (options.follow) return follow(call);
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

function storyDocument(lab: Lab, story: Story, options: Options) {
  return {
    opener: isOpenedByUs(story, lab.roles) ? "us" : "peer",
    protocol: protocolOf(story, lab.roles),
    record: toShownRecord(story, options),
  };
}

/** A story as it stands, with the cards that it gave. */
function wholeDocument(lab: Lab, story: Story, options: Options) {
  return {
    ...storyDocument(lab, story, options),
    cards: cardMarks(lab, story),
    ...(options.messages ? { messages: messageDocuments(lab, story, options) } : {}),
  };
}

function follow(call: Call<Options>): Promise<void> {
  const { lab, rest, options, signal } = call;
  const isWanted = wantedBy(lab, rest);
  const known = new Set<Story>();
  let lost = 0;
  const tellLost = () => {
    if (lost > 0) print(call, { lost });
    lost = 0;
  };
  const begin = (story: Story) => {
    known.add(story);
    print(call, storyDocument(lab, story, options));
  };
  const see = (story: Story, entry: Entry) => {
    if (isOwnQuestion(story) || !isWanted(story, entry)) return;
    // A reader that is slow misses entries; the sums of the next one tell how many bytes they were.
    if (call.isBehind) lost += 1;
    else if (!known.has(story)) begin(story);
    else {
      tellLost();
      const { bytesIn, bytesOut, subject } = story;
      print(call, { id: subject.id, entry: shownEntryRecord(story, entry, options), bytesIn, bytesOut });
    }
    if (entry.kind === "closed") known.delete(story);
  };
  for (const story of lab.liveStories()) {
    const now: Entry = { kind: "opened", at: 0, state: story.state };
    if (!isOwnQuestion(story) && isWanted(story, now)) begin(story);
  }
  return new Promise((resolve) => {
    const end = lab.subscribe("entries", ({ story, entry }) => see(story, entry), storiesWantedBy(lab, rest));
    const stop = () => {
      end();
      tellLost();
      resolve();
    };
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}
