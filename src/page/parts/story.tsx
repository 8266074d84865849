/** Story of a connection, in order. An entry that is chosen is the moment that is shown. */
import type { StoryEntry } from "../../web/protocol.ts";

interface StoryProps {
  readonly entries: readonly StoryEntry[];
  /** Number of the entry whose moment is shown; undefined: now. */
  readonly chosen: number | undefined;
  /** Undefined where moments cannot be gone to. */
  readonly choose?: ((number: number) => void) | undefined;
}

export function StoryView({ entries, chosen, choose }: StoryProps) {
  return (
    <ol class="story">
      {entries.map((entry) => (
        <Entry key={entry.number} entry={entry} isChosen={entry.number === chosen} choose={choose} />
      ))}
    </ol>
  );
}

interface EntryProps {
  readonly entry: StoryEntry;
  readonly isChosen: boolean;
  readonly choose?: ((number: number) => void) | undefined;
}

function Entry({ entry: { number, us, kind, text }, isChosen, choose }: EntryProps) {
  const seconds = (us / 1_000_000).toFixed(3);
  return (
    <li data-kind={kind} aria-current={isChosen ? "true" : undefined}>
      {choose && kind !== "gap" ? (
        <button type="button" class="entry-number" title="show this moment" onClick={() => choose(number)}>
          {number}
        </button>
      ) : (
        <span class="entry-number">{kind === "gap" ? "" : number}</span>
      )}
      <span class="entry-time">+{seconds}</span>
      <span class="entry-text">{text}</span>
    </li>
  );
}
