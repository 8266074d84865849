/**
 * Faults that are on the lines of this lab, and on which: an instance's connections, now and later, or a single one. A connection gets a
 * line with the first fault and loses it with the last; without one there is none in its path.
 *
 * Long, because faults, lines and connections come and go on their own, and each knows the others here.
 */
import { NetlabError } from "../errors.ts";
import type { DistantLines, Line, PlainFault } from "../link/line.ts";
import type { Link } from "../link/link.ts";
import type { Clock } from "../machines/_world.ts";
import { seededRandom } from "../seeded-random.ts";
import type { LineFault } from "../stories/entry.ts";
import type { Leg, Story } from "../stories/story.ts";
import type { Fault, Transport } from "./fault.ts";
import { type Direction, FaultLine } from "./fault-line.ts";

export interface FaultRequest {
  /** Default: the next one. */
  readonly id?: string;
  readonly fault: Fault;
  /** As they were typed. */
  readonly given: Readonly<Record<string, string>>;
  /** As the fault's schema made them. */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** An instance's id, or a connection's. */
  readonly target: string;
  readonly transport: Transport;
  /** Of a proxy: the side whose connections are meant; both where it is not said. */
  readonly leg?: Leg | undefined;
  /** Seen from the role. */
  readonly direction: Direction | "both";
  /** Share of the connections that get it, from 0 to 1. */
  readonly chance: number;
  /** Milliseconds; undefined: until it is taken away. */
  readonly forMs: number | undefined;
  readonly seed: number;
  /** The lab file names it. */
  readonly isFromLab?: boolean;
}

/** A fault as it stands, as plain data. */
export interface FaultDocument {
  readonly id: string;
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly target: string;
  readonly leg: Leg | null;
  readonly direction: Direction | "both";
  readonly chance: number;
  readonly seed: number;
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly until: number | null;
  /** Connections that it is on now. */
  readonly connections: number;
}

export interface FaultBoardParts {
  readonly clock: Clock;
  readonly find: (connection: string) => Story | undefined;
  readonly live: () => readonly Story[];
  readonly linkOf: (connection: string) => Link | undefined;
  /** Lines of this instance, or connection, where they are in another process. */
  readonly distantLines?: (target: string) => DistantLines | undefined;
}

interface OnBoard extends FaultRequest {
  readonly id: string;
  /** Lines of another process that it is on, and when it is there. */
  readonly distant?: DistantLines;
  readonly settled?: Promise<void>;
  readonly since: number;
  readonly timer: unknown;
  /** How many connections have come to it: each has draws of its own. */
  ordinal: number;
  readonly stories: Set<Story>;
}

interface Lined {
  readonly link: Link;
  readonly line: FaultLine;
}

export class FaultBoard {
  readonly #parts: FaultBoardParts;
  readonly #faults = new Map<string, OnBoard>();
  readonly #lines = new Map<Story, Lined>();
  #last = 0;

  constructor(parts: FaultBoardParts) {
    this.#parts = parts;
  }

  /** Puts it on the live connections of its target, and on later ones. Throws a NetlabError where it does not fit. */
  add(request: FaultRequest): FaultDocument {
    const { fault, transport, forMs } = request;
    if (!fault.transports.includes(transport))
      throw new NetlabError("usage/fault-transport", {
        fault: fault.name,
        transport,
        target: request.target,
      });
    const { clock, distantLines } = this.#parts;
    this.#last += 1;
    const id = request.id ?? `f${this.#last}`;
    const timer = forMs === undefined ? undefined : clock.setTimeout(() => this.#takeAway(id), forMs);
    const distant = distantLines?.(request.target);
    const onBoard: OnBoard = {
      ...request,
      id,
      since: clock.now(),
      timer,
      ordinal: 0,
      stories: new Set<Story>(),
      ...(distant ? { distant, settled: distant.put(plainOf(request, id)) } : {}),
    };
    this.#faults.set(id, onBoard);
    for (const story of distant ? [] : this.#parts.live()) {
      const link = isMeant(onBoard, story) ? this.#parts.linkOf(story.subject.id) : undefined;
      if (link) this.#put(onBoard, story, link);
    }
    return this.#documentOf(onBoard);
  }

  /** Resolves to it as it stands, when it is on lines of another process, too. */
  async settled(document: FaultDocument): Promise<FaultDocument> {
    const onBoard = this.#faults.get(document.id);
    await onBoard?.settled;
    return onBoard ? this.#documentOf(onBoard) : document;
  }

  list(): FaultDocument[] {
    return [...this.#faults.values()].map((onBoard) => this.#documentOf(onBoard));
  }

  #documentOf(onBoard: OnBoard): FaultDocument {
    if (!onBoard.distant) return documentOf(onBoard, onBoard.stories.size);
    return documentOf(
      onBoard,
      this.#parts.live().filter((one) => one.isLineBad && isMeant(onBoard, one)).length,
    );
  }

  /** Answers it as it was. Throws a NetlabError where there is none. */
  remove(id: string): FaultDocument {
    const onBoard = this.#faults.get(id);
    if (!onBoard) throw new NetlabError("usage/no-fault", { id });
    const document = this.#documentOf(onBoard);
    this.#takeAway(id);
    return document;
  }

  /** Takes away those that this is said of. */
  removeWhere(isMeantBy: (request: FaultRequest) => boolean): void {
    for (const onBoard of this.#faults.values()) if (isMeantBy(onBoard)) this.#takeAway(onBoard.id);
  }

  /** An instance that is gone has no lines any more. */
  forget(instance: string): void {
    this.removeWhere(({ target }) => target === instance);
  }

  /** A connection is there, and nothing has gone over its link. */
  readonly onLink = (link: Link, id: string): Link => {
    if (this.#faults.size === 0) return link;
    const story = this.#parts.find(id);
    if (!story) return link;
    for (const onBoard of this.#faults.values()) if (isMeant(onBoard, story)) this.#put(onBoard, story, link);
    return link;
  };

  #put(onBoard: OnBoard, story: Story, link: Link): void {
    const { id, fault, attributes, given, direction, chance, seed, target } = onBoard;
    onBoard.ordinal += 1;
    const words = [seed, target, onBoard.ordinal] as const;
    if (chance < 1 && seededRandom(...words, "chance")() >= chance) return;
    const { line } = this.#lines.get(story) ?? this.#newLine(story, link);
    story.recordFault({ fault: id, name: fault.name, direction, deed: "on", attributes: given });
    onBoard.stories.add(story);
    for (const way of direction === "both" ? (["in", "out"] as const) : [direction])
      line.place(way, { id, fault, attributes, random: seededRandom(...words, way) });
  }

  #newLine(story: Story, link: Link): Lined {
    const { clock } = this.#parts;
    let line: FaultLine | undefined;
    link.putLine?.((wire, listener): Line => {
      line = new FaultLine(wire, listener, {
        now: () => clock.now(),
        later: (callback, ms) => {
          const timer = clock.setTimeout(callback, ms);
          return () => clock.clearTimeout(timer);
        },
        did: (id, direction, deed, size) =>
          this.#tell(story, { fault: id, direction, deed, ...(size === undefined ? {} : { size }) }),
        closed: () => this.#forgetStory(story),
      });
      return line;
    });
    if (!line) throw new Error(`${story.subject.id} has no wire to put a line on`);
    const lined = { link, line };
    this.#lines.set(story, lined);
    return lined;
  }

  #tell(story: Story, told: Omit<LineFault, "name">): void {
    const onBoard = this.#faults.get(told.fault);
    if (onBoard && story.endedAt === undefined) story.recordFault({ ...told, name: onBoard.fault.name });
  }

  #takeAway(id: string): void {
    const onBoard = this.#faults.get(id);
    if (!onBoard) return;
    this.#parts.clock.clearTimeout(onBoard.timer);
    void onBoard.distant?.take(id);
    for (const story of onBoard.stories) {
      const lined = this.#lines.get(story);
      if (!lined) continue;
      lined.line.remove(id);
      this.#tell(story, { fault: id, direction: onBoard.direction, deed: "off" });
      if (!lined.line.isClear) continue;
      lined.link.putLine?.(undefined);
      this.#lines.delete(story);
    }
    this.#faults.delete(id);
  }

  #forgetStory(story: Story): void {
    this.#lines.delete(story);
    for (const { stories } of this.#faults.values()) stories.delete(story);
  }
}

/** Questions of our own are no affair of a lab's lines. */
const isMeant = ({ target, leg, fault }: OnBoard, { subject }: Story) =>
  (subject.id === target || (subject.instance === target && (leg === undefined || subject.leg === leg))) &&
  subject.isInternal !== true &&
  fault.transports.includes(subject.transport);

const plainOf = ({ fault, ...request }: FaultRequest, id: string): PlainFault => {
  const { given, attributes, target, transport, direction, chance, seed } = request;
  return { id, name: fault.name, given, attributes, target, transport, direction, chance, seed };
};

const documentOf = (
  { id, fault, given, target, leg, direction, chance, seed, since, forMs }: OnBoard,
  connections: number,
): FaultDocument => ({
  id,
  name: fault.name,
  attributes: given,
  target,
  leg: leg ?? null,
  direction,
  chance,
  seed,
  since,
  until: forMs === undefined ? null : since + forMs,
  connections,
});
