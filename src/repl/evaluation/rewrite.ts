/**
 * Typed text → a script: types stripped, top-level `await` allowed, and what is declared at the top kept for the
 * lines to come. Pure, save that TypeScript goes through esbuild, which is started by the first line that needs it.
 *
 *   const { id } = await lab.spawn("echo")   →   (async () => {void (({ id } = await lab.spawn("echo")));})()
 *
 * Declarations become assignments to the global object; the line's names are made there before it runs. The lines of
 * the script are the lines that were typed, so an error's line is the person's own.
 */
import { SourceMap } from "node:module";
import { type AnyNode, type Node, type Pattern, type Program, parse, type Statement } from "acorn";
import type { TransformFailure } from "esbuild";

export interface DeclaredName {
  readonly name: string;
  readonly isConst: boolean;
}

export type Rewritten =
  | {
      readonly kind: "script";
      readonly code: string;
      readonly declared: readonly DeclaredName[];
      /** The script answers a promise. */
      readonly isAsync: boolean;
      /** The last statement is an expression: its value is the line's. */
      readonly hasValue: boolean;
      /** Line of the script, from 1 → line that was typed. */
      readonly lineOf: (line: number) => number;
    }
  /** More lines may make it whole. */
  | { readonly kind: "unfinished" }
  | { readonly kind: "wrong"; readonly message: string; readonly line: number; readonly column: number };

type Wrong = Exclude<Rewritten, { kind: "script" }>;
type Parsed = { readonly kind: "parsed"; readonly program: Program } | Wrong;

export async function rewrite(source: string): Promise<Rewritten> {
  const plain = parsePlain(source);
  if (plain) return plain;
  const stripped = await stripTypes(source);
  if ("kind" in stripped) return stripped;
  const parsed = parseScript(stripped.code);
  return parsed.kind === "parsed" ? script(stripped.code, parsed.program, stripped.lineOf) : parsed;
}

/** Most lines are JavaScript as they stand. Undefined: this one may be TypeScript, or wrong. */
function parsePlain(source: string): Rewritten | undefined {
  const sameLine = (line: number) => line;
  if (/^\s*\{/.test(source)) {
    // At a prompt `{ a: 1 }` is an object.
    const object = `(${source.trimEnd()}\n)`;
    const parsed = parseScript(object);
    if (parsed.kind === "parsed") return script(object, parsed.program, sameLine);
  }
  // `parse<number>(text)` is also a comparison of comparisons: what it means, esbuild decides.
  if (/<[^=]*>/s.test(source)) return undefined;
  const parsed = parseScript(source);
  if (parsed.kind === "parsed") return script(source, parsed.program, sameLine);
  return parsed.kind === "unfinished" ? parsed : undefined;
}

function parseScript(source: string): Parsed {
  try {
    const program = parse(source, {
      ecmaVersion: "latest",
      sourceType: "script",
      allowAwaitOutsideFunction: true,
      locations: true,
    });
    return { kind: "parsed", program };
  } catch (error) {
    const { message, pos, loc } = error as {
      message: string;
      pos: number;
      loc: { line: number; column: number };
    };
    const isOpen = pos >= source.trimEnd().length || /^Unterminated (template|comment)/.test(message);
    if (isOpen) return { kind: "unfinished" };
    const isModule = /^'import' and 'export'/.test(message);
    const told = isModule
      ? "a line imports and exports nothing: lab is in scope"
      : message.replace(/ \(\d+:\d+\)$/, "");
    return { kind: "wrong", message: told, line: loc.line, column: loc.column };
  }
}

/** Place where a line stops making sense as JavaScript: characters from its start; undefined: it does not. */
export function plainFault(source: string): number | undefined {
  try {
    parse(source, { ecmaVersion: "latest", sourceType: "script", allowAwaitOutsideFunction: true });
    return undefined;
  } catch (error) {
    return (error as { pos: number }).pos;
  }
}

// -- TypeScript ------------------------------------------------------------------------------------------------------

async function stripTypes(
  source: string,
): Promise<{ code: string; lineOf: (line: number) => number } | Wrong> {
  const { transform } = await import("esbuild");
  try {
    const { code, map } = await transform(source, {
      loader: "ts",
      target: "esnext",
      charset: "utf8",
      sourcemap: "external",
      logLevel: "silent",
      tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
    });
    const lines = new SourceMap(JSON.parse(map));
    return { code, lineOf: (line) => typedLine(lines, line) };
  } catch (error) {
    const [first] = (error as Partial<TransformFailure>).errors ?? [];
    if (!first) throw error;
    const { text, location } = first;
    const isOpen = /end of file|Unterminated template|terminate multi-line comment/.test(text);
    if (isOpen) return { kind: "unfinished" };
    return { kind: "wrong", message: text, line: location?.line ?? 1, column: location?.column ?? 0 };
  }
}

function typedLine(map: SourceMap, line: number): number {
  const entry = map.findEntry(line - 1, 10_000) as { originalLine?: number };
  return (entry.originalLine ?? line - 1) + 1;
}

// -- the script ------------------------------------------------------------------------------------------------------

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

function script(source: string, { body }: Program, lineOf: (line: number) => number): Rewritten {
  const statements = body as Statement[];
  const last = statements.findLast(({ type }) => type !== "EmptyStatement");
  const declared: DeclaredName[] = [];
  const edits = statements.flatMap((statement) => editsOf(statement, declared));
  const hasValue = last?.type === "ExpressionStatement";
  if (hasValue) {
    // The statement's own bounds: the expression's leave out the brackets around it.
    const end = source[last.end - 1] === ";" ? last.end - 1 : last.end;
    edits.push(insert(last.start, "return ("), insert(end, ")"));
  }
  // A function is there before the line that declares it.
  const hoisted = statements.flatMap((statement) =>
    statement.type === "FunctionDeclaration"
      ? [`globalThis.${statement.id.name} = ${statement.id.name}; `]
      : [],
  );
  const isAsync = statements.some(awaits);
  const code = `(${isAsync ? "async " : ""}() => {${hoisted.join("")}${edited(source, edits)}\n})()`;
  return { kind: "script", code, declared, isAsync, hasValue, lineOf };
}

const insert = (at: number, text: string): Edit => ({ start: at, end: at, text });

function editsOf(statement: Statement, declared: DeclaredName[]): Edit[] {
  if (statement.type === "FunctionDeclaration") {
    declared.push({ name: statement.id.name, isConst: false });
    return [];
  }
  if (statement.type === "ClassDeclaration") {
    declared.push({ name: statement.id.name, isConst: false });
    return [insert(statement.start, `${statement.id.name} = `), insert(statement.end, ";")];
  }
  if (statement.type !== "VariableDeclaration") return [];
  const { declarations, kind } = statement;
  const [first] = declarations;
  const last = declarations.at(-1);
  if (!first || !last) return [];
  for (const { id } of declarations)
    declared.push(...namesIn(id).map((name) => ({ name, isConst: kind === "const" })));
  return [
    { start: statement.start, end: first.start, text: "void (" },
    ...declarations.flatMap(({ start, end, init }) => [
      insert(start, "("),
      insert(end, init || kind === "var" ? ")" : " = void 0)"),
    ]),
    { start: last.end, end: statement.end, text: ");" },
  ];
}

/** The names that a pattern binds: `{ a, b: [c = 1], ...d }` → a, c, d. */
function namesIn(pattern: Pattern): string[] {
  switch (pattern.type) {
    case "Identifier":
      return [pattern.name];
    case "ObjectPattern":
      return pattern.properties.flatMap((one) => namesIn(one.type === "Property" ? one.value : one.argument));
    case "ArrayPattern":
      return pattern.elements.flatMap((one) => (one ? namesIn(one) : []));
    case "AssignmentPattern":
      return namesIn(pattern.left);
    case "RestElement":
      return namesIn(pattern.argument);
    default:
      return [];
  }
}

/** Whether it waits at the top: functions wait for themselves. */
function awaits(node: Node): boolean {
  const { type } = node as AnyNode;
  if (
    type === "AwaitExpression" ||
    (type === "ForOfStatement" && (node as AnyNode & { await: boolean }).await)
  )
    return true;
  if (/Function/.test(type)) return false;
  return Object.values(node).some((value) =>
    Array.isArray(value) ? value.some((one) => isNode(one) && awaits(one)) : isNode(value) && awaits(value),
  );
}

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && "type" in value && "start" in value;

/** Edits at one place keep their order. */
function edited(source: string, edits: readonly Edit[]): string {
  let result = "";
  let at = 0;
  for (const { start, end, text } of edits.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    result += source.slice(at, start) + text;
    at = end;
  }
  return result + source.slice(at);
}
