/** Answers of several nodes to one question, put together: tables as one with a column for the node, documents as one list. */
import type { TableCells } from "../lab/cluster-view.ts";

/** Answer of one node. */
export interface NodeAnswer {
  readonly node: string;
  readonly tables: TableCells[];
  readonly texts: string[];
  readonly documents: unknown[];
  readonly problems: { readonly text: string; readonly code: string | undefined }[];
  exit: number;
}

export const emptyAnswer = (node: string): NodeAnswer => ({
  node,
  tables: [],
  texts: [],
  documents: [],
  problems: [],
  exit: 0,
});

/** The first tables of all as one, then the second ones. */
export function joinedTables(answers: readonly NodeAnswer[]): TableCells[] {
  const most = Math.max(0, ...answers.map(({ tables }) => tables.length));
  return Array.from({ length: most }, (_, index) => {
    const parts = answers.flatMap(({ node, tables }) => {
      const table = tables[index];
      return table ? [{ node, table }] : [];
    });
    const columns = joinedHead(parts.map(({ table }) => table.head));
    return {
      head: ["NODE", ...columns],
      rows: parts.flatMap(({ node, table }) =>
        table.rows.map((row) => [node, ...cellsOf(columns, table.head, row)]),
      ),
      firstToGive: parts[0]?.table.firstToGive ?? "",
    };
  });
}

const cellsOf = (columns: readonly string[], head: readonly string[], row: readonly string[]) =>
  columns.map((column) => row[head.indexOf(column)] ?? "");

/** All columns, each behind the one that it follows where it is found first: a node leaves out what says nothing there. */
function joinedHead(heads: readonly (readonly string[])[]): string[] {
  const joined: string[] = [];
  for (const head of heads) {
    for (const [index, column] of head.entries())
      if (!joined.includes(column)) joined.splice(joined.indexOf(head[index - 1] ?? "") + 1, 0, column);
  }
  return joined;
}

/** Says once what all say, and the rest with the name of the node. */
export function joinedTexts(answers: readonly NodeAnswer[]): string[] {
  const texts = [...new Set(answers.flatMap((answer) => answer.texts))];
  return texts.flatMap((text) => {
    const by = answers.filter((answer) => answer.texts.includes(text));
    return by.length === answers.length ? [text] : by.map(({ node }) => `${node}: ${text}`);
  });
}

/** Joins the lists of all into one; other documents stand one behind the other. */
export function joinedDocuments(answers: readonly NodeAnswer[]): unknown[] {
  const all = answers.flatMap(({ documents }) => documents);
  return all.length > 0 && all.every(Array.isArray) ? [all.flat()] : all;
}
