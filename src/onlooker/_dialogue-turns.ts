/** Turns of a role's dialogue, and of a conversation that follows it: what the client says, and then the server. */
import { type Dialogue, linesFor } from "../machines/_dialogue.ts";
import type { SeenConversation } from "./conversation.ts";

/** Both may be empty: a server may begin. Without line ends and NULs, which are the programs' own affair. */
export interface DueTurn {
  readonly asked: string;
  /** As the server would say it. */
  readonly due: string;
}

export interface SaidTurn {
  readonly asked: string;
  /** When the client's last word came; 0: it has said none. */
  readonly askedAt: number;
  readonly said: Buffer;
  /** When the server's first word came; undefined: it has said none. */
  readonly at: number | undefined;
}

export const bare = (text: string) => text.replace(/[\0\r\n]+/g, "");

/** The dialogue as this client holds it: its name is what it says where a name stands. */
export function dueTurns(dialogue: Dialogue, said: readonly SaidTurn[]): DueTurn[] {
  const opening = dialogue.lines.find((line) => "client" in line);
  const first = said.find(({ asked }) => asked !== "")?.asked ?? "";
  const name = opening && "client" in opening ? nameIn(opening.client, first) : undefined;
  const turns: { asked: string; due: string }[] = [];
  let isAnswered = true;
  for (const line of linesFor(dialogue, name ?? "")) {
    if (turns.length === 0 || ("client" in line && isAnswered)) turns.push({ asked: "", due: "" });
    const turn = turns.at(-1) as { asked: string; due: string };
    isAnswered = "server" in line;
    if ("client" in line) turn.asked += bare(line.client);
    else turn.due += turn.due === "" ? line.server : `\n${line.server}`;
  }
  return turns;
}

/** Text in the place of `{name}`; undefined: there is no such place, or something else is around it. */
function nameIn(template: string, said: string): string | undefined {
  const [before = "", after] = template.split("{name}");
  if (after === undefined) return undefined;
  const text = bare(said);
  const isIt = text.startsWith(before) && text.endsWith(after) && text.length > before.length + after.length;
  return isIt ? text.slice(before.length, text.length - after.length) : undefined;
}

export function saidTurns({ events }: SeenConversation): SaidTurn[] {
  const turns: { asked: string; askedAt: number; said: Buffer; at: number | undefined }[] = [];
  for (const event of events) {
    if (event.kind === "lost") break;
    if (event.kind !== "data") continue;
    const last = turns.at(-1);
    if (!last || (event.from === "client" && last.at !== undefined))
      turns.push({ asked: "", askedAt: 0, said: Buffer.alloc(0), at: undefined });
    const turn = turns.at(-1) as (typeof turns)[number];
    if (event.from === "client") {
      turn.asked += bare(event.bytes.toString());
      turn.askedAt = event.at;
    } else {
      turn.said = Buffer.concat([turn.said, event.bytes]);
      turn.at ??= event.at;
    }
  }
  return turns;
}
