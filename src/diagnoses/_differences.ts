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

/** Signs that word processors and web pages put in place of those of the keyboard. */
const TYPOGRAPHIC: ReadonlyMap<string, string> = new Map([
  ["\u2018", "'"],
  ["\u2019", "'"],
  ["\u00b4", "'"],
  ["\u201c", '"'],
  ["\u201d", '"'],
  ["\u2013", "-"],
  ["\u2014", "-"],
  ["\u2026", "..."],
]);

function typographicSlip(said: string, due: string): string | undefined {
  const other = [...said].find((sign) => TYPOGRAPHIC.has(sign));
  const plain = [...said].map((sign) => TYPOGRAPHIC.get(sign) ?? sign).join("");
  if (other === undefined || plain !== due) return undefined;
  const code = (other.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return ` ${quoted(other)} (U+${code}) stands where ${quoted(TYPOGRAPHIC.get(other) ?? "")} of the keyboard is due: it often comes with text that was copied from a page.`;
}

/** The same beside a sentence that tells what is due; none where they are not near. */
export function slipIn(said: string, due: string): string {
  const slip = typographicSlip(said, due);
  if (slip !== undefined) return slip;
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
