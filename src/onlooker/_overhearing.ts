/** Words of both sides, as a role's assumptions are made from them. */
import type { Overheard } from "../machines/_assumed.ts";
import type { Role } from "../machines/_role.ts";
import type { Data } from "./_words.ts";
import type { SeenConversation, Speaker } from "./conversation.ts";

/** True of a role whose server speaks first. */
export function greets({ dialogue }: Role): boolean {
  const [first] = dialogue?.lines ?? [];
  return first !== undefined && "server" in first;
}

export function overheardOf({ events }: SeenConversation): Overheard {
  const words = events.flatMap((event) => (event.kind === "data" ? [event] : []));
  const of = (from: Speaker) => words.filter((word) => word.from === from).map(({ bytes }) => bytes);
  return { client: of("client"), server: of("server"), first: words[0]?.from, opening: openingOf(words) };
}

/** The client's words before the server's: those in one go, whichever side began. */
function openingOf(words: readonly Data[]): Buffer {
  const start = words.findIndex(({ from }) => from === "client");
  if (start < 0) return Buffer.alloc(0);
  const end = words.findIndex(({ from }, index) => index > start && from === "server");
  return Buffer.concat(words.slice(start, end < 0 ? words.length : end).map(({ bytes }) => bytes));
}
