/** What to think of a connection at a glance, from its story and what it is doing now. */
import { causeText } from "./cause-text.ts";
import type { LiveView } from "./live-view.ts";
import type { Story } from "./story.ts";

/**
 * `ok`, or what is wrong: our role crashed; we refused the peer; the conversation failed (reset, deaf, cut short);
 * bytes came that no state could read (`stuck`); or both sides wait for the other to speak (`waiting`).
 */
export type Verdict = "ok" | "crashed" | "refused" | "failed" | "stuck" | "waiting";

/** Bytes that lie unread this long are stuck. */
const STUCK_MS = 2_000;
/** A silence this long in a state that waits for the peer is a wait of both sides. */
const WAITING_MS = 10_000;

export function verdictOf(story: Story, live: LiveView | undefined): Verdict {
  if (story.fault) return story.fault;
  if (!live || story.subject.transport === "udp") return "ok";
  const { stillMs } = live;
  if (stillMs >= STUCK_MS && (live.unreadBytes > 0 || live.queuedBytes > 0)) return "stuck";
  if (stillMs >= WAITING_MS && story.waitsFor !== undefined) return "waiting";
  return "ok";
}

/** The verdict's reason in a sentence; undefined where all is well. */
export function reasonOf(story: Story, live: LiveView | undefined): string | undefined {
  const { cause } = story;
  if (cause !== undefined) return causeText(cause);
  const seconds = live ? Math.floor(live.stillMs / 1_000) : 0;
  switch (verdictOf(story, live)) {
    case "stuck":
      return live && live.queuedBytes > 0
        ? `it does not read: ${live.queuedBytes} bytes wait for it since ${seconds} s`
        : `${live?.unreadBytes} bytes are no whole message for ${seconds} s${story.framing === "line" ? ": a line without its \\n" : ""}`;
    case "waiting":
      return `both sides wait: we for ${story.waitsFor}, and nothing has come for ${seconds} s`;
    default:
      return undefined;
  }
}

const URGENCY: Record<Verdict, number> = { crashed: 0, stuck: 1, refused: 2, failed: 3, waiting: 4, ok: 5 };

/** Those that need a look first, then by age. */
export function byUrgency(liveOf: (story: Story) => LiveView | undefined) {
  return (a: Story, b: Story) =>
    URGENCY[verdictOf(a, liveOf(a))] - URGENCY[verdictOf(b, liveOf(b))] || a.openedAt - b.openedAt;
}
