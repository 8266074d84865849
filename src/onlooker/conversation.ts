/** A conversation of two others, as a reader of a capture saw it, or a proxy between them. */
import type { HiddenSpan } from "../printable.ts";
import type { Endpoint } from "../stories/story.ts";

export type Speaker = "client" | "server";

/** `at`: microseconds since the conversation began; they never go back. */
export type SeenEvent = { readonly at: number; readonly from: Speaker } & (
  | {
      /** A read: a segment of a stream in its order, or a datagram. */
      readonly kind: "data";
      readonly bytes: Buffer;
      /** Bytes on the wire, where `bytes` are not all of them. */
      readonly size?: number;
      /** Bytes that stand for a secret: what they were is not known. */
      readonly hidden?: readonly HiddenSpan[];
    }
  /** Bytes of a stream that went over the wire and were not seen. */
  | { readonly kind: "lost"; readonly size: number }
  | { readonly kind: "fin" | "reset" }
);

/**
 * Input of `look`, as plain data: its watcher makes it of what it saw. Of datagrams a conversation is what two addresses said to each
 * other. It may be looked at while it goes on: it is over where both sides have sent a FIN, or one a reset.
 */
export interface SeenConversation {
  readonly transport: "tcp" | "udp";
  readonly client: Endpoint;
  readonly server: Endpoint;
  /** Milliseconds since 1970; a fraction counts. */
  readonly startedAt: number;
  /** False where its first words may be missing: then it is told, and not judged. Default true. */
  readonly isFromStart?: boolean;
  /** No program took the client's connection. Default false. */
  readonly isRefused?: boolean;
  /** Each piece of data is a packet, at the time at which it went over the wire. Default false: one that a program has read. */
  readonly isOfPackets?: boolean;
  /** In the order in which they happened. */
  readonly events: readonly SeenEvent[];
  /** How long it was watched, in microseconds since it began: a silence up to then is one. Default: to its last event. */
  readonly until?: number;
}

/** Both sides are through, or one broke it. */
export function isOver({ events }: SeenConversation): boolean {
  const hasEnded = (from: Speaker) => events.some((event) => event.kind === "fin" && event.from === from);
  return events.some(({ kind }) => kind === "reset") || (hasEnded("client") && hasEnded("server"));
}

export const untilOf = ({ until, events }: SeenConversation) => Math.max(until ?? 0, events.at(-1)?.at ?? 0);

/** End of one that is over: it may have been watched for longer. */
export const endOf = (conversation: SeenConversation) =>
  isOver(conversation) ? (conversation.events.at(-1)?.at ?? 0) : untilOf(conversation);
