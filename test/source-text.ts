/** Comments and string literals of a TypeScript file, for tests that hold rules of style. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

export const src = path.join(import.meta.dirname, "../src");

export interface Piece {
  readonly kind: "comment" | "literal";
  /** Without its marks or quotes. */
  readonly text: string;
  readonly line: number;
}

/** A slash behind one of these, or at a file's start, begins a regular expression. */
const BEFORE_REGEX = /(?:[(,=:[!&|?{};+\-*%<>~^]|=>|\breturn|^)\s*$/;
const TOKENS = [
  { kind: "comment", pattern: /\/\*[\s\S]*?\*\//y },
  { kind: "comment", pattern: /\/\/[^\n]*/y },
  { kind: "literal", pattern: /"(?:[^"\\\n]|\\.)*"/y },
  { kind: "literal", pattern: /'(?:[^'\\\n]|\\.)*'/y },
  { kind: "template", pattern: /`(?:[^`\\]|\\[\s\S])*`/y },
  { kind: "regex", pattern: /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\//y },
] as const;

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", "0": "\0" };

/** A template without parts is a literal like any other; the parts of one that has some are passed over. */
export function piecesOf(source: string): Piece[] {
  const pieces: Piece[] = [];
  let line = 1;
  for (let at = 0; at < source.length; ) {
    const token = tokenAt(source, at);
    if (token?.kind === "comment") pieces.push({ kind: "comment", text: commentText(token.text), line });
    else if (token?.kind === "literal") pieces.push({ kind: "literal", text: unescaped(token.text), line });
    else if (token?.kind === "template" && !/\$\{/.test(token.text))
      pieces.push({ kind: "literal", text: token.text.slice(1, -1), line });
    const text = token?.text ?? source.charAt(at);
    line += text.split("\n").length - 1;
    at += text.length;
  }
  return pieces;
}

function tokenAt(source: string, at: number) {
  if (!"/\"'`".includes(source.charAt(at))) return undefined;
  for (const { kind, pattern } of TOKENS) {
    if (kind === "regex" && !BEFORE_REGEX.test(source.slice(Math.max(0, at - 40), at))) continue;
    pattern.lastIndex = at;
    const [text] = pattern.exec(source) ?? [];
    if (text !== undefined) return { kind, text };
  }
  return undefined;
}

/** Every text of a file that a person may read: literals, and templates with `…` for each of their parts. */
export function textsOf(source: string): { readonly text: string; readonly line: number }[] {
  const texts: { text: string; line: number }[] = [];
  let line = 1;
  for (let at = 0; at < source.length; ) {
    const token = tokenAt(source, at);
    if (token?.kind === "literal") texts.push({ text: unescaped(token.text), line });
    if (token?.kind === "template")
      texts.push({ text: token.text.slice(1, -1).replace(/\$\{[^{}]*\}/g, "…"), line });
    const text = token?.text ?? source.charAt(at);
    line += text.split("\n").length - 1;
    at += text.length;
  }
  return texts;
}

const commentText = (text: string) => text.replace(/^\/\*+|\*\/$|^\/\/|^ *\* ?/gm, "").trim();

function unescaped(literal: string): string {
  const inner = literal.slice(1, -1);
  return inner.replace(/\\(x[\da-f]{2}|u[\da-f]{4}|u\{[\da-f]+\}|[\s\S])/gi, (_, escaped: string) => {
    if (escaped.length > 1) return String.fromCodePoint(Number.parseInt(escaped.replace(/[xu{}]/g, ""), 16));
    return ESCAPES[escaped] ?? escaped;
  });
}

/** The folders of `src`. */
export const folders = (): string[] =>
  readdirSync(src, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));

/** The files of a folder of `src`, as paths from there; of `.`, those that are in no folder. */
export function filesIn(folder: string): string[] {
  return readdirSync(path.join(src, folder), { recursive: folder !== ".", encoding: "utf8" })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => path.join(folder, file));
}

export const piecesIn = (file: string) => piecesOf(readFileSync(path.join(src, file), "utf8"));
