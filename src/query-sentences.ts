/** Sentences of errors about `sql` and code at the prompt. See `error-table.ts`. */
export const readOnlySentences = {
  masked: "sql: main.… would show tokens and names: leave the word main out, or use --show-tokens",
  statement: "sql is read-only, so {why}; use a command to change data, e.g. register, book, spawn{place}",
} as const;

export const badSqlSentences = {
  statement: "sql: {why}{place}",
  "process-ended": "sql: the process that ran it ended: it used too much memory or time",
} as const;

export const badCodeSentences = {
  unfinished: "unfinished: a bracket or a quote is not closed, or an operator has nothing after it",
  syntax: "{where}{why}\n{mark}",
} as const;

export const codeFailedSentences = {
  unshowable: "thrown: an error that cannot be shown",
  thrown: "{what}",
} as const;
