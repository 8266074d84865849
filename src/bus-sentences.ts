/** Sentences of the error `no-bus`, by variant: the engine between several daemons cannot be used. See `error-table.ts`. */
export const busSentences = {
  away: "the NATS server does not answer; it is asked again until it does",
} as const;
