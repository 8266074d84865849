/**
 * An ES module as the text of a function, for an engine that reads modules only where they also run: what it imports is asked of the function's
 * first argument, and what it exports is the answer. The lines stay where they are, so that its source map holds.
 *
 *   import { a as b } from "x"; … export { role as default }   →   (function ($import, $load, $meta) { const { a: b } = $import("x"); … return { default: role } })
 */
import { type ExportNamedDeclaration, type ImportDeclaration, type Node, type Program, parse } from "acorn";

export interface ModuleBody {
  /** An expression: the function. */
  readonly code: string;
  /** Modules that it asks for. */
  readonly imports: readonly string[];
  /** True where it awaits outside of its functions: then it answers a promise. */
  readonly isAsync: boolean;
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Of a module as a bundler writes it: its exports are one list of names. Throws a SyntaxError where it is no module. */
export function moduleBody(text: string): ModuleBody {
  const program: Program = parse(text, { ecmaVersion: "latest", sourceType: "module" });
  const imports = program.body.filter((node) => node.type === "ImportDeclaration");
  const exported = program.body.filter((node) => node.type === "ExportNamedDeclaration");
  const inside = insideOf(program);
  const body = edited(text, [...[...imports, ...exported].map(leftOut(text)), ...inside.edits]);
  const bindings = imports.map(bindingOf).join(" ");
  const answer = exported.flatMap(namesOf).join(", ");
  const keyword = inside.isAsync ? "async function" : "function";
  return {
    code: `(${keyword} ($import, $load, $meta) { "use strict"; ${bindings} ${body}\nreturn { ${answer} };\n})`,
    imports: imports.map(({ source }) => String(source.value)),
    isAsync: inside.isAsync,
  };
}

/** All that is imported is there before the first line runs, wherever it is asked for. */
function bindingOf({ specifiers, source }: ImportDeclaration): string {
  const from = `$import(${JSON.stringify(source.value)});`;
  const names = specifiers.flatMap((one) => {
    if (one.type === "ImportDefaultSpecifier") return [`default: ${one.local.name}`];
    return one.type === "ImportSpecifier" ? [`${nameOf(one.imported)}: ${one.local.name}`] : [];
  });
  const whole = specifiers.find((one) => one.type === "ImportNamespaceSpecifier");
  const bound = whole ? `const ${whole.local.name} = ${from} ` : "";
  return names.length > 0 ? `${bound}const { ${names.join(", ")} } = ${from}` : bound;
}

const namesOf = ({ specifiers }: ExportNamedDeclaration) =>
  specifiers.map(({ local, exported }) => `${nameOf(exported)}: ${nameOf(local)}`);

const nameOf = (node: { readonly type: string; readonly name?: string; readonly value?: unknown }) =>
  node.type === "Literal" ? JSON.stringify(node.value) : (node.name ?? "");

const leftOut =
  (text: string) =>
  ({ start, end }: Node): Edit => ({ start, end, text: text.slice(start, end).replace(/[^\n]/g, "") });

/** Parts that a function has no form for, wherever they stand. */
function insideOf(program: Program): { edits: Edit[]; isAsync: boolean } {
  const edits: Edit[] = [];
  let isAsync = false;
  const visit = (node: Node & { readonly await?: boolean }, isInFunction: boolean): void => {
    const { type, start, end } = node;
    if (type === "ImportExpression") edits.push({ start, end: start + "import".length, text: "$load" });
    if (type === "MetaProperty" && end - start === "import.meta".length)
      edits.push({ start, end, text: "$meta" });
    if (!isInFunction && (type === "AwaitExpression" || (type === "ForOfStatement" && node.await)))
      isAsync = true;
    const isWithin = isInFunction || /Function/.test(type);
    for (const inner of Object.values(node).flat())
      if (typeof inner?.type === "string") visit(inner, isWithin);
  };
  visit(program, false);
  return { edits, isAsync };
}

function edited(text: string, edits: readonly Edit[]): string {
  let [result, from] = ["", 0];
  for (const { start, end, text: instead } of edits.toSorted((a, b) => a.start - b.start)) {
    result += text.slice(from, start) + instead;
    from = end;
  }
  return result + text.slice(from);
}
