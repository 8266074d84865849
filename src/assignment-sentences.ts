/** Sentences of the error `bad-assignment`, by variant: a mistake in the file of an assignment, told with its line. See `error-table.ts`. */
export const assignmentSentences = {
  "not-read": "cannot read the assignment {file}: {why}",
  "no-map": "{place}: an assignment is a list of keys and values, e.g. role: calculator",
  "bad-line": "{place}: {why}",
  "unknown-key": "{place}: unknown key {key}{hint}",
  missing: "{place}: {key}: is needed",
  "bad-value": "{place}: {key}: {why}",
  "unknown-case": "{place}: no case of this role is called {id}{hint}",
  "no-matrix": "{place}: matrix: is needed for --matrix, with server: and client:",
  "no-cases": "{place}: no case of this role matches {globs}: check list {role} lists them",
} as const;
