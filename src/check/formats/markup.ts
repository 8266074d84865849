/**
 * HTML as values of a type of its own: what is put into a template is escaped unless it is such a value already. So a text of a
 * stranger cannot become an element by anybody's forgetting.
 */
import { attributeText } from "./_safe-text.ts";

export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = Markup | string | number | readonly Markup[];

/** Attributes stand in double quotes, as everything of ours; line ends are kept, also in `pre`. */
export function html(literals: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(literals.map((literal, index) => literal + textOf(parts[index] ?? "")).join(""));
}

export const NONE = new Markup("");

function textOf(part: Part): string {
  if (part instanceof Markup) return part.text;
  if (typeof part === "string" || typeof part === "number") return attributeText(String(part));
  return part.map(({ text }) => text).join("");
}
