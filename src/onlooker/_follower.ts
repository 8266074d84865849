/**
 * Follows one side of a conversation with our own machine of that side: the peer's bytes come at the times at which they came, timers go off
 * on the way, and the world answers as the server's words show.
 *
 * 1. What the peer sent is read by the very connection code that serves peers, on a link that only the conversation moves.
 * 2. What the own side really sent stands in the story; what the machine would have said is kept beside it.
 * 3. A program that answers has taken what it got for a message: the machine is not to wait for more of it, so its time runs ahead then, and
 *    the story's times are put back afterwards.
 * 4. Where the two part - the program goes on where the machine has left, or the other way round - or bytes are missing, following ends.
 *
 * Long, because every kind of event of either side is taken here.
 */
import { Connection } from "../actors/connection.ts";
import { limitsOf } from "../actors/connection-host.ts";
import { DatagramSender } from "../actors/datagram-sender.ts";
import { recordedInputs } from "../actors/recorded-inputs.ts";
import { type RoleActor, runMachine } from "../actors/run-machine.ts";
import { NetlabError } from "../errors.ts";
import type { Reply } from "../machines/_assumed.ts";
import { initialStateName, stateName } from "../machines/_state-names.ts";
import type { Peer, PeerWorld, World } from "../machines/_world.ts";
import { crashCause } from "../os/error-causes.ts";
import { LoneTurns } from "../replay/lone-turns.ts";
import { RecordedLink } from "../replay/recorded-link.ts";
import { EARLY_MS } from "../replay/standing-clock.ts";
import { cause } from "../stories/causes.ts";
import { PeerMessage } from "../wire/message.ts";
import { assumedWorld, type Follower } from "./_assumed-world.ts";
import { FileBytes } from "./_file-bytes.ts";
import {
  type Followed,
  type FollowRequest,
  followedOf,
  liveViewOf,
  type OwnWords,
  type SpokenRead,
  type Stop,
  type Stopped,
} from "./_followed.ts";
import { Leaps } from "./_leaps.ts";
import { watcherOf } from "./_machine-watcher.ts";
import { partingAt } from "./_parting-words.ts";
import { SeenClock } from "./_seen-clock.ts";
import { SeenStory } from "./_seen-story.ts";
import { type Data, filledOf, isWord, laterWords, owedOf, replyIn, sizeOf } from "./_words.ts";
import { type SeenEvent, type Speaker, untilOf } from "./conversation.ts";

/** A program that answers waits for no more of a message that is not ended: our own machine's patience is shorter than this. */
export const PATIENCE_MS = 250;
/** After its FIN a side waits no longer than this for the other's. */
const DRAINED_US = 1_000_000;
const NOTHING: Buffer = Buffer.alloc(0);

export class OneSide implements Follower {
  readonly clock: SeenClock;
  readonly #request: FollowRequest;
  readonly #peer: Speaker;
  readonly #story: SeenStory;
  readonly #turns = new LoneTurns();
  readonly #words: OwnWords[] = [];
  readonly #spoken: SpokenRead[] = [];
  #actor!: RoleActor;
  #link: RecordedLink | undefined;
  #connection: Connection | undefined;
  #sender: RecordedLink | undefined;
  /** Place of the event that is taken now. */
  #place = 0;
  /** Places where the machine's time ran ahead of the conversation's. */
  readonly #leaps = new Leaps();
  readonly #whenSpoken: (() => void)[] = [];
  readonly #file = new FileBytes();
  #stopped: Stopped | undefined;
  readonly #ended = new Set<Speaker>();
  #leftAt: number | undefined;
  #ownEndAt = 0;

  constructor(request: FollowRequest) {
    const { conversation, role, subject } = request;
    this.#request = request;
    this.#peer = role.side === "server" ? "client" : "server";
    this.clock = new SeenClock(conversation.startedAt);
    this.#story = new SeenStory(subject, initialStateName(role.machine), this.clock, {
      onWords: (bytes) => this.#say(bytes),
      onLeave: () => {
        this.#leftAt ??= this.#story.now();
      },
      mayRefuse: (words) => this.#mayRefuse(words),
    });
    this.#story.recordOpening();
  }

  async run(): Promise<Followed> {
    const { conversation } = this.#request;
    if (conversation.isFromStart === false) {
      this.#story.remark(cause("seen-from-middle", {}));
      this.#stop("beginning");
    } else if (this.#request.assumption.isUnclear) this.#stop("unknown");
    else await this.#start();
    for (const [place, event] of conversation.events.entries()) {
      this.#place = place;
      await this.#runTo(event.at);
      if (isWord(event, this.#own) && this.#partingAt() !== 0) await this.#prepare();
      this.#take(event);
      await this.#settle();
    }
    this.#place = conversation.events.length;
    await this.#runTo(untilOf(conversation));
    return this.#result();
  }

  // -- the machine --------------------------------------------------------------------------------------------------

  async #start(): Promise<void> {
    const { role, options, assumption, subject } = this.#request;
    const world = assumedWorld(assumption.world ?? {}, this, options);
    const isServer = role.side === "server" && role.transport === "tcp";
    const connection = isServer ? this.#newConnection() : undefined;
    const input: World | PeerWorld = {
      ...world,
      ...recordedInputs(world, { story: this.#story }),
      ...(connection ? { peer: connection } : {}),
    };
    const watcher =
      connection ??
      watcherOf(
        this.#story,
        () => this.#connection,
        (error) => this.#crash(error),
      );
    this.#actor = runMachine(role.machine, { input, watcher, clock: this.clock, id: subject.id });
    try {
      this.#actor.start();
      connection?.attachMachine(this.#actor);
    } catch (error) {
      this.#crash(error);
    }
    await this.#settle();
  }

  #newConnection(): Connection {
    const { role, common } = this.#request;
    const { local, remote } = this.#story.subject;
    this.#link = new RecordedLink(local, remote);
    this.#connection = new Connection(this.#link, this.#story, {
      phases: role.phases,
      clock: this.clock,
      turns: this.#turns,
      limits: limitsOf(common),
      over: () => undefined,
      telemetry: () => undefined,
    });
    return this.#connection;
  }

  async connect(): Promise<Peer> {
    // A second connection is another conversation.
    if (this.#connection) return new Promise(() => undefined);
    const connection = this.#newConnection();
    connection.attachMachine(this.#actor);
    return connection;
  }

  #crash(error: unknown): void {
    if (this.#connection) this.#connection.crash(error);
    else this.#story.crash(crashCause(error));
  }

  #say(bytes: Buffer): void {
    if (bytes.length > 0) this.#words.push({ at: this.#story.now(), bytes, rule: this.#story.lastRule });
  }

  /** The real program turned its peer away in the same words. */
  #mayRefuse(words: string): boolean {
    const [next = NOTHING] = this.reply().reads;
    if (words === "") return next.length > 0 && this.#ownWordsLeft <= 1;
    return next.toString("utf8").trimStart().startsWith(words.trim());
  }

  /** How often this side's program speaks from now on. */
  get #ownWordsLeft(): number {
    return laterWords(this.#request.conversation.events, this.#place, this.#own);
  }

  get #own(): Speaker {
    return this.#peer === "client" ? "server" : "client";
  }

  // -- what the world is to tell -------------------------------------------------------------------------------------

  reply(): Reply {
    return replyIn(this.#request.conversation.events, this.#place);
  }

  whenSpoken(act: () => void): void {
    this.#whenSpoken.push(act);
  }

  onUnknown(): void {
    this.#stop("unknown");
  }

  expectFile(sizeBytes: number): void {
    this.#file.expect(sizeBytes);
  }

  fileBytes(into: Uint8Array): Promise<number> {
    return this.#file.read(into);
  }

  // -- what happened ------------------------------------------------------------------------------------------------

  async #runTo(at: number): Promise<void> {
    const until = this.#request.conversation.startedAt + at / 1_000 + this.#leaps.aheadMs;
    if (!this.#stopped) while (this.clock.fireBy(until)) await this.#settle();
    this.clock.standAt(until);
  }

  /** Promises are settled, and what was put off is done. */
  async #settle(): Promise<void> {
    do await turnOfTheLoop();
    while (this.#turns.goOn());
  }

  #take(event: SeenEvent): void {
    if (event.kind === "lost") {
      this.#story.remark(cause("seen-lost", { size: event.size, from: event.from }));
      this.#stop("lost");
    } else if (event.kind === "data") {
      if (event.from === this.#peer) this.#hear(event);
      else this.#speak(event);
    } else this.#end(event);
  }

  /** The peer said something. */
  #hear(event: Data): void {
    const bytes = this.#isPoured ? filledOf(event) : event.bytes;
    if (sizeOf(event) > bytes.length && !this.#stopped) {
      this.#story.remark(cause("seen-cut", { size: sizeOf(event), kept: bytes.length }));
      this.#stop("lost");
    }
    // The machine has left, and the real program goes on.
    if (!this.#stopped && this.#connection?.isClosing && this.#ownWordsLeft > 0) this.#stop("parted");
    if (this.#stopped) this.#story.recordRead(bytes);
    else if (this.#request.role.transport === "udp") this.#hearDatagram(bytes);
    else if (this.#link) this.#link.receive(bytes);
    else this.#story.recordRead(bytes);
  }

  /** True while a file comes: any bytes will do for those that were not kept. */
  get #isPoured(): boolean {
    return this.#connection !== undefined && this.#request.role.phases[this.#story.state] === undefined;
  }

  #hearDatagram(bytes: Buffer): void {
    if (this.#request.role.side === "client") return this.#story.recordRead(bytes);
    this.#sender ??= this.#newSender();
    this.#sender.receive(bytes);
  }

  #newSender(): RecordedLink {
    const { local, remote } = this.#story.subject;
    const link = new RecordedLink(local, remote);
    new DatagramSender(link, this.#story, {
      clock: this.clock,
      telemetry: () => undefined,
      onDatagram: (peer, bytes) => this.#hand(peer, bytes),
      onForgotten: () => undefined,
    });
    return link;
  }

  #hand(peer: Peer, bytes: Buffer): void {
    const { value, context } = this.#actor.getSnapshot();
    const phase = this.#request.role.phases[stateName(value)];
    if (!phase) return;
    try {
      const message = new PeerMessage(bytes, undefined, peer);
      const event = phase.handle ? phase.handle(message, { context, peer }) : message;
      if (event) this.#actor.send(event);
    } catch (error) {
      this.#crash(error);
    }
  }

  /** The machine is where it was when the program spoke: what it got is a message, and the world has answered. */
  async #prepare(): Promise<void> {
    if (this.#stopped) return;
    if (this.#isAnswer) this.#runAhead(PATIENCE_MS, () => (this.#connection?.control.unreadBytes ?? 0) > 0);
    // The program says what our machine has yet to say: a timer went off early.
    this.#runAhead(EARLY_MS, () => this.#words.length <= this.#spoken.length);
    if (this.#whenSpoken.length === 0) return;
    for (const act of this.#whenSpoken.splice(0)) act();
    await this.#settle();
  }

  /** The own side's program said something. */
  #speak(event: Data): void {
    const parting = this.#stopped || this.#file.isExpected ? undefined : this.#partingAt();
    if (parting === undefined) return this.#speakOn(event);
    const { at, bytes } = event;
    if (parting > 0) this.#speakOn({ ...event, bytes: bytes.subarray(0, parting), size: parting });
    this.#stop("dismissed");
    this.#recordSpoken(at, bytes.subarray(parting), sizeOf(event) - parting);
  }

  #partingAt(): number | undefined {
    return partingAt(this.#request.conversation.events, this.#place, this.#request);
  }

  #speakOn(event: Data): void {
    const size = sizeOf(event);
    const isFileDue = !this.#stopped && this.#file.isExpected;
    const owed = isFileDue ? owedOf(event.bytes, this.#words.at(-1)?.bytes, this.#spoken) : 0;
    if (owed > 0) this.#recordSpoken(event.at, event.bytes.subarray(0, owed), owed);
    const bytes = event.bytes.subarray(owed);
    const ofFile = this.#stopped ? 0 : this.#file.take(bytes, size - owed);
    if (size > owed + ofFile) this.#recordSpoken(event.at, bytes.subarray(ofFile), size - owed - ofFile);
  }

  #recordSpoken(at: number, bytes: Buffer, size: number): void {
    if (!this.#stopped) this.#spoken.push({ at, bytes });
    this.#story.recordSpoken(bytes, size);
  }

  /** Runs ahead of the conversation while our machine is behind the program, as far as the limit at most. */
  #runAhead(limitMs: number, isBehind: () => boolean): void {
    const from = this.clock.now();
    while (isBehind() && this.clock.fireBy(from + limitMs));
    const ahead = this.clock.now() - from;
    if (ahead > 0) this.#leaps.add(this.#storyTime(from), this.#storyTime(from + ahead));
  }

  /** In a room, others speak whenever they like; but to a stranger, only the room. */
  get #isAnswer(): boolean {
    return this.#request.role.hub === undefined || this.#story.framing === "unknown";
  }

  #end({ kind, from }: SeenEvent): void {
    const isPeer = from === this.#peer;
    const [first] = this.#ended;
    const hadOwnEnd = this.#ended.has(this.#own);
    // A peer that has left answers what comes too late with a reset.
    const hasPeerLeft = this.#ended.has(this.#peer);
    this.#ended.add(from);
    if (kind === "reset") {
      // Long after our side's FIN the connection has been let go of.
      if (isPeer && hadOwnEnd && this.#story.now() - this.#ownEndAt > DRAINED_US)
        return this.#close({ by: "us" });
      const why = cause(hasPeerLeft ? "peer-not-reading" : "peer-reset", {});
      this.#close(isPeer ? { by: "peer", cause: why } : { by: "us" }, isPeer && !hadOwnEnd ? why : undefined);
    } else {
      if (!isPeer) {
        this.#ownEndAt = this.#story.now();
        this.#story.recordOwnEnd();
      } else if (this.#link && !this.#stopped) this.#link.peerEnds();
      else this.#story.recordEnd("ended");
      if (!isPeer && !this.#stopped && this.#connection && !this.#connection.isClosing) this.#stop("left");
      if (this.#ended.size === 2) this.#close({ by: first === this.#peer ? "peer" : "us" });
    }
  }

  #close(end: NonNullable<SeenStory["end"]>, broken?: ReturnType<typeof cause>): void {
    if (this.#story.endedAt !== undefined) return;
    this.#story.end = end;
    if (broken) this.#story.fail("failed", broken);
    const isFollowed = this.#link && !this.#stopped;
    if (isFollowed) this.#link?.closes(broken && NetlabError.of("peer-gone", broken));
    if (!this.#story.entries.some(({ kind }) => kind === "closed")) this.#story.close(end.by);
    this.#story.waitsFor = undefined;
    this.#story.endedAt = this.#request.conversation.startedAt + this.#leaps.real(this.#story.now()) / 1_000;
  }

  #stop(why: Stop): void {
    const stillMs = (this.#story.now() - this.#story.movedAt) / 1_000;
    this.#stopped ??= { why, entries: this.#story.length, stillMs };
  }

  // -- the result ---------------------------------------------------------------------------------------------------

  #storyTime(ms: number): number {
    return Math.round((ms - this.#request.conversation.startedAt) * 1_000);
  }

  #result(): Followed {
    const { conversation, assumption } = this.#request;
    return followedOf(this.#story, conversation, {
      words: this.#words.map((words) => ({ ...words, at: this.#leaps.real(words.at) })),
      spoken: this.#spoken,
      leftAt: this.#leftAt === undefined ? undefined : this.#leaps.real(this.#leftAt),
      stopped: this.#stopped,
      live: liveViewOf(this.#story, this.#connection?.control, this.clock.now()),
      secrets: assumption.secrets ?? [],
      real: (at) => this.#leaps.real(at),
    });
  }
}

const turnOfTheLoop = () => new Promise<void>((resolve) => setImmediate(resolve));
