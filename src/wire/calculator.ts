/** Words of the calculator, and `number operator number`, separated by white space [CALC-2], for either side. Pure. */
import { parsePlainNumber, parsePythonFloat, pythonRepr } from "./python-float.ts";

export const QUIT = "q";
export const DIVISION_BY_ZERO = "Division by zero";
export const BYE = "Bye";
/** Answers to texts that are no expression, by the code of what is wrong. */
export const INCORRECT = { format: "Incorrect expression format", operator: "Incorrect operator" } as const;

export const hello = (name: string) => `Hello ${name}`;
export const isQuit = (text: string) => text.trim() === QUIT;

export type Operator = "+" | "-" | "*" | "/";

export type Expression =
  | { readonly ok: true; readonly left: number; readonly operator: Operator; readonly right: number }
  | { readonly ok: false; readonly code: "format" | "operator" };

const THREE_WORDS = /^\s*(\S+)\s+(\S+)\s+(\S+)\s*$/;
/** Start of everything that is a number to Python, behind what is white space to it or to us: whatever begins otherwise is not read to its end. */
const NUMBER_START = /^[\s\x85]*[-+.\diInN]/;
const SPACE = 0x20;
const NO_FORMAT: Expression = { ok: false, code: "format" };
const NO_OPERATOR: Expression = { ok: false, code: "operator" };

/** Three words whose outer ones are numbers; only then is the one between them looked at. */
export function parseExpression(text: string): Expression {
  return parsePlainExpression(text) ?? parseWhole(text);
}

/** `15 + 3.5`, with one space on either side, as nearly everybody writes it; undefined: it takes the whole grammar. */
function parsePlainExpression(text: string): Expression | undefined {
  const end = text.indexOf(" ");
  const operator = operatorOf(text.charCodeAt(end + 1));
  if (end < 1 || text.charCodeAt(end + 2) !== SPACE || operator === undefined) return undefined;
  const left = parsePlainNumber(text, 0, end);
  const right = left === undefined ? undefined : parsePlainNumber(text, end + 3, text.length);
  return left === undefined || right === undefined ? undefined : { ok: true, left, operator, right };
}

function parseWhole(text: string): Expression {
  const words = NUMBER_START.test(text) ? THREE_WORDS.exec(text) : null;
  if (!words) return NO_FORMAT;
  const word = words[2] ?? "";
  const left = parsePythonFloat(words[1] ?? "");
  const right = left === undefined ? undefined : parsePythonFloat(words[3] ?? "");
  if (left === undefined || right === undefined) return NO_FORMAT;
  const operator = word.length === 1 ? operatorOf(word.charCodeAt(0)) : undefined;
  return operator === undefined ? NO_OPERATOR : { ok: true, left, operator, right };
}

/** [CALC-1, CALC-2] In Python's words and digits. */
export function resultOf(expression: Expression): string {
  if (!expression.ok) return INCORRECT[expression.code];
  const { left, operator, right } = expression;
  switch (operator) {
    case "+":
      return pythonRepr(left + right);
    case "-":
      return pythonRepr(left - right);
    case "*":
      return pythonRepr(left * right);
    case "/":
      return right === 0 ? DIVISION_BY_ZERO : pythonRepr(left / right);
  }
}

function operatorOf(character: number): Operator | undefined {
  switch (character) {
    case 0x2b:
      return "+";
    case 0x2d:
      return "-";
    case 0x2a:
      return "*";
    case 0x2f:
      return "/";
  }
  return undefined;
}
