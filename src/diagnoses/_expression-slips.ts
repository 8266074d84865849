/** Sentences about an expression that a calculator cannot read, as far as its text tells what is wrong. */
import { parseExpression } from "../wire/calculator.ts";
import { quoted } from "./_evidence.ts";

/** Signs and words that stand for an operator elsewhere. */
const MEANT: ReadonlyMap<string, string> = new Map(
  Object.entries({
    x: "*",
    X: "*",
    "×": "*",
    "·": "*",
    "∗": "*",
    "÷": "/",
    ":": "/",
    "∕": "/",
    "\\": "/",
    "−": "-",
    "–": "-",
    "—": "-",
    "＋": "+",
    plus: "+",
    add: "+",
    minus: "-",
    times: "*",
    mul: "*",
    over: "/",
    div: "/",
  }),
);
/** Operators of languages that this calculator has not. */
const MISSING = new Set(["^", "**", "%", "//", "mod", "&", "|"]);

/** The sentence for a text that is no expression [CALC-2]. */
export function expressionSlip(text: string): string {
  const shown = quoted(text);
  const slip = textSlip(text.trim());
  return slip === undefined ? `${shown} is not of the form: number operator number.` : slip(shown);
}

type Sentence = (shown: string) => string;
const isRight = (text: string) => parseExpression(text).ok;

/** Longer texts are no slip of a person, and patterns would take long over them. */
const MOST_CHARACTERS = 200;

function textSlip(text: string): Sentence | undefined {
  if (text.length > MOST_CHARACTERS) return undefined;
  const unfilled = unfilledSlip(text);
  if (unfilled) return unfilled;
  if (isRight(text.replace(/\s*([-+*/])\s*/, " $1 ")))
    return (shown) => `In ${shown} the spaces around the operator are missing.`;
  return commaSlip(text) ?? orderSlip(text) ?? operatorSlip(text);
}

/** Conversions of printf(), and places of format() and of templates. */
const PLACE = /%[-+0# ]*\d*(?:\.\d+)?l{0,2}[dfgiscu](?![\w])|\$?\{\w*(?:[.:]\w*)*\}/;

/** Printed values that are none. */
const NOTHING = /(?<!\S)(?:null|None|undefined|nil|\(null\)|<nil>)(?!\S)/;

function unfilledSlip(text: string): Sentence | undefined {
  const [, word = "", rest = ""] = /^(null|None|undefined|nil)\s*(.+)$/.exec(text) ?? [];
  if (isRight(rest))
    return (shown) =>
      `In ${shown} ${quoted(word)} stands before the expression: a variable had no value yet (String s = null; s += …), and its ${quoted(word)} became a part of the text.`;
  const [operand] = NOTHING.exec(text) ?? [];
  if (operand !== undefined && isRight(text.replaceAll(new RegExp(NOTHING, "g"), "1")))
    return (shown) =>
      `In ${shown} ${quoted(operand)} stands for a number: it is what a language prints of a variable without a value.`;
  const [place] = PLACE.exec(text) ?? [];
  return place === undefined
    ? undefined
    : (shown) =>
        `${shown} is a pattern, and ${quoted(place)} a place in it that no value was put into: sprintf() or format() is missing, or the f before an f-string.`;
}

/** Groups of three digits are thousands as well as decimals: the text alone does not tell. */
function commaSlip(text: string): Sentence | undefined {
  if (isRight(text.replace(/\s*,\s*(?=[-+*/])|(?<=[-+*/])\s*,\s*/g, " ")) && text.includes(","))
    return (shown) => `In ${shown} commas stand where blanks are due.`;
  if (!isRight(text.replaceAll(",", "."))) {
    const isGrouped = text.includes(",") && isRight(text.replaceAll(/(?<=\d),(?=\d{3}\b)/g, ""));
    return isGrouped
      ? (shown) => `${shown} groups its digits by commas; this protocol has digits alone, and a point.`
      : undefined;
  }
  const isEither = /(?<![\d,.])[1-9]\d{0,2}(,\d{3})+(?![\d,])/.test(text);
  return isEither
    ? (shown) =>
        `${shown} has a comma in a number, of decimals or of thousands. This protocol has neither: a point for decimals, and nothing between thousands.`
    : (shown) => `${shown} writes its decimals with a comma; this protocol has a point.`;
}

const NUMBER = String.raw`[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?`;
const FIRST = new RegExp(`^([-+*/])\\s+(${NUMBER})\\s+(${NUMBER})$`);
const LAST = new RegExp(`^(${NUMBER})\\s+(${NUMBER})\\s+([-+*/])$`);

function orderSlip(text: string): Sentence | undefined {
  if (FIRST.test(text))
    return (shown) => `In ${shown} the operator stands first; between the numbers is its place.`;
  if (LAST.test(text))
    return (shown) => `In ${shown} the operator stands last; between the numbers is its place.`;
  const [, before = ""] = /^(.*?)\s*=\s*\??$/.exec(text) ?? [];
  if (isRight(before))
    return (shown) => `In ${shown} an = stands after the expression; it ends with its second number.`;
  if (/^[-+*/\d\s.()e]+$/.test(text) && (text.match(/[-+*/]/g) ?? []).length > 1)
    return (shown) =>
      `${shown} has more than one operator. Either it is more than this calculator can do (two numbers, one operator), or two expressions of yours arrived in one read.`;
  return undefined;
}

const WITH_WORD = new RegExp(`^(${NUMBER})\\s*([^\\d\\s.]+)\\s*(${NUMBER})$`);

function operatorSlip(text: string): Sentence | undefined {
  const [, , word = ""] = WITH_WORD.exec(text) ?? [];
  // Without blanks it is a time of day as well, or a name.
  const isGlued = word === ":" && !/\s:\s/.test(text);
  const meant = isGlued ? undefined : (MEANT.get(word) ?? MEANT.get(word.toLowerCase()));
  if (meant !== undefined)
    return (shown) => `In ${shown}, ${named(word)} is no operator; ${meant} is what it stands for.`;
  if (MISSING.has(word.toLowerCase()))
    return (shown) => `In ${shown}, ${quoted(word)} is no operator of this calculator: it has + - * and /.`;
  if (/^[-+.\d]\S*\s+\S+\s+[-+.\d]\S*$/.test(text))
    return (shown) =>
      `In ${shown} the word between the numbers is not an operator, or one of the numbers is not a number. The operators are + - * and /; numbers are written as in Python.`;
  return undefined;
}

/** With its number, where no eye tells it from the sign of the keyboard. */
function named(word: string): string {
  const code = word.codePointAt(0) ?? 0;
  return code < 0x80
    ? quoted(word)
    : `${quoted(word)} (U+${code.toString(16).toUpperCase().padStart(4, "0")})`;
}
