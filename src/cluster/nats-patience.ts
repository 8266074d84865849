/** Patience with servers that elect a leader, or come back: what fails meanwhile is asked again for a while. */
import { setTimeout as pause } from "node:timers/promises";
import type { JetStreamApiError } from "@nats-io/jetstream";
import { messageOf, NetlabError } from "../errors.ts";
import { OutpacedError } from "./bus.ts";

const PATIENCE_MS = 15_000;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 500;
/** Without an answer by then, a question is asked again. */
export const ASK_LIMIT_MS = 2_000;

const UNAVAILABLE = 503;
const OUTPACED = [10_071, 10_164];
const NO_STREAM = 10_059;
/** Streams that are being made, moved or elected; servers that are too few just now. */
const PASSING = [10_004, 10_005, 10_008, 10_009, 10_023, 10_074, 10_076, 10_077, 10_118];
/** Limits of the server, the account or the stream, as a write meets them. */
const FULL = [10_002, 10_023, 10_077];
/** Storage or memory that a new stream would need. */
const NO_ROOM = [10_028, 10_047];

type Kind = "outpaced" | "no-stream" | "no-room" | "passing" | "other";

const isFull = (error: unknown) => FULL.includes((error as Partial<JetStreamApiError>).code ?? 0);

/** By names and codes: the classes are loaded with the client alone. */
function kindOf(error: unknown): Kind {
  if (!(error instanceof Error)) return "other";
  const { code, status } = error as Partial<JetStreamApiError>;
  if (code !== undefined && OUTPACED.includes(code)) return "outpaced";
  if (code !== undefined && NO_ROOM.includes(code)) return "no-room";
  if (code === NO_STREAM || error.name === "StreamNotFoundError") return "no-stream";
  const isPassing =
    ["TimeoutError", "JetStreamNotEnabled", "NoRespondersError", "RequestError"].includes(error.name) ||
    status === UNAVAILABLE ||
    (code !== undefined && PASSING.includes(code));
  return isPassing ? "passing" : "other";
}

export interface PatientWork<Answer> {
  readonly at: string;
  readonly what: string;
  /** Key that is written, where another may be faster. */
  readonly key?: string;
  /** `again`: an attempt before it may have been carried out. */
  work(again: boolean): Promise<Answer>;
  /** Makes anew what is not there any more: a server may have lost its folder. */
  remake?(): Promise<void>;
  isOver(): boolean;
  /** Hears that a write is refused for want of room, each time. */
  onFull?(why: string): void;
}

/** Rejects with an OutpacedError, or a NetlabError. */
export async function patiently<Answer>(given: PatientWork<Answer>): Promise<Answer> {
  const until = performance.now() + PATIENCE_MS;
  let again = false;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    try {
      return await given.work(again);
    } catch (error) {
      const kind = kindOf(error);
      if (error instanceof OutpacedError || error instanceof NetlabError) throw error;
      if (kind !== "passing" && kind !== "no-stream") throw refusalOf(error, kind, given);
      if (given.key !== undefined && isFull(error)) given.onFull?.(messageOf(error));
      if (given.isOver() || performance.now() + pauseMs > until)
        throw new NetlabError("no-bus/away", {}, { cause: error });
      again = true;
      await pause(pauseMs, undefined, { ref: false });
      if (kind === "no-stream") await given.remake?.().catch(() => undefined);
    }
  }
}

function refusalOf(
  error: unknown,
  kind: Exclude<Kind, "passing" | "no-stream">,
  { at, what, key = "" }: Pick<PatientWork<never>, "at" | "what" | "key">,
): Error {
  switch (kind) {
    case "outpaced":
      return new OutpacedError(key);
    case "no-room":
      return new NetlabError("no-bus/no-room", { at, what }, { cause: error });
    case "other":
      return new NetlabError("no-bus/refuses", { at, what, why: messageOf(error) }, { cause: error });
  }
}
