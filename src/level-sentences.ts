/** Sentences of the error `needs-level`, by variant: what is beyond the level of an operator. See `error-table.ts`. */
export const needsLevelSentences = {
  command:
    "{command} needs the level {needed}, and you have the level {level}: ask the person who runs this lab",
  option:
    "{command} {option} needs the level {needed}, and you have the level {level}: leave {option} out, or ask the person who runs this lab",
  "of-node":
    "{node} lets operators of other nodes {level} and no more: attach to {node} itself, or start it with --cluster-operators all",
  audit:
    "the audit needs the level {needed}, and you have a lower one: ask about another table, or ask the person who runs this lab",
  code: "code needs the level {needed}, and you have the level {level}: help lists the commands that you can use",
} as const;
