/** Facts that a replicated log tells its daemon; words are made of them in one place. */

export type ReplicationEvent =
  /** The log is read from here on; `offered`: own rows that it did not know. */
  | { readonly kind: "entered"; readonly offered: number }
  /** The engine has another log, or less of it than was read: it is read anew, and told what it lacks. */
  | { readonly kind: "reset" }
  /** Entries were to come and did not for a while: it is followed again. */
  | { readonly kind: "stalled"; readonly behind: number }
  /** Own entries that the engine had acknowledged, and has lost: they are written again. */
  | { readonly kind: "lost"; readonly entries: number }
  /** Rows of an import whose end did not come. */
  | { readonly kind: "import-dropped"; readonly rows: number }
  /** Entry that is none of these stores. */
  | { readonly kind: "unreadable"; readonly key: string }
  /** Entry that could not be stored here, or an engine that does not answer: tried again after a pause. */
  | { readonly kind: "trouble"; readonly error: unknown };

/** The sentence for the daemon's log; undefined: nothing that an operator has to know. */
export function replicationText(
  event: ReplicationEvent,
  messageOf: (error: unknown) => string,
): string | undefined {
  switch (event.kind) {
    case "entered":
      return event.offered > 0
        ? `the cluster did not know ${event.offered} of this daemon's registrations and addresses: they are shared now`
        : undefined;
    case "reset":
      return "the cluster's log has lost entries: this daemon reads it again and shares what is missing";
    case "stalled":
      return `the cluster's log is ${event.behind} entries ahead and none came for a while: it is followed again`;
    case "lost":
      return `the bus lost ${event.entries} entries that it had acknowledged: they are written again`;
    case "import-dropped":
      return `an import of another node did not end: its ${event.rows} addresses are not taken`;
    case "unreadable":
      return `the cluster's log has an entry that this version cannot read: ${event.key}`;
    case "trouble":
      return `the cluster's registry and address book are not up to date: ${messageOf(event.error)}`;
  }
}
