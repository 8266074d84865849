/** Differences that a person overlooks between the word that came and the one that is due. */
import { quoted } from "./_evidence.ts";
import { findNearest } from "./_nearest.ts";

/** A sentence with a blank in front; none where no word is due. */
export function differenceOf(said: string, due: readonly string[]): string {
  if (due.length === 0) return "";
  const near = findNearest(said, due);
  switch (near?.args.difference) {
    case "case":
      return ` ${quoted(near.args.name)} is due: capital letters count.`;
    case "lineEnd":
    case "blanks":
      return ` ${quoted(near.args.name)} is due, without the white space.`;
    default:
      return ` Here ${due.map(quoted).join(" or ")} is due.`;
  }
}

/** The same beside a sentence that tells what is due; none where they are not near. */
export function slipIn(said: string, due: string): string {
  switch (findNearest(said, [due])?.args.difference) {
    case "case":
      return " Capital letters count.";
    case "lineEnd":
    case "blanks":
      return " There is white space in it that does not belong there.";
    default:
      return "";
  }
}
