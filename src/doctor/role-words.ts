/** First exchange of a role's dialogue: enough to tell whether a server is of that role. */
import { randomBytes } from "node:crypto";
import { type Dialogue, linesFor } from "../machines/_dialogue.ts";
import type { Role } from "../machines/_role.ts";
import { INVALID } from "../wire/file-transfer.ts";
import { ACCEPT } from "../wire/reverse.ts";

export interface RoleWords {
  readonly role: string;
  /** Said by the server unasked; undefined: it waits for its client. */
  readonly greeting: string | undefined;
  /** Said by the client, up to where the server answers. */
  readonly says: readonly string[];
  readonly answer: string | undefined;
}

/** Dialogues of roles whose own one is played with options that other people's servers have not. */
const AS_HANDED_IN: Readonly<Record<string, Dialogue>> = {
  calculator: { lines: [{ client: "{name}" }, { client: "15 + 35" }, { server: "50.0" }] },
  // A token of no server: its refusal is known, and no file is asked for.
  "file-server": { lines: [{ client: "{name}" }, { server: INVALID }] },
  reverse: { lines: [{ server: ACCEPT }] },
};

/** Undefined: the role has no dialogue. */
export function wordsOf(role: Pick<Role, "name"> & { readonly dialogue?: Dialogue }): RoleWords | undefined {
  const { name } = role;
  const dialogue = AS_HANDED_IN[name] ?? role.dialogue;
  if (!dialogue) return undefined;
  const lines = linesFor(dialogue, `doctor${randomBytes(2).toString("hex")}`);
  const [first] = lines;
  const greeting = first && "server" in first ? first.server : undefined;
  const rest = greeting === undefined ? lines : lines.slice(1);
  const answered = rest.findIndex((line) => "server" in line);
  const answer = rest[answered];
  const says = rest.slice(0, answered < 0 ? rest.length : answered);
  return {
    role: name,
    greeting,
    says: says.flatMap((line) => ("client" in line ? [line.client] : [])),
    answer: answer && "server" in answer ? answer.server : undefined,
  };
}

/** Values are compared as texts without their ends; a reply may be glued to what follows. */
export const isAsExpected = (expected: string, got: string) => got.trim().startsWith(expected.trim());
