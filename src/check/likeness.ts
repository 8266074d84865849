/**
 * Texts by value, for cases that are about something else than the bytes of an answer: numbers as numbers, and any white space for any
 * other. So `50` for `50.0` fails the one case that is about it, and no other.
 */

const NUMBER = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i;
/** Tail of a number that a server sends digit by digit, and the ends of messages. */
const BEFORE = "^(?:\\.0*)?[\\s\\0]*";
const BETWEEN = "[\\s\\0]*";
const AFTER = "(?![\\w.])[\\s\\0]*";

/** Takes these texts one after another at the beginning of what came, with what stands between them. */
export function likeness(texts: readonly string[]): RegExp {
  return new RegExp(BEFORE + texts.map(patternOf).join(BETWEEN) + AFTER, "u");
}

/**
 * The same at the end of what came, whatever stands before each: `= 50`, `15 + 35 is 50`. A reply's last word is its value. The tail of a
 * number that came before, and other signs and digits, are part of no value.
 */
export function endingLikeness(texts: readonly string[]): RegExp {
  const amid = texts.map((text) => (NUMBER.test(text.trim()) ? NO_PART : "") + patternOf(text));
  return new RegExp(`^[^]*?${amid.join("[^]*?")}[\\s\\0]*$`, "u");
}

const NO_PART = "(?<![\\d.+-]|\\d[eE])";

/** The same anywhere. */
export function mention(text: string): RegExp {
  const pattern = patternOf(text);
  return new RegExp(NUMBER.test(text.trim()) ? `(?<![\\w.])${pattern}(?![\\w]|\\.\\d)` : pattern, "u");
}

function patternOf(text: string): string {
  const word = text.trim();
  if (NUMBER.test(word)) return numberPattern(word);
  return word.split(/\s+/).map(escaped).join("\\s+");
}

/** A double keeps no more: beyond them, two numbers may have one value. */
const MOST_DIGITS = 17;

/** Zeros before and behind the others are none. */
const significantDigits = (word: string) =>
  word
    .replace(/e.*$/i, "")
    .replaceAll(/\D/g, "")
    .replaceAll(/^0+|0+$/g, "").length;

/** `50.0` is also `50`, `50.`, `50.00` and `5e+01`, and each is itself: `007`, or more digits than a double keeps. */
function numberPattern(word: string): string {
  const value = Math.abs(Number(word));
  if (!Number.isFinite(value) || significantDigits(word) > MOST_DIGITS) return escaped(word);
  const [mantissa = "", power = ""] = value.toExponential().split("e");
  const [digits, exponent] = [mantissa.replace(".", ""), Number(power)];
  const sign = value === 0 ? "[-+]?" : word.startsWith("-") ? "-" : "\\+?";
  const scientific = `${digits[0]}${fractionPattern(digits.slice(1))}[eE]${exponent < 0 ? "-" : "\\+?"}0*${Math.abs(exponent)}`;
  return `(?:${escaped(word)}|${sign}(?:${scientific}|${plainPattern(digits, exponent)}))`;
}

function plainPattern(digits: string, exponent: number): string {
  if (exponent < 0) return `0?${fractionPattern(`${"0".repeat(-exponent - 1)}${digits}`)}`;
  const padded = digits.padEnd(exponent + 1, "0");
  return `${padded.slice(0, exponent + 1)}${fractionPattern(padded.slice(exponent + 1))}`;
}

const fractionPattern = (digits: string) => (digits === "" ? "(?:\\.0*)?" : `\\.${digits}0*`);

/** For a pattern with the flag u, which has no `\-`. */
const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");

/** Most characters between two pieces of a long text: `<< ` before each read, or the menu that another thread prints meanwhile. */
const MOST_AMID = 100;
/** A piece that is shorter is no read of a long text. */
const LEAST_PIECE = 32;

/** Whether a long text is shown, whole or in pieces with something short between them. */
export function showsInPieces(output: string, text: string): boolean {
  const head = text.slice(0, LEAST_PIECE);
  for (let from = output.indexOf(head); from >= 0; from = output.indexOf(head, from + 1))
    if (isShownFrom(output.slice(from), text)) return true;
  return false;
}

function isShownFrom(output: string, text: string): boolean {
  let [place, done] = [0, 0];
  for (;;) {
    while (done < text.length && output[place] === text[done]) {
      place += 1;
      done += 1;
    }
    if (done === text.length) return true;
    const next = output.indexOf(text.slice(done, done + LEAST_PIECE), place);
    if (next < 0 || next - place > MOST_AMID) return false;
    place = next;
  }
}
