/** Sentences of the errors of a cluster, by variant. See `error-table.ts`. */
export const noSuchNodeSentences = {
  unknown: "no node {node:quoted}; {hint}",
  alone: "this daemon is the whole lab: start several with --cluster for a lab of several nodes",
} as const;

export const nodeAwaySentences = {
  silent: "{node} did not answer within {ms:seconds} s",
  gone: "{node} is gone: nodes lists those that are there",
  "went-away": "{node} went away before its answer was complete",
  "bus-away": "the bus between the nodes is away, so {node} cannot be asked",
  "call-lost":
    "the room moved to another node, or this node was cut off from it, and this may have been lost on the way: say it again where it was not heard",
  "answer-lost": "a part of the answer of {node} was lost: ask again",
} as const;
