import { NetlabError } from "../../errors.ts";
import { connectionDocument } from "../../lab/documents.ts";
import type { Lab } from "../../lab/lab.ts";
import { describeEntry } from "../../stories/entry-text.ts";
import type { Story } from "../../stories/story.ts";
import { reasonOf, verdictOf } from "../../stories/verdict.ts";
import { liveConnection } from "../live-connection.ts";
import { type MachineSnapshot, snapshotOf } from "./machine-snapshot.ts";
import { type Ask, Surface } from "./surface.ts";

const UNREAD_BYTES = 65_536;

/** One peer, open or ended. */
export class ConnectionView extends Surface {
  readonly #lab: Lab;
  readonly #story: Story;
  readonly #ask: Ask;

  constructor(lab: Lab, story: Story, ask: Ask) {
    super("Connection");
    this.#lab = lab;
    this.#story = story;
    this.#ask = ask;
  }

  /** `file-server-1/c17` */
  get id(): string {
    return this.#story.subject.id;
  }

  /** The role that it talks to, e.g. `file-server`. */
  get role(): string {
    return this.#story.subject.role;
  }

  /** The id of the instance. */
  get instance(): string {
    return this.#story.subject.instance;
  }

  /** `127.0.0.1:54321` */
  get remote(): string {
    return this.#document.remote;
  }

  get state(): string {
    return this.#document.state;
  }

  /** What the present state waits for, in words; undefined: not for the peer. */
  get waitsFor(): string | undefined {
    return this.#story.waitsFor;
  }

  get isOpen(): boolean {
    return this.#story.live !== undefined;
  }

  /** How its messages end: `bare`, `line`, `nul`; `unknown` before anything came. */
  get framing(): string {
    return this.#story.framing;
  }

  get bytesIn(): number {
    return this.#story.bytesIn;
  }

  get bytesOut(): number {
    return this.#story.bytesOut;
  }

  /** `ok`, or what is wrong. */
  get verdict(): string {
    return verdictOf(this.#story, this.#lab.clock.now());
  }

  /** Why, in a sentence; undefined where all is well. */
  get reason(): string | undefined {
    return reasonOf(this.#story, this.#lab.clock.now());
  }

  /** Bytes that no state has read yet. */
  get unread(): Buffer {
    return Buffer.from(this.#story.live?.unread(UNREAD_BYTES) ?? []);
  }

  /** Its statechart now, as a copy; undefined: it has ended, or is a sender of datagrams. */
  get snapshot(): MachineSnapshot | undefined {
    const snapshot = this.#story.live?.snapshot;
    return snapshot && snapshotOf(snapshot, this.#lab.roles.get(this.role));
  }

  /** Its story in sentences, as `explain` tells it. */
  get story(): readonly string[] {
    return this.#story.entries.map((entry) => describeEntry(entry, this.#story.subject));
  }

  /** Bytes into the conversation, past the machine: text or a Buffer, as it is. */
  send(content: string | Uint8Array): Promise<void> {
    const bytes = Buffer.from(content as string);
    return this.#do((live) => live.inject(bytes));
  }

  /** An event into the machine, e.g. `peer.ended`. Rejects where the present state does not take it. */
  event(type: string): Promise<void> {
    const event = { type: String(type) };
    return this.#do((live) => {
      if (!live.sendEvent(event))
        throw new NetlabError("wrong-state/odd-event", {
          state: this.state,
          event: event.type,
          accepted: live.acceptedEvents ?? [],
        });
    });
  }

  /** Ends our sending. */
  fin(): Promise<void> {
    return this.#do((live) => live.fin());
  }

  /** Breaks it off. */
  rst(): Promise<void> {
    return this.#do((live) => live.reset());
  }

  #do(act: (live: ReturnType<typeof liveConnection>["live"]) => void): Promise<void> {
    return this.#ask(async () => act(liveConnection(this.#lab, this.id).live));
  }

  get #document() {
    return connectionDocument(this.#story, this.#lab.clock.now());
  }

  override line() {
    const { id, remote, state, verdict } = this.#document;
    return `${id} from ${remote}, ${state}, ${verdict}`;
  }

  override brief() {
    const { id, remote, state, framing, verdict, bytesIn, bytesOut } = this.#document;
    return { id, remote, state, framing, verdict, bytesIn, bytesOut };
  }

  override toJSON(): unknown {
    return this.#document;
  }
}
