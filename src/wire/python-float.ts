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

const MINUS = 0x2d;
const DIGIT_0 = 0x30;
/** Code of the point, as a digit is reckoned. */
const POINT = 0x2e - DIGIT_0;

/** From here on Python writes an exponent, as it does below the other one. */
const LARGE = 1e16;
const SMALL = 1e-4;

/** Digits of nearly every number, and a double holds them exactly. */
const MAX_PLAIN_DIGITS = 15;
/** Powers of ten that a double holds exactly: a quotient of two such numbers is rounded once, as Python rounds. */
const POWERS = Array.from({ length: MAX_PLAIN_DIGITS + 1 }, (_, digits) => 10 ** digits);

/** Python's `float(text)`; undefined where Python would raise a ValueError. */
export function parsePythonFloat(text: string): number | undefined {
  return parsePlainNumber(text, 0, text.length) ?? parseWhole(text);
}

/** `12`, `-3.5` between two places of a text; undefined for all that takes the whole grammar. */
export function parsePlainNumber(text: string, from: number, to: number): number | undefined {
  const isNegative = text.charCodeAt(from) === MINUS;
  const first = isNegative ? from + 1 : from;
  // A point and the digits around it: `.5` and `5.` take the whole grammar.
  if (to - first > MAX_PLAIN_DIGITS + 1) return undefined;
  let value = 0;
  let pointAt = -1;
  for (let at = first; at < to; at += 1) {
    const digit = text.charCodeAt(at) - DIGIT_0;
    if (digit >= 0 && digit <= 9) value = value * 10 + digit;
    else if (digit === POINT && pointAt < 0 && at > first) pointAt = at;
    else return undefined;
  }
  const digits = pointAt < 0 ? to - first : to - first - 1;
  const decimals = pointAt < 0 ? 0 : to - pointAt - 1;
  if (digits === 0 || digits > MAX_PLAIN_DIGITS || (pointAt >= 0 && decimals === 0)) return undefined;
  const size = decimals === 0 ? value : value / (POWERS[decimals] ?? 1);
  return isNegative ? -size : size;
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
