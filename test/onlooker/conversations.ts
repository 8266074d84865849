/** Conversations of two others, as somebody who watched them would tell. */
import type { SeenConversation, SeenEvent, Speaker } from "../../src/onlooker/conversation.ts";

const STARTED_AT = Date.UTC(2026, 0, 2, 3, 4, 5);

/** `C>` and `S>` say what is behind them; `C.` and `S.` are FINs, `C!` and `S!` resets; a number is a pause in milliseconds. */
export type Line = string | number | { readonly from: Speaker; readonly bytes: Buffer };

export function conversation(
  port: number,
  lines: readonly Line[],
  changes: Partial<SeenConversation> = {},
): SeenConversation {
  let at = 1_000;
  const events = lines.flatMap((line): SeenEvent[] => {
    if (typeof line === "number") {
      at += line * 1_000;
      return [];
    }
    at += 300;
    return [{ at, ...eventOf(line) } as SeenEvent];
  });
  return {
    transport: "tcp",
    client: { address: "127.0.0.1", port: 50_000 },
    server: { address: "127.0.0.1", port },
    startedAt: STARTED_AT,
    events,
    until: at,
    ...changes,
  };
}

function eventOf(line: Exclude<Line, number>): Omit<SeenEvent, "at"> {
  if (typeof line !== "string")
    return { from: line.from, kind: "data", bytes: line.bytes } as Omit<SeenEvent, "at">;
  const from = line.startsWith("C") ? "client" : "server";
  if (line[1] === ".") return { from, kind: "fin" };
  if (line[1] === "!") return { from, kind: "reset" };
  return { from, kind: "data", bytes: Buffer.from(line.slice(3)) } as Omit<SeenEvent, "at">;
}
