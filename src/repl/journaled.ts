/** Peers of whom only the journal knows: of this run, where memory was wanted for others, or of an earlier one. */
import { NetlabError } from "../errors.ts";
import { instanceOfPeer, parsePeerTerm } from "../ids.ts";
import type { Lab, WordsRow } from "../lab/lab.ts";
import { isLabel, isOwnQuestion, selectStory, storyTestForLater } from "../lab/selectors.ts";
import { printable } from "../printable.ts";
import { KeptStory } from "../stories/kept-story.ts";
import { Story } from "../stories/story.ts";

/** The one connection that is meant: the recorder's, else the journal's. Throws as `selectStory` does. */
export async function findStory(lab: Lab, term: string): Promise<Story | readonly WordsRow[]> {
  const kept = isRemembered(lab, term) ? undefined : await journaledFor(lab, term);
  if (kept) return kept.form === "facts" ? kept.story : kept.rows;
  return selectStory(lab, term);
}

/** The same, for readers of facts: they can do nothing with an older version's words. */
export async function findFacts(lab: Lab, term: string): Promise<Story> {
  const found = await findStory(lab, term);
  if (found instanceof Story) return found;
  throw new NetlabError("wrong-state/journaled-words", { id: found[0]?.connection ?? term });
}

/** The same, for those who play it again: an older journal leaves out what the world answered. */
export async function findWhole(lab: Lab, term: string): Promise<Story> {
  const found = await findFacts(lab, term);
  if (found instanceof KeptStory && !found.hasAnswers)
    throw new NetlabError("wrong-state/journaled", { id: found.subject.id });
  return found;
}

/** A peer by its number, or the newest of a student who has not come yet since the daemon began. */
async function journaledFor(lab: Lab, term: string) {
  const peer = parsePeerTerm(term) ?? (isLabel(lab, term) ? await newestPeerOf(lab, term) : undefined);
  return peer && lab.journaled(peer);
}

async function newestPeerOf(lab: Lab, term: string) {
  const [newest] = await lab.journaledOf(term, 1);
  return newest && parsePeerTerm(newest.id);
}

function isRemembered(lab: Lab, term: string): boolean {
  if (parsePeerTerm(term)) return lab.stories().some(storyTestForLater(lab, term));
  if (!isLabel(lab, term)) return true;
  const isIt = storyTestForLater(lab, term);
  return lab.stories().some((story) => isIt(story) && !isOwnQuestion(story));
}

const OLDER = "An older version of netlabd recorded this, so it can be shown but not judged.";
const SEVERAL = "It gave the same id more than once: this is more than one connection.";

/** Rows of an older version, in its own words. */
export function olderText(rows: readonly WordsRow[]): string {
  const [first] = rows;
  const lines = rows.map(({ at, detail, kind }) => {
    const time = new Date(at).toISOString().replace("T", " ").slice(0, 23);
    return `  ${time}  ${printable(detail ?? kind)}`;
  });
  return [
    `${first?.connection}  ${first?.role} with ${first?.remote}`,
    ...(countOpened(rows) > 1 ? [SEVERAL] : []),
    "",
    ...lines,
    "",
    OLDER,
  ].join("\n");
}

/** The same as a document: with `explain --json`'s names, where it has what they name. */
export function olderDocument(rows: readonly WordsRow[]) {
  const [first] = rows;
  return {
    id: first?.connection ?? null,
    role: first ? instanceOfPeer(first.connection) : null,
    remote: first?.remote ?? null,
    source: "journal of an older version",
    verdict: null,
    diagnoses: [],
    entries: rows.map(({ at, kind, detail, bytes }) => ({
      at: new Date(at).toISOString(),
      kind,
      text: (detail ?? "").trim(),
      ...(bytes ? { hex: bytes.toString("hex") } : {}),
    })),
  };
}

const countOpened = (rows: readonly WordsRow[]) => rows.filter(({ kind }) => kind === "opened").length;
