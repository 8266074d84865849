import { connectionDocument } from "../../lab/documents.ts";
import { contextOf } from "../../stories/editions.ts";
import { describeEntry } from "../../stories/entry-text.ts";
import type { Story } from "../../stories/story.ts";
import { type Judged, reasonOf } from "../../stories/verdict.ts";
import type { LiveLab } from "./live-lab.ts";
import { type MachineSnapshot, snapshotOf } from "./machine-snapshot.ts";
import { type Ask, Surface } from "./surface.ts";

const UNREAD_BYTES = 65_536;

/** A peer, open or ended. */
export class ConnectionView extends Surface {
  readonly #lab: LiveLab;
  readonly #story: Story;
  readonly #ask: Ask;

  constructor(lab: LiveLab, story: Story, ask: Ask) {
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

  /** Expected input of the present state, in words; undefined: not for the peer. */
  get waitsFor(): string | undefined {
    return this.#story.waitsFor;
  }

  get isOpen(): boolean {
    return this.#story.endedAt === undefined;
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
    return this.#judged.verdict;
  }

  /** Ids of the cards that fit it, the root cause first. */
  get cards(): readonly string[] {
    return this.#judged.cards.map(({ id }) => id);
  }

  /** Why, in a sentence; undefined where all is well. */
  get reason(): string | undefined {
    return reasonOf(this.#story, this.#live, this.#judged);
  }

  /** Bytes that no state has read yet. */
  get unread(): Buffer {
    return Buffer.from(this.#lab.buffers(this.id, UNREAD_BYTES)?.unread ?? []);
  }

  /** Statechart as it is now, as a copy; undefined: it has ended, or is a sender of datagrams. */
  get snapshot(): MachineSnapshot | undefined {
    const snapshot = this.#lab.snapshot(this.id);
    return snapshot && snapshotOf(snapshot, this.#lab.roles.get(this.role));
  }

  /** Story in sentences, as `explain` tells it. */
  get story(): readonly string[] {
    return this.#story.entries.map((entry) => describeEntry(entry, contextOf(this.#story, this.#lab.roles)));
  }

  /** Bytes into the conversation, past the machine: text or a Buffer, as it is. */
  send(content: string | Uint8Array): Promise<void> {
    const bytes = Buffer.from(content as string);
    return this.#do(() => this.#lab.send(this.id, bytes));
  }

  /** An event into the machine, e.g. `peer.ended`. Rejects where the present state does not take it. */
  event(type: string): Promise<void> {
    const event = { type: String(type) };
    return this.#do(() => this.#lab.event(this.id, event));
  }

  /** Ends our sending. */
  fin(): Promise<void> {
    return this.#do(() => this.#lab.fin(this.id));
  }

  /** Breaks it off. */
  rst(): Promise<void> {
    return this.#do(() => this.#lab.rst(this.id));
  }

  #do(act: () => Promise<unknown>): Promise<void> {
    return this.#ask(async () => void (await act()));
  }

  get #live() {
    return this.#lab.liveView(this.id);
  }

  get #judged(): Judged {
    return this.#lab.judged(this.#story);
  }

  get #document() {
    return connectionDocument(this.#story, this.#judged);
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
