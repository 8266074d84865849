/**
 * Members of a shared room, at several daemons: they come, talk all the time, go now and then, and come back where their daemon went away.
 * All that they hear is kept as the room's history.
 */
import { connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { PROMPT, RESTARTED, SERVER } from "../../src/wire/chat.ts";
import type { Random } from "./_random.ts";
import type { Heard, Visit } from "./_room-history.ts";

/** Until it is tried again: a daemon that is away, or a name that is taken. */
const AGAIN_MS = [100, 400] as const;
/** Share of lines after which a member goes, once it has heard all of its own. */
const LEAVES = 0.02;
const LOOK_MS = 20;

/** Daemon that has the room open; without a port it is away. */
export interface Place {
  readonly name: string;
  port: number | undefined;
}

export class RoomCrowd {
  readonly visits: Visit[] = [];
  readonly random: Random;
  /** Between two lines of a member, in the middle. */
  readonly pauseMs: number;
  isTalking = true;
  isOver = false;
  lines = 0;
  heard = 0;
  /** Longest time that a line took to come back to its sender, since it was asked last. */
  slowestMs = 0;
  lastHeardAt = performance.now();
  readonly #members: Member[] = [];

  constructor(random: Random, pauseMs: number) {
    this.random = random;
    this.pauseMs = pauseMs;
  }

  get size(): number {
    return this.#members.length;
  }

  add(place: Place, count: number): void {
    for (let more = 0; more < count; more += 1)
      this.#members.push(new Member(this, place, `m${this.#members.length}`));
  }

  /** Members at this daemon are not surely there any more: it is about to end, or to be stopped. */
  doubt(place: Place): void {
    for (const member of this.#members) if (member.place === place) member.doubt();
  }

  /** One at each of these wants the same name at the same time; who gets it goes again. */
  async race(places: readonly Place[], name: string): Promise<void> {
    const racers = places.map((place) => new Member(this, place, name, true));
    await Promise.all(racers.map(({ outcome }) => outcome));
    for (const racer of racers) racer.leave();
  }

  /** All are in; rejects with how many are not. */
  async isIn(limitMs: number): Promise<void> {
    const until = performance.now() + limitMs;
    const outside = () => this.#members.filter(({ isIn }) => !isIn).length;
    while (outside() > 0) {
      if (performance.now() > until) {
        const words = this.#members
          .filter(({ isIn }) => !isIn)
          .map((one) => `${one.name} at ${one.place.name}, which last heard ${one.lastWords}`);
        throw new Error(
          `${words.length} of ${this.size} members are not in after ${limitMs} ms: ${words.slice(0, 4).join("; ")}`,
        );
      }
      await delay(LOOK_MS);
    }
  }

  /** Nobody says anything more, and who is there has heard what it said itself; then for so long nothing has come. */
  async isQuiet(quietMs: number, limitMs: number): Promise<void> {
    this.isTalking = false;
    const until = performance.now() + limitMs;
    const isQuiet = () =>
      performance.now() - this.lastHeardAt >= quietMs && this.#members.every((member) => member.hasHeardOwn);
    while (!isQuiet() && performance.now() < until) await delay(LOOK_MS);
  }

  end(): void {
    this.isOver = true;
    this.isTalking = false;
    for (const member of this.#members) member.end();
  }
}

class Member {
  readonly place: Place;
  readonly name: string;
  /** Of a race: it has the name, or another has. */
  readonly outcome: Promise<void>;
  readonly #crowd: RoomCrowd;
  /** Of a race: it asks once. */
  readonly #isOnce: boolean;
  readonly #settle: () => void;
  #socket: Socket | undefined;
  #visit: Visit | undefined;
  #rest = "";
  #hasAsked = false;
  #isLeaving = false;
  #saidAt: number[] = [];
  #lastLine = "";
  #heardOf = 0;
  #lastHeardAt = 0;

  constructor(crowd: RoomCrowd, place: Place, name: string, isOnce = false) {
    this.#crowd = crowd;
    this.place = place;
    this.name = name;
    this.#isOnce = isOnce;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.outcome = promise;
    this.#settle = resolve;
    this.#come();
  }

  get isIn(): boolean {
    return this.#visit !== undefined;
  }

  get lastWords(): string {
    return JSON.stringify(this.#lastLine);
  }

  get hasHeardOwn(): boolean {
    return this.#heardOf === (this.#visit?.said ?? 0);
  }

  /** Surely there it was when it last heard something: of a node that is cut off, others know sooner than its members. */
  doubt(): void {
    if (this.#visit) this.#visit.until ??= this.#lastHeardAt;
  }

  /** Goes, having said all and heard all of it. */
  leave(): void {
    this.doubt();
    if (this.#visit) this.#visit.end = "left";
    this.#socket?.end();
  }

  end(): void {
    this.#visit = undefined;
    this.#socket?.destroy();
  }

  // -- coming ---------------------------------------------------------------------------------------------------------

  #come(): void {
    const { port } = this.place;
    if (this.#crowd.isOver) return;
    if (port === undefined) return this.#again();
    const socket = connect({ port, host: "127.0.0.1", noDelay: true }).setEncoding("latin1");
    this.#socket = socket;
    this.#rest = "";
    this.#hasAsked = false;
    socket.on("error", () => undefined);
    socket.on("data", (text: string) => this.#hear(text));
    // A crash of the other side is an end too.
    socket.on("close", () => this.#gone());
  }

  #again(): void {
    if (this.#isOnce) return this.#settle();
    setTimeout(() => this.#come(), this.#crowd.random.int(...AGAIN_MS));
  }

  #gone(): void {
    if (this.#crowd.isOver) return;
    this.doubt();
    if (this.#visit?.end === "there") this.#visit.end = "lost";
    this.#visit = undefined;
    this.#again();
  }

  /** Again where the name is taken, or what was asked was lost with the room's owner. */
  #prompted(): void {
    const socket = this.#socket;
    const ask = () => socket === this.#socket && socket?.write(`:${this.name}:${this.name}\n`);
    if (this.#hasAsked) setTimeout(ask, this.#crowd.random.int(...AGAIN_MS));
    else ask();
    this.#hasAsked = true;
  }

  #letIn(): void {
    const { visits } = this.#crowd;
    const visit: Visit = {
      id: visits.length,
      name: this.name,
      from: performance.now(),
      until: undefined,
      end: "there",
      said: 0,
      heard: [],
    };
    visits.push(visit);
    this.#visit = visit;
    this.#isLeaving = false;
    this.#saidAt = [];
    this.#heardOf = 0;
    this.#settle();
    if (!this.#isOnce) this.#talkLater(visit);
  }

  // -- talking --------------------------------------------------------------------------------------------------------

  #talkLater(visit: Visit): void {
    const { random, pauseMs } = this.#crowd;
    setTimeout(() => this.#talk(visit), random.int(pauseMs / 2, pauseMs * 1.5));
  }

  #talk(visit: Visit): void {
    if (visit !== this.#visit) return;
    this.#talkLater(visit);
    if (this.#isLeaving || !this.#crowd.isTalking) return;
    visit.said += 1;
    this.#crowd.lines += 1;
    this.#saidAt[visit.said] = performance.now();
    this.#socket?.write(`#${visit.id}.${visit.said}#\n`);
    this.#isLeaving = this.#crowd.random.chance(LEAVES);
  }

  // -- hearing --------------------------------------------------------------------------------------------------------

  #hear(text: string): void {
    this.#rest += text;
    let start = 0;
    for (let end = this.#rest.indexOf("\n"); end >= 0; end = this.#rest.indexOf("\n", start)) {
      this.#line(this.#rest.slice(start, end));
      start = end + 1;
    }
    this.#rest = this.#rest.slice(start);
    // The first prompt has no end of line.
    if (!this.#visit && this.#rest === PROMPT) {
      this.#rest = "";
      this.#prompted();
    }
  }

  #line(line: string): void {
    this.#lastLine = line;
    if (this.#isOnce && line.startsWith("Name taken")) return void this.#socket?.destroy();
    if (!this.#visit && line === PROMPT) return this.#prompted();
    if (!this.#visit && line.startsWith("new user ")) this.#letIn();
    const event = this.#visit && eventOf(line);
    if (event) this.#take(event, this.#visit as Visit);
  }

  #take(event: Heard, visit: Visit): void {
    const crowd = this.#crowd;
    visit.heard.push(event);
    crowd.heard += 1;
    this.#lastHeardAt = performance.now();
    crowd.lastHeardAt = this.#lastHeardAt;
    if (event.kind === "line" && event.visit === visit.id) this.#heardOwn(event.number, visit);
    // What it said last may be lost: it will not wait for it.
    if (event.kind !== "restarted") return;
    this.#heardOf = visit.said;
    this.#isLeaving = false;
  }

  #heardOwn(number: number, visit: Visit): void {
    const crowd = this.#crowd;
    this.#heardOf = number;
    crowd.slowestMs = Math.max(crowd.slowestMs, performance.now() - (this.#saidAt[number] ?? 0));
    if (this.#isLeaving && number === visit.said && crowd.isTalking) this.leave();
  }
}

/** `:m3:#17.4#`, `new user :m3:m3 joined `, `:m3:m3 left chat`; undefined: nothing of these. */
export function eventOf(line: string): Heard | undefined {
  const isNew = line.startsWith("new user :");
  const start = isNew ? "new user :".length : 1;
  if (!isNew && !line.startsWith(":")) return undefined;
  const end = line.indexOf(":", start);
  const name = line.slice(start, end);
  const text = line.slice(end + 1).trimEnd();
  if (isNew) return text.endsWith(" joined") ? { kind: "joined", name } : undefined;
  if (text.startsWith("#")) {
    const dot = text.indexOf(".");
    return { kind: "line", visit: Number(text.slice(1, dot)), number: Number(text.slice(dot + 1, -1)) };
  }
  if (text.endsWith(" left chat")) return { kind: "left", name };
  return name === SERVER && text === RESTARTED ? { kind: "restarted", at: performance.now() } : undefined;
}
