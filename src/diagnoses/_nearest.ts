/** The name that was meant, among those that exist: a file that was not found, a user who is not there. */
import { type Sign, sign } from "./_sign.ts";

export type Difference =
  | "case"
  | "blanks"
  | "lineEnd"
  | "invisible"
  | "quotes"
  | "folder"
  | "extension"
  | "noExtension"
  | "letters";

export type NearestSign = Sign<"nearest", { asked: string; name: string; difference: Difference }>;

const BY_RULE: readonly (readonly [Difference, (name: string) => string])[] = [
  ["lineEnd", (name) => name.replace(/[\r\n\0]+$/, "")],
  ["blanks", (name) => name.trim()],
  ["quotes", (name) => name.trim().replace(/^["'<](.*)["'>]$/, "$1")],
  ["invisible", (name) => name.trim().replace(/[\p{Cc}\p{Cf}]/gu, "")],
  ["folder", (name) => name.trim().replace(/^.*[\\/]/, "")],
];

/** Nearest of the names that exist; undefined where none is near, or the name exists. */
export function findNearest(asked: string, names: readonly string[]): NearestSign | undefined {
  if (names.includes(asked) || asked === "") return undefined;
  const found = (name: string, difference: Difference, isCertain = true) =>
    sign("nearest", isCertain, { asked, name, difference });
  for (const [difference, mend] of BY_RULE) {
    const mended = mend(asked);
    if (mended !== asked && names.includes(mended)) return found(mended, difference);
  }
  const plain = BY_RULE.reduce((name, [, mend]) => mend(name), asked);
  const lower = plain.toLowerCase();
  const sameLetters = names.find((name) => name.toLowerCase() === lower);
  if (sameLetters !== undefined) return found(sameLetters, "case");
  const sameStem = names.find((name) => stem(name).toLowerCase() === stem(plain).toLowerCase());
  if (sameStem !== undefined) return found(sameStem, plain.includes(".") ? "extension" : "noExtension");
  const [near] = names
    .map((name) => ({ name, edits: distance(lower, name.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits);
  const isNear = near !== undefined && near.edits <= Math.min(2, Math.floor(plain.length / 4));
  return isNear ? found(near.name, "letters", false) : undefined;
}

const stem = (name: string) => name.replace(/\.\w{1,8}$/, "");

/** Edits between two words, two neighbours in the wrong order being one; names are short. */
function distance(one: string, other: string): number {
  if (Math.abs(one.length - other.length) > 2 || one.length > 200) return Number.POSITIVE_INFINITY;
  let before: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const isSame = one[row - 1] === other[column - 1];
      const isTurned = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      current[column] = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (isSame ? 0 : 1),
        isTurned ? (before[column - 2] ?? row) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    [before, last] = [last, current];
  }
  return last[other.length] ?? Number.POSITIVE_INFINITY;
}
