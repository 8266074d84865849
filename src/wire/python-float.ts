/**
 * Numbers as Python reads and writes them: `float(text)` and `repr(number)`. Digits are ASCII digits; what Python would
 * read of the world's other digits is no number here.
 */

/** White space that Python's `float()` lets stand around a number; JavaScript's `\s` lacks one of them and has one more. */
const SPACE = "[\\t-\\r \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";

/** Underscores only between digits. No two parts can take the same character, so a long text costs one pass. */
const DIGITS = "\\d+(?:_\\d+)*";
const UNSIGNED = `(?:${DIGITS}(?:\\.(?:${DIGITS})?)?|\\.${DIGITS})(?:[eE][-+]?${DIGITS})?`;
const NUMBER = new RegExp(`^${SPACE}*([-+]?${UNSIGNED})${SPACE}*$`);
const WORD = new RegExp(`^${SPACE}*([-+]?)(?:inf|infinity|(nan))${SPACE}*$`, "i");

/** From here on Python writes an exponent, as it does below the other one. */
const LARGE = 1e16;
const SMALL = 1e-4;

/** Form of nearly every number, and a double holds it exactly. */
const MAX_PLAIN_DIGITS = 15;

/** Python's `float(text)`; undefined where Python would raise a ValueError. */
export function parsePythonFloat(text: string): number | undefined {
  return parsePlainDigits(text) ?? parseWhole(text);
}

/** A few digits and nothing else; undefined for all that takes the whole grammar. */
function parsePlainDigits(text: string): number | undefined {
  if (text.length === 0 || text.length > MAX_PLAIN_DIGITS) return undefined;
  let value = 0;
  for (let at = 0; at < text.length; at += 1) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value;
}

function parseWhole(text: string): number | undefined {
  const number = NUMBER.exec(text)?.[1];
  if (number !== undefined) return Number(number.includes("_") ? number.replaceAll("_", "") : number);
  const [, sign, nan] = WORD.exec(text) ?? [];
  if (sign === undefined) return undefined;
  if (nan) return Number.NaN;
  return sign === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** Python's `repr(number)`: the fewest digits that read back as the same double, in Python's spelling. */
export function pythonRepr(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const size = Math.abs(value);
  if (size === Number.POSITIVE_INFINITY) return value < 0 ? "-inf" : "inf";
  if (size < SMALL || size >= LARGE) return withTwoDigitExponent(value.toExponential());
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

/** `1e-5` is `1e-05` in Python, `1e+100` is the same in both. */
function withTwoDigitExponent(text: string): string {
  const lastDigit = text.length - 1;
  return /\d/.test(text.charAt(lastDigit - 1))
    ? text
    : `${text.slice(0, lastDigit)}0${text.charAt(lastDigit)}`;
}
