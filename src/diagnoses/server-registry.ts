/** Students' registries: a list that never ends. */
import { DISCOVER, END, isEnd } from "../wire/bootstrap.ts";
import type { Diagnosis, Finding } from "./_diagnosis.ts";
import { count, type Evidence, quoted, type Read } from "./_evidence.ts";

export const serverRegistry: readonly Diagnosis[] = [
  {
    id: "D85",
    name: "registry-without-end",
    title: "The registry never said end",
    level: "violation",
    rank: "answers",
    excludes: ["D37", "D84"],
    find: findNoEnd,
  },
];

function findNoEnd(evidence: Evidence): Finding | undefined {
  const listed = listOf(evidence);
  if (listed.length === 0 || listed.some(({ bytes }) => isEnd(bytes.toString("utf8")))) return undefined;
  const last = listed.at(-1)?.bytes.toString("utf8") ?? "";
  const isGlued = new RegExp(`[\\n,]${END}[\\s\\0]*$`).test(last);
  const isMisspelt = last.trim().toLowerCase() === END;
  return {
    rule: "BOOT-4",
    reads: listed.slice(-1),
    state: "discovering",
    expected: `${END}, as a datagram of its own`,
    cause: isGlued
      ? `${END} came in one datagram with an entry. It is a datagram of its own: a client that compares whole datagrams with ${END} waits for ever.`
      : isMisspelt
        ? `${quoted(last)} came, and ${END} in small letters is due: a client compares byte by byte, and waits for ever.`
        : `${count(listed.length, "datagram")} came, and no ${END}. The client cannot know that the list is over, and waits for ever.`,
    advice: [`Send ${END} as a datagram of its own after the last entry: sendto(fd, "${END}", 3, 0, …);`],
  };
}

/** Datagrams that answered a question for the list; none while more may come. */
function listOf({ story, isServer }: Evidence): Read[] {
  if (isServer) return [];
  const { entries } = story;
  const asked = entries.findIndex(
    (entry) => entry.kind === "out" && entry.bytes.toString("utf8").startsWith(DISCOVER),
  );
  const over = entries.findIndex((entry, index) => index > asked && entry.kind === "transition");
  if (asked < 0 || over < 0) return [];
  return entries.slice(asked, over).flatMap((entry, index): Read[] =>
    entry.kind === "in"
      ? [
          {
            number: index,
            at: entry.at,
            bytes: entry.bytes,
            keptBytes: entry.bytes.length,
            size: entry.size,
          },
        ]
      : [],
  );
}
