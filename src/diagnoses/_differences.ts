/** Differences that a person overlooks between the word that came and the one that is due. */
import { quoted } from "./_evidence.ts";
import { findNearest } from "./_nearest.ts";

/** A sentence with a blank in front; none where no word is due. */
export function differenceOf(said: string, due: readonly string[]): string {
  if (due.length === 0) return "";
  const near = findNearest(said, due);
  const what = `${due.map(quoted).join(" or ")} is due`;
  switch (near?.args.difference) {
    case "case":
      return ` ${quoted(near.args.name)} is due: capital letters count.`;
    case "lineEnd":
    case "blanks":
      return ` ${quoted(near.args.name)} is due, without the white space.`;
    default:
      return ` Here ${what}.`;
  }
}
