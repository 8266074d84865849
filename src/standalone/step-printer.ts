/** A client's run told step by step, for `--explain`: what each state does, what is sent, what comes. */

import type { Role } from "../machines/_role.ts";
import { printable, printableBytes } from "../printable.ts";
import { type Style, styleOf } from "../repl/style.ts";
import { causeText } from "../stories/cause-text.ts";
import { contextOf } from "../stories/editions.ts";
import {
  programText,
  readingOf,
  type ShownEntry,
  shownEntry,
  type Visibility,
} from "../stories/entry-text.ts";
import type { Entry, Story } from "../stories/story.ts";

export function stepPrinter(
  role: Role,
  err: (text: string) => void,
  hasColors: boolean,
  visibility: Visibility = {},
) {
  const style = styleOf(hasColors);
  let hasBegun = false;
  return (story: Story, entry: Entry): void => {
    const print = (at: number, text: string) =>
      err(`${`+${(at / 1_000_000).toFixed(3)}`.padStart(8)}  ${text}`);
    if (!hasBegun && entry.kind !== "opened") {
      hasBegun = true;
      // No transition leads into the state that a run begins in.
      const first = entry.kind === "transition" ? entry.from : story.state;
      if (role.steps?.[first]) print(0, stateText(role, first, style));
    }
    const text = stepText(role, story, shownEntry(entry, contextOf(story), visibility), style);
    if (text) print(entry.at, text);
  };
}

const stateText = ({ steps }: Role, state: string, style: Style, otherwise = "") =>
  `${style.bold(state)}: ${steps?.[state] ?? otherwise}`;

const count = (bytes: number) => `${bytes} ${bytes === 1 ? "byte" : "bytes"}`;

function stepText(
  role: Role,
  { subject: { remote } }: Story,
  entry: ShownEntry,
  style: Style,
): string | undefined {
  const peer = `${remote.address}:${remote.port}`;
  switch (entry.kind) {
    case "transition":
      return stateText(role, entry.to, style, entry.event);
    case "out":
      return `  send() to ${peer}: ${printableBytes(entry.bytes, undefined, entry.hidden)}, ${count(entry.size)}${readingOf(entry, role.display)}`;
    case "in":
      return `  recv() from ${peer}: ${printableBytes(entry.bytes, undefined, entry.hidden)}, ${count(entry.size)}${readingOf(entry, role.display)}`;
    case "file":
      return `  the file has ${count(entry.told)}`;
    case "remark":
      return `  ${printable(causeText(entry.cause))}`;
    case "program":
      return `  ${programText(entry)}`;
    case "ended":
      return "  the server has closed its side (FIN)";
    case "closed":
      return `  the connection is closed${entry.cause ? `: ${printable(causeText(entry.cause))}` : ""}`;
    case "crashed":
      return style.bad(`crashed: ${printable(causeText(entry.cause))}`);
    default:
      return undefined;
  }
}
