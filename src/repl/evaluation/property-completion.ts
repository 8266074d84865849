/** Names and properties that could come next in code. Nothing is called but getters that only look. */
import { types } from "node:util";
import type { Candidate, Completion } from "../line-completion.ts";
import { isConstGetter } from "./declarations.ts";
import type { Realm } from "./realm.ts";
import { Surface } from "./surface.ts";

const CHAIN =
  /([A-Za-z_$][\w$]*)((?:\??\.[A-Za-z_$][\w$]*|\[(?:\d+|"[^"\\]*"|'[^'\\]*')\])*)(\??\.)([A-Za-z_$][\w$]*)?$/;
const STEP = /\??\.([A-Za-z_$][\w$]*)|\[(\d+)\]|\["([^"]*)"\]|\['([^']*)'\]/g;
const WORD = /(?<![.\w$"'`])[A-Za-z_$][\w$]*$/;
const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;
const MOST = 200;
/** Names that objects have for their own sake. */
const UNOFFERED = new Set(["constructor", "brief", "line", "toJSON"]);

export function completeProperty(realm: Realm, typed: string): Completion {
  const chain = CHAIN.exec(typed);
  const word = chain ? (chain[4] ?? "") : (WORD.exec(typed)?.[0] ?? "");
  const from = typed.length - word.length;
  if (!chain && word === "" && typed.trim() !== "") return { from, candidates: [] };
  try {
    const candidates = realm.turn(() => {
      const owner = chain ? valueAt(realm.global, chain[1] ?? "", chain[2] ?? "") : realm.global;
      return candidatesOf(owner, word, !chain);
    });
    return { from, candidates };
  } catch {
    // A proxy's trap that throws or loops: there is nothing to offer.
    return { from, candidates: [] };
  }
}

/** Value that a chain of names leads to, as far as looking does nothing; undefined: not known. */
function valueAt(global: object, name: string, steps: string): unknown {
  let value = look(global, name);
  for (const [, property, index, double, single] of steps.matchAll(STEP)) {
    value = look(value, property ?? index ?? double ?? single ?? "");
  }
  return value;
}

function look(owner: unknown, name: string): unknown {
  for (const one of chainOf(owner)) {
    const field = Object.getOwnPropertyDescriptor(one, name);
    if (field?.get && (owner instanceof Surface || isConstGetter(field.get))) return field.get.call(owner);
    if (field) return field.value;
  }
  return undefined;
}

function candidatesOf(owner: unknown, typed: string, isGlobal: boolean): Candidate[] {
  const names = new Map<string, string>();
  for (const one of chainOf(owner)) {
    if (one === Object.prototype || Object.getPrototypeOf(one) === null)
      if (typed === "" && names.size > 0) break;
    for (const [name, field] of Object.entries(Object.getOwnPropertyDescriptors(one))) {
      const isOffered =
        name.startsWith(typed) && IDENTIFIER.test(name) && !UNOFFERED.has(name) && !name.startsWith("__");
      if (isOffered && !names.has(name)) names.set(name, summaryOf(field));
    }
  }
  const own = isGlobal && typed === "" ? [...names].filter(([name]) => name === "lab") : [...names];
  return own.slice(0, MOST).map(([value, summary]) => ({ value, summary, isOpen: true }));
}

function summaryOf({ value, get }: PropertyDescriptor): string {
  if (get) return "";
  return typeof value === "function" ? "function" : "";
}

/** An object and what it inherits from; a text or a number has properties too. */
function* chainOf(value: unknown): Generator<object> {
  if (value === undefined || value === null) return;
  let one: object | null = Object(value) as object;
  while (one && !types.isProxy(one)) {
    yield one;
    one = Object.getPrototypeOf(one) as object | null;
  }
}
