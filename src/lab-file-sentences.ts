/** Sentences about a lab file that is wrong. Part of `error-table.ts`. */
export const labFileSentences = {
  "no-such-lab":
    "there is no lab {name:quoted}: {hint}choose {known} or none; for a file of your own write --lab ./{name}.yaml",
  "not-read": "{why}",
  "bad-line": "{file}:{line}: {why}",
  "no-top": "{file}: needs roles: at its top",
  "no-list": "{place}: {key}: must be a list",
  "no-entry": "{place}: each role needs role: and its options",
  "no-role": "{place}: role: is needed{hint}",
  "unknown-role": "{place}: unknown role {name:quoted}{hint}",
  "unknown-key": "{place}: unknown key {key}{hint}",
  "bad-entry": "{place}: {why}",
  "book-not-read": "cannot read the book {file} that the lab file names: {why}",
} as const;
