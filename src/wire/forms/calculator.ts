/** Messages of the calculator as data [CALC-0…CALC-2]. */
import { BYE, DIVISION_BY_ZERO, hello, INCORRECT, QUIT } from "../calculator.ts";
import type { WireForm } from "../wire-form.ts";

const refused = { isError: true } as const;

export const calculatorForm: WireForm = {
  title: "Calculator",
  fields: {
    name: { kind: "text", label: "Name" },
    left: { kind: "float", label: "Left number" },
    operator: { kind: "choice", words: ["+", "-", "*", "/"], label: "Operator" },
    right: { kind: "float", label: "Right number" },
    result: { kind: "float", label: "Result" },
  },
  client: {
    name: [
      { name: "name", rule: "CALC-0", text: "{name...}", next: "client", leads: { client: "expression" } },
    ],
    expression: [
      { name: "quit", rule: "CALC-0", text: QUIT, next: "nobody" },
      { name: "expression", rule: "CALC-2", text: "{left}{ }{operator}{ }{right}" },
    ],
  },
  server: {
    answering: [
      { name: "result", rule: "CALC-1", text: "{result}" },
      { ...refused, name: "division by zero", rule: "CALC-2", text: DIVISION_BY_ZERO },
      { ...refused, name: "incorrect format", rule: "CALC-2", text: INCORRECT.format },
      { ...refused, name: "incorrect operator", rule: "CALC-2", text: INCORRECT.operator },
      { name: "hello", rule: "CALC-0", text: hello("{name...}") },
      { name: "bye", rule: "CALC-0", text: BYE, next: "nobody" },
    ],
  },
};
