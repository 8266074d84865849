/**
 * Editions of roles by number, so that a story can name the role that played it and stay plain data. What a reader needs of that role - its
 * words, its display, what hides its tokens - is found here and nowhere else.
 */

import { secretKeysOf } from "../machines/_options.ts";
import type { Role } from "../machines/_role.ts";
import type { Ends, RedactionContext } from "./entry-text.ts";
import { Redactor } from "./redaction.ts";
import type { Leg, Story } from "./story.ts";

/** Editions of one name. A role that is loaded again and again must not stay in memory for ever; older ones are found by their name. */
const MAX_EDITIONS = 256;

const numbers = new WeakMap<Role, number>();
const editions = new Map<number, Role>();
/** Numbers of the editions of each name, the oldest first: those of one role push out none of another's. */
const numbersOf = new Map<string, number[]>();
let newest = 0;

/** The number of this very role: the same object has the same, one that is loaded again has another. */
export function editionOf(role: Role): number {
  const known = numbers.get(role);
  if (known !== undefined) return known;
  newest += 1;
  numbers.set(role, newest);
  editions.set(newest, role);
  const named = numbersOf.get(role.name) ?? [];
  numbersOf.set(role.name, named);
  named.push(newest);
  if (named.length > MAX_EDITIONS) editions.delete(named.shift() as number);
  return newest;
}

/** The role as it was when the peer came. A story from elsewhere, or of long ago, is told by the role of that name among `known`. */
export function roleOf(
  { subject }: Pick<Story, "subject">,
  known?: ReadonlyMap<string, Role>,
): Role | undefined {
  const edition = editions.get(subject.edition);
  return edition?.name === subject.role ? edition : known?.get(subject.role);
}

/** Whether our side connected, or asked first: a client of ours, or a proxy towards its server. */
export function isOpenedByUs(story: Pick<Story, "subject">, known?: ReadonlyMap<string, Role>): boolean {
  return story.subject.leg === "server" || roleOf(story, known)?.side === "client";
}

/** How a story's lines are shown, and what is hidden in them. */
export function contextOf(
  story: Pick<Story, "subject" | "secrets">,
  known?: ReadonlyMap<string, Role>,
): RedactionContext {
  const role = roleOf(story, known);
  const { isSeen, leg } = story.subject;
  return {
    display: role?.display,
    redactor: Redactor.of(role, story.secrets),
    ...(leg ? { ends: ENDS_OF_LEG[leg] } : isSeen ? { ends: endsOf(role) } : {}),
  };
}

/** On a proxy's connection with one side, what goes out is the other's words. */
const ENDS_OF_LEG: Readonly<Record<Leg, Ends>> = {
  client: { us: "the server", peer: "the client" },
  server: { us: "the client", peer: "the server" },
};

/** Ends of a conversation of two others. */
export const endsOf = (role: Pick<Role, "side"> | undefined): Ends =>
  role?.side === "client"
    ? { us: "the client", peer: "the server" }
    : { us: "the server", peer: "the client" };

/** Secrets among an instance's options, for the stories of its peers. */
export function secretsOf(role: Role, options: unknown): string[] {
  const values = options as Readonly<Record<string, unknown>>;
  return secretKeysOf(role)
    .map((key) => values[key])
    .filter((value) => typeof value === "string" && value !== "") as string[];
}
