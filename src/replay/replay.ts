/**
 * Plays a recorded connection again: the same reads, with their boundaries and in their order, the same answers of the
 * world, the same timers - against a fresh machine. What it does is compared with the story, entry by entry: the same
 * machine does the same, always, so a difference is a change of the role.
 *
 * 1. What came from outside - reads, a FIN, an operator's hand, an answer - is done again at its place.
 * 2. What the machine did must have been done again by then; where it has not, the timer that is due goes off.
 * 3. What a hub or the registry sent or remarked of its own accord is none of the machine's doing: it is passed over, and counted.
 *
 * Long, because bringing an entry and comparing it are two sides of one switch.
 */
import { isDeepStrictEqual } from "node:util";
import type { Entry, EntryOf, OperatorAction } from "../stories/entry.ts";
import type { Story } from "../stories/story.ts";
import { RecordedClock } from "./_recorded-clock.ts";
import { RecordedTurns } from "./_recorded-turns.ts";
import { Sandbox, type SandboxRequest } from "./_sandbox.ts";

export type ReplayRequest = Omit<SandboxRequest, "clock" | "turns">;

export interface Replayed {
  /** Entries of the story that were played and are the same. */
  readonly same: number;
  /** Of these: what others sent through this connection, and was taken as it was. */
  readonly given: number;
  readonly total: number;
  readonly difference: Difference | undefined;
  /** Why not all of it could be played. */
  readonly cutShort: string | undefined;
  /** State of affairs after entry `number`, from 1. */
  readonly momentAt: (number: number) => RecordedMoment | undefined;
}

export interface RecordedMoment {
  readonly state: string;
  readonly framing: string;
  readonly context: Readonly<Record<string, unknown>>;
  readonly unread: Buffer;
}

/** The first place where the replay goes another way. */
export interface Difference {
  /** In the story, from 1. */
  readonly number: number;
  /** Undefined: the story ends here, and the replay does more. */
  readonly recorded: Entry | undefined;
  /** Undefined: the replay does nothing here. */
  readonly played: Entry | undefined;
}

export interface ReplayOptions {
  /** Entries of the story are all that there were; it is told from the story itself where it is the recorder's. */
  readonly isWhole?: boolean;
  /** By so much a timer may have gone off before it was due: in a story whose machine only followed a program that was quicker. */
  readonly earlyMs?: number | undefined;
  /** Before each entry. */
  readonly onEntry?: () => void;
}

export async function replay(
  request: ReplayRequest,
  { isWhole = true, onEntry, earlyMs }: ReplayOptions = {},
): Promise<Replayed> {
  const { story } = request;
  const { entries, cutShort } = playable(story);
  const clock = new RecordedClock(story.openedAt, earlyMs);
  const player = new Player({ ...request, clock, turns: new RecordedTurns(entries) }, entries);
  const { difference, same } = await player.run(isWhole && cutShort === undefined, onEntry);
  return {
    same,
    given: player.given,
    total: story.length,
    difference,
    cutShort,
    momentAt: (number) => player.momentAt(number),
  };
}

/** The entries from the first on, up to where the story has a gap or a read that was not kept whole. */
export function playable({ entries, entriesBeforeGap, omitted }: Story): {
  readonly entries: readonly Entry[];
  readonly cutShort: string | undefined;
} {
  const whole = omitted > 0 ? entries.slice(0, entriesBeforeGap) : entries;
  const clipped = whole.findIndex((entry) => entry.kind === "in" && entry.bytes.length < entry.size);
  const kept = clipped < 0 ? whole : whole.slice(0, clipped);
  if (clipped >= 0)
    return { entries: kept, cutShort: `entry ${clipped + 1} is a read that was too long to be kept whole` };
  if (omitted > 0)
    return { entries: kept, cutShort: `${omitted} entries after entry ${kept.length} are no longer kept` };
  return { entries: kept, cutShort: undefined };
}

/** Remarks that no machine makes. */
const OBSERVED: ReadonlySet<string> = new Set([
  ...["port-seen", "port-free"],
  ...["seen-lost", "seen-cut", "seen-from-middle", "answered-otherwise", "not-answered", "spoke-unasked"],
]);

/** Observations, of which no machine did any: bytes passed over, the program at the other end, who has a port, the ports of a connection. */
function isSeen(entry: Entry): boolean {
  if (entry.kind === "remark") return OBSERVED.has(entry.cause.code);
  return entry.kind === "dropped" || entry.kind === "program" || entry.kind === "connected";
}

class Player {
  readonly sandbox: Sandbox;
  readonly #request: SandboxRequest;
  readonly #recorded: readonly Entry[];
  /** How much of what was played has been compared. */
  #compared = 0;
  given = 0;
  /** For each entry of the story, how much had been played with it. */
  readonly #played: number[] = [];

  constructor(request: SandboxRequest, recorded: readonly Entry[]) {
    this.#request = request;
    this.#recorded = recorded;
    this.sandbox = new Sandbox(request, recorded);
  }

  async run(
    isToTheEnd: boolean,
    onEntry?: () => void,
  ): Promise<{ difference: Difference | undefined; same: number }> {
    for (const [index, entry] of this.#recorded.entries()) {
      onEntry?.();
      this.#request.clock.standAt(this.#request.story.openedAt + entry.at / 1_000);
      this.#applyInput(entry, this.#recorded[index + 1]);
      const isPlayed = isSeen(entry) || (await this.#isPlayed(entry));
      this.#played.push(this.#compared);
      if (isPlayed) continue;
      const difference = { number: index + 1, recorded: entry, played: this.#next };
      return { difference, same: index };
    }
    const same = this.#recorded.length;
    const isMore = isToTheEnd && this.#request.story.endedAt !== undefined && this.#next !== undefined;
    const difference = isMore ? { number: same + 1, recorded: undefined, played: this.#next } : undefined;
    return { difference, same };
  }

  momentAt(number: number): RecordedMoment | undefined {
    const moment = this.sandbox.moments[(this.#played[number - 1] ?? 0) - 1];
    if (!moment) return undefined;
    const past = this.#recorded.slice(0, number);
    const came = Buffer.concat(past.flatMap((entry) => (entry.kind === "in" ? [entry.bytes] : [])));
    return {
      state: stateAfter(past),
      framing: moment.framing,
      context: moment.context ?? {},
      unread: this.sandbox.connection ? came.subarray(moment.readBytes) : Buffer.alloc(0),
    };
  }

  get #next(): Entry | undefined {
    return this.sandbox.played[this.#compared];
  }

  /** Input from outside happens again. */
  #applyInput(entry: Entry, behind: Entry | undefined): void {
    const { sandbox } = this;
    switch (entry.kind) {
      case "in":
      case "drained":
      case "late":
        return sandbox.read(entry.bytes);
      case "ended":
        return sandbox.end();
      case "closed":
        return sandbox.close(entry.cause);
      case "operator":
        return this.#operate(entry, behind);
      case "refused":
        if (entry.cause.code === "idle-too-long") sandbox.connection?.sweep(Number.POSITIVE_INFINITY);
    }
  }

  #operate(entry: EntryOf<"operator">, behind: Entry | undefined): void {
    const { at, kind, ...action } = entry;
    const { sandbox } = this;
    const { connection } = sandbox;
    if (this.#request.role.side === "client" && action.action !== "event") return this.#playUser(action);
    if (!connection) return sandbox.note(action);
    switch (action.action) {
      case "event":
        connection.control.sendEvent?.(eventOf(action));
        return;
      case "kick":
        return void connection.control.kick?.();
      case "fin":
        return void connection.control.fin?.();
      case "rst":
        return void connection.control.reset?.();
      case "leave":
        return connection.closeGracefully(action.farewell);
      case "send":
        // Nothing went out: it was too late for that.
        if (behind?.kind === "out") return void connection.control.inject?.(behind.bytes);
        return sandbox.note(action);
      default:
        return void connection.control.kill(action);
    }
  }

  #playUser(action: OperatorAction): void {
    this.sandbox.note(action);
    if (action.action === "say") this.sandbox.dispatch({ type: "operator.say", text: action.text });
    if (action.action === "endOfInput") this.sandbox.dispatch({ type: "operator.ended" });
    if (action.action === "stop") this.sandbox.dispatch({ type: "operator.stop" });
  }

  /** Whether the replay does what the story says, once everything that is due has happened. */
  async #isPlayed(entry: Entry): Promise<boolean> {
    for (let turn = 0; ; turn += 1) {
      const played = this.#next;
      if (played && isSame(entry, played)) {
        this.#compared += 1;
        return true;
      }
      if (played) return this.#isExternal(entry);
      if (entry.kind === "message" && this.#request.turns.goOn()) continue;
      if (turn === 0) await turnOfTheLoop();
      else if (!this.#fireDue(entry) && !this.#request.turns.goOn()) return this.#isExternal(entry);
    }
  }

  /** Makes happen what the machine waited for: an answer of the world, or the timer that is due. */
  #fireDue(entry: Entry): boolean {
    if (entry.kind === "transition" && entry.answer) return this.sandbox.answer(entry.event, entry.answer);
    return this.#request.clock.fireNext();
  }

  /** Doings of others than the machine: its hub, the registry, a file under way, a question by datagram. */
  #isExternal(entry: Entry): boolean {
    const { role } = this.#request;
    const isOthers =
      role.hub !== undefined ||
      (role.side === "server" && role.transport === "udp") ||
      (role.side === "client" && this.sandbox.connection === undefined);
    const isExternal =
      entry.kind === "file" || ((entry.kind === "out" || entry.kind === "remark") && isOthers);
    if (isExternal) this.given += 1;
    return isExternal;
  }
}

function eventOf({ event, text }: Extract<OperatorAction, { action: "event" }>) {
  return { type: event, ...(text === undefined ? {} : { text, bytes: Buffer.from(text) }) };
}

function stateAfter(entries: readonly Entry[]): string {
  const last = entries.findLast((entry) => entry.kind === "transition" || entry.kind === "opened");
  if (last?.kind === "transition") return last.to;
  return last?.kind === "opened" ? last.state : "";
}

/** The turn of the event loop in which promises are settled. */
const turnOfTheLoop = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Times aside, and what the world answered: that is the same by its making. */
function isSame(recorded: Entry, played: Entry): boolean {
  if (recorded.kind !== played.kind) return false;
  switch (recorded.kind) {
    // The closing side depends on the network; another role begins in another state.
    case "closed":
    case "opened":
    // Unread bytes are alike, however many of them are kept.
    case "drained":
    case "late":
      return true;
    case "transition": {
      const { from, to, event } = played as typeof recorded;
      return recorded.from === from && recorded.to === to && recorded.event === event;
    }
    case "out":
    case "in": {
      const { bytes, size } = played as typeof recorded;
      return recorded.size === size && bytes.subarray(0, recorded.bytes.length).equals(recorded.bytes);
    }
    default:
      return isDeepStrictEqual({ ...recorded, at: 0 }, { ...played, at: 0 });
  }
}
