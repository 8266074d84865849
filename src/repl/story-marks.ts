/** Marks of a whole story for its reader: which cards fit which read, and the bytes of each message. */
import { messagesOf } from "../diagnoses/table.ts";
import { incidentOf } from "../judging.ts";
import type { Lab } from "../lab/lab.ts";
import { serverOf } from "../machines/_counterparts.ts";
import type { Role } from "../machines/_role.ts";
import type { HiddenSpan } from "../printable.ts";
import { isOpenedByUs, roleOf } from "../stories/editions.ts";
import type { Visibility } from "../stories/entry-text.ts";
import { toShownRecord } from "../stories/shown-record.ts";
import type { Story } from "../stories/story.ts";
import { explain } from "./explanation.ts";

export interface CardMark {
  /** From 1; null: of no read alone, e.g. of a silence. */
  readonly read: number | null;
  readonly id: string;
  readonly rule: string;
  readonly title: string;
}

/** A story that was judged to be without any is not looked at again. */
export function cardMarks(lab: Lab, story: Story): CardMark[] {
  if (story.judged && story.judged.cards.length === 0) return [];
  return explain(lab, story).cards.flatMap(({ id, rule, title, reads }): CardMark[] => {
    const mark = { id, rule, title };
    return reads.length === 0
      ? [{ read: null, ...mark }]
      : reads.map(({ number: read }) => ({ read, ...mark }));
  });
}

export interface FramedDocument {
  /** base64 */
  readonly bytes: string;
  readonly hidden: readonly HiddenSpan[];
}

export interface MarkOptions extends Visibility {
  readonly messages: boolean;
}

/** A story as it stands now. */
export function storyDocument(lab: Lab, story: Story, options: MarkOptions) {
  return {
    opener: isOpenedByUs(story, lab.roles) ? "us" : "peer",
    protocol: protocolOf(story, lab.roles),
    record: toShownRecord(story, options),
    ...(options.messages ? { messages: messageDocuments(lab, story, options) } : {}),
  };
}

/** Bytes as base64; `entry` is the index of the message's entry. */
export const messageDocuments = (lab: Lab, story: Story, visibility: Visibility) =>
  messagesOf(incidentOf(lab, story, lab.liveView(story.subject.id), visibility)).map(
    ({ bytes, ...message }) => ({
      ...message,
      bytes: bytes.toString("base64"),
    }),
  );

/** The server's role, whose messages are known: of a client that which it asks, of a proxy's connection that of the two programs. */
export function protocolOf(story: Story, roles: ReadonlyMap<string, Role>): string | null {
  const own = roleOf(story, roles);
  const role = own?.proxied ?? own;
  const server = role?.wire ? role : serverOf(role?.name ?? story.subject.role, roles);
  return server?.wire ? server.name : null;
}
