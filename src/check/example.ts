/** Conversation that shows what a case is about, for a person who tries it by hand. */
import type { DialogueLine } from "../machines/_dialogue.ts";

/** Turns of it: what the client says, and the answer where one is due. */
export const example = (...turns: readonly (readonly [says: string, answer?: string])[]): DialogueLine[] =>
  turns.flatMap(([client, server]) => [{ client }, ...(server === undefined ? [] : [{ server }])]);
