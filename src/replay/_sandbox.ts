/**
 * Sandbox in which a story is played again: a fresh machine of the role, and for TCP the very connection code that served the peer,
 * on a socket and a clock that only the story moves. What it does is a story too.
 */
import type { AnyMachineSnapshot } from "xstate";
import { Connection } from "../actors/connection.ts";
import { limitsOf } from "../actors/connection-host.ts";
import { DatagramSender } from "../actors/datagram-sender.ts";
import { type MachineWatcher, type RoleActor, runMachine } from "../actors/run-machine.ts";
import type { CommonOptions } from "../actors/service.ts";
import { NetlabError } from "../errors.ts";
import type { Phase, Role } from "../machines/_role.ts";
import { initialStateName, invokedActor, stateName } from "../machines/_state-names.ts";
import type { Peer, PeerWorld, World } from "../machines/_world.ts";
import { crashCause } from "../os/error-causes.ts";
import type { Cause } from "../stories/causes.ts";
import type { OperatorAction } from "../stories/entry.ts";
import { Recorder } from "../stories/recorder.ts";
import type { Entry, Story } from "../stories/story.ts";
import { PeerMessage } from "../wire/message.ts";
import { givenWorld, revived, unanswered } from "./_given-world.ts";
import { ownData } from "./_own-data.ts";
import type { RecordedClock } from "./_recorded-clock.ts";
import type { RecordedTurns } from "./_recorded-turns.ts";
import { RecordedLink } from "./recorded-link.ts";

export interface SandboxRequest {
  readonly story: Story;
  readonly role: Role;
  /** The role's own options, and for clients where their server is. */
  readonly options: unknown;
  /** Options that every instance has: the connection keeps to its limits again. */
  readonly common: CommonOptions;
  readonly clock: RecordedClock;
  readonly turns: RecordedTurns;
}

/** State of affairs when an entry had happened. */
export interface Moment {
  /** A copy of what the machine knew by itself; undefined before it began. */
  readonly context: Readonly<Record<string, unknown>> | undefined;
  readonly framing: string;
  /** How many of the bytes that came had been read. */
  readonly readBytes: number;
}

export class Sandbox {
  /** Entries of the replay, in order. */
  readonly played: Entry[] = [];
  /** A moment for each of these. */
  readonly moments: Moment[] = [];
  /** A step of the machine is under way: what it leads to is not known before it is over. */
  #isInStep = false;
  #firstOfStep = 0;
  #readBytes = 0;
  readonly story: Story;
  readonly #request: SandboxRequest;
  #link: RecordedLink | undefined;
  readonly #world: World;
  #actor!: RoleActor;
  #connection: Connection | undefined;
  #senderLink: RecordedLink | undefined;

  constructor(request: SandboxRequest, recorded: readonly Entry[]) {
    const { story, role, clock, options } = request;
    const recorder = new Recorder(clock);
    recorder.tap((story, entry) => this.#note(story, entry));
    this.#request = request;
    this.story = recorder.open({ ...story.subject }, initialStateName(role.machine));
    this.#world = givenWorld(recorded, this.story, clock, options);
    if (role.side === "server" && role.transport === "tcp") this.#playServer();
    else this.#playAlone();
  }

  #note(story: Story, entry: Entry): void {
    if (entry.kind === "message")
      this.#readBytes = story.bytesIn - (this.#connection?.control.unreadBytes ?? 0);
    // Framing finds stale bytes when it is asked, which may be sooner here: it is no one's action.
    if (entry.kind === "dropped") return;
    const isStarted = !this.#isInStep && this.#actor !== undefined;
    this.played.push(entry);
    this.moments.push({
      context: isStarted ? ownData(this.snapshot.context) : undefined,
      framing: story.framing,
      readBytes: this.#readBytes,
    });
  }

  /** The step is over: what it wrote belongs to where it led. */
  #stepped(): void {
    this.#isInStep = false;
    for (let index = this.#firstOfStep; index < this.moments.length; index += 1) {
      const moment = this.moments[index];
      if (moment && !moment.context)
        this.moments[index] = { ...moment, context: ownData(this.snapshot.context) };
    }
    this.#firstOfStep = this.moments.length;
  }

  get snapshot(): AnyMachineSnapshot {
    return this.#actor.getSnapshot();
  }

  get connection(): Connection | undefined {
    return this.#connection;
  }

  #playServer(): void {
    const connection = this.#newConnection();
    this.#run({ ...this.#world, peer: connection }, connection);
    this.#guarded(() => {
      this.#actor.start();
      connection.attachMachine(this.#actor);
    });
  }

  /** A role of datagrams, or a client that has no connection yet. */
  #playAlone(): void {
    this.#run(this.#world, {
      before: () => this.story.beginStep(),
      after: (from: string, to: string | undefined, event: string) => {
        if (this.#connection) return this.#connection.after(from, to, event);
        this.story.endStep(to !== undefined && to !== from ? { from, to, event } : undefined);
      },
      failed: (error: unknown) => this.#crash(error),
      done: () => this.#connection?.close(),
    });
    this.#actor.start();
  }

  #run(input: World | PeerWorld, watcher: MachineWatcher): void {
    const { role, clock, story } = this.#request;
    const before = () => {
      this.#isInStep = true;
      watcher.before?.();
    };
    const watching: MachineWatcher = {
      before,
      after: (from, to, event, answer) => watcher.after?.(from, to, event, answer),
      failed: (error) => watcher.failed(error),
      done: (output) => watcher.done(output),
    };
    const options = { input, watcher: watching, clock, id: story.subject.id };
    this.#actor = runMachine(unanswered(role.machine), options);
    this.#actor.subscribe({ next: () => this.#stepped(), error: () => undefined });
  }

  #newConnection(): Connection {
    const { role, common, clock, turns } = this.#request;
    // A client may have several, one after another.
    this.#link = this.#newLink();
    this.#connection = new Connection(this.#link, this.story, {
      phases: role.phases,
      clock,
      turns,
      limits: limitsOf(common),
      over: () => undefined,
      telemetry: () => undefined,
    });
    return this.#connection;
  }

  #newLink(): RecordedLink {
    const { local, remote } = this.story.subject;
    return new RecordedLink(local, remote);
  }

  #guarded(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#crash(error);
    }
  }

  #crash(error: unknown): void {
    if (this.#connection) return this.#connection.crash(error);
    this.story.crash(crashCause(error));
  }

  // -- what the story brings ----------------------------------------------------------------------------------------

  /** Plays a read. A datagram goes to the phase at once, a chunk to the framer. */
  read(bytes: Buffer): void {
    if (this.#connection) this.#link?.receive(bytes);
    else if (this.#request.role.side === "server") {
      this.#senderLink ??= this.#newSender();
      this.#senderLink.receive(bytes);
    } else this.story.recordRead(bytes);
  }

  #hand(peer: Peer, bytes: Buffer): void {
    const phase: Phase | undefined = this.#request.role.phases[stateName(this.snapshot.value)];
    if (!phase) return;
    this.#guarded(() => {
      const message = new PeerMessage(bytes, undefined, peer);
      const event = phase.handle ? phase.handle(message, { context: this.snapshot.context, peer }) : message;
      if (event) this.#actor.send(event);
    });
  }

  /** The very code that served the sender, on a link that only the story moves. */
  #newSender(): RecordedLink {
    const link = this.#newLink();
    new DatagramSender(link, this.story, {
      clock: this.#request.clock,
      telemetry: () => undefined,
      onDatagram: (sender, bytes) => this.#hand(sender, bytes),
      onForgotten: () => undefined,
    });
    return link;
  }

  end(): void {
    this.#link?.peerEnds();
  }

  close(cause: Cause | undefined): void {
    // The same cause comes out of it again.
    this.#link?.closes(cause && NetlabError.of("peer-gone", cause));
  }

  /** Gives the answer of the world then. A connection that was made is one of the sandbox. */
  answer(event: string, answer: Extract<Entry, { kind: "transition" }>["answer"]): boolean {
    const [, name = "", outcome] = /^(\S+) (done|failed)$/.exec(event) ?? [];
    const actorId = invokedActor(this.snapshot, name);
    if (actorId === undefined || !answer) return false;
    if (!answer.ok) this.#actor.send({ type: `xstate.error.actor.${actorId}`, error: answer.error, actorId });
    else {
      const isNew = this.#request.role.side === "client" && name === "connecting";
      const connection = isNew ? this.#newConnection() : this.#connection;
      if (isNew) connection?.attachMachine(this.#actor);
      const output = revived(answer.value, connection);
      this.#actor.send({ type: `xstate.done.actor.${actorId}`, output, actorId });
    }
    return outcome !== undefined;
  }

  /** Does again what a client's user did. */
  dispatch(event: { readonly type: string; readonly text?: string }): void {
    this.#actor.send(event);
  }

  note(action: OperatorAction): void {
    this.story.operate(action);
  }
}
