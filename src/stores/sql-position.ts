/** Place in a statement at which SQLite found fault: it tells what, and the statement's own text tells where. */
import type { Database } from "better-sqlite3";
import { messageOf } from "../errors.ts";

const NEAR = /^near "(.+)": syntax error$/s;
const NO_SUCH =
  /^(?:no such (?:column|table|function)|ambiguous column name): (?:.*\.)?"?([^."]+)"?(?: - .*)?$/s;

/** Characters from the start of the statement; undefined where the fault has no one place. */
export function problemPosition(database: Database, sql: string, why: string): number | undefined {
  const near = NEAR.exec(why)?.[1];
  if (near !== undefined) return nearPosition(database, sql, near);
  if (why === "incomplete input") return sql.trimEnd().length;
  const name = NO_SUCH.exec(why)?.[1];
  return name === undefined ? undefined : wordPosition(sql, name);
}

/** The parser stops at the first token that fits nowhere: the statement up to it, cut behind it, says the same. */
function nearPosition(database: Database, sql: string, token: string): number | undefined {
  for (let at = sql.indexOf(token); at >= 0; at = sql.indexOf(token, at + 1)) {
    if (NEAR.exec(complaint(database, `${sql.slice(0, at + token.length)} `))?.[1] === token) return at;
  }
  return undefined;
}

function complaint(database: Database, sql: string): string {
  try {
    database.prepare(sql);
    return "";
  } catch (error) {
    return messageOf(error);
  }
}

function wordPosition(sql: string, word: string): number | undefined {
  const escaped = word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`(?<![\\w$])${escaped}(?![\\w$])`, "i").exec(sql)?.index;
}
