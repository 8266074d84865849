/**
 * Dialogue of a role: a short conversation of a right client with it, as data. The shared contract test plays it against
 * every server role, cut up, half closed, broken off and twice at once; whatever checks other people's servers may too.
 */

/** Message, bare: said by the client, or answered by the server. */
export type DialogueLine = { readonly client: string } | { readonly server: string };

export interface Dialogue {
  /** Options of the instance that it is played with, beside the defaults. */
  readonly given?: Readonly<Record<string, unknown>>;
  /** In the order of the wire. `{name}` stands for a name that no other client has. */
  readonly lines: readonly DialogueLine[];
  /** The server closes after the last line. */
  readonly closes?: boolean;
}

/** The lines as a client of this name and its server say them. */
export function linesFor(dialogue: Dialogue, name: string): readonly DialogueLine[] {
  const fill = (text: string) => text.replaceAll("{name}", name);
  return dialogue.lines.map((line) =>
    "client" in line ? { client: fill(line.client) } : { server: fill(line.server) },
  );
}
