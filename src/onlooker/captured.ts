/** Conversations of a capture file, for an onlooker. */
import { CaptureError } from "../capture/capture-error.ts";
import { type CapturedPacket, packetsIn } from "../capture/capture-reader.ts";
import {
  type CaptureLimits,
  type Conversation,
  conversationsOf,
  type WireEvent,
} from "../capture/conversations.ts";
import type { SeenConversation, SeenEvent } from "./conversation.ts";

export interface Captured {
  /** In the order in which they began. */
  readonly conversations: readonly SeenConversation[];
  /** Byte at which the file ends in the middle of a packet: what comes before it is there. */
  readonly cutAt: number | undefined;
}

/** Throws a CaptureError where the file is damaged, is no capture, or has more in it than the limits allow. */
export function capturedConversations(file: Buffer, limits?: CaptureLimits): Captured {
  const whole = new WholePackets(file);
  const all = conversationsOf(whole.packets(), limits);
  const lastNs = all.reduce((last, { endNs }) => (endNs > last ? endNs : last), 0n);
  return { conversations: all.map((conversation) => seen(conversation, lastNs)), cutAt: whole.cutAt };
}

/** Packets up to where a program was stopped that wrote them. */
class WholePackets {
  readonly #file: Buffer;
  cutAt: number | undefined;

  constructor(file: Buffer) {
    this.#file = file;
  }

  *packets(): Generator<CapturedPacket> {
    try {
      yield* packetsIn(this.#file);
    } catch (error) {
      if (!(error instanceof CaptureError) || error.fault !== "cut" || error.at === 0) throw error;
      this.cutAt = error.at;
    }
  }
}

/** `lastNs`: as long as the capture went on, a silence is one. */
function seen(conversation: Conversation, lastNs: bigint): SeenConversation {
  const { transport, client, server, startNs, isFromStart, isRefused, events } = conversation;
  const since = (ns: bigint) => Math.round(Number(ns - startNs) / 1_000);
  return {
    transport,
    client,
    server,
    isFromStart,
    isRefused,
    isOfPackets: true,
    startedAt: Number(startNs) / 1_000_000,
    until: since(lastNs),
    events: events.map((event) => eventOf(event, since(event.ns))),
  };
}

function eventOf(event: WireEvent, at: number): SeenEvent {
  const { from } = event;
  switch (event.kind) {
    case "data": {
      const { bytes, size, hidden } = event;
      return { at, from, kind: "data", bytes, size, hidden };
    }
    case "lost":
      return { at, from, kind: "lost", size: event.size };
    default:
      return { at, from, kind: event.kind };
  }
}
