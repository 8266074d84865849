/** Hands that an operator lays on connections, by id. */
import { type ConnectionControl, type Done, viewOf } from "../actors/connection-control.ts";
import { NetlabError } from "../errors.ts";
import type { Clock } from "../machines/_world.ts";
import type { LiveView } from "../stories/live-view.ts";
import type { Recorder } from "../stories/recorder.ts";
import type { Story } from "../stories/story.ts";
import type { StoryJudge } from "../stories/verdict.ts";
import { type ConnectionDocument, connectionDocument } from "./documents.ts";
import type { ByteListener, ConnectionBuffers, ConnectionEvent, FinOutcome } from "./lab.ts";

type Control = Required<Pick<ConnectionControl, "inject" | "sendEvent" | "fin" | "reset">> &
  ConnectionControl;

/** Actors, asked for a live connection by its id. */
interface Controls {
  control(id: string): ConnectionControl | undefined;
}

export interface ConnectionCommandsParts {
  readonly recorder: Recorder;
  readonly supervisor: Controls;
  readonly judge: StoryJudge;
  readonly clock: Clock;
}

export class ConnectionCommands {
  readonly #recorder: Recorder;
  readonly #controls: Controls;
  readonly #judge: StoryJudge;
  readonly #clock: Clock;

  constructor({ recorder, supervisor, judge, clock }: ConnectionCommandsParts) {
    this.#recorder = recorder;
    this.#controls = supervisor;
    this.#judge = judge;
    this.#clock = clock;
  }

  async send(id: string, bytes: Uint8Array): Promise<ConnectionDocument> {
    return this.#operate(id, (control) => control.inject(bytes));
  }

  async event(id: string, event: ConnectionEvent): Promise<ConnectionDocument> {
    return this.#operate(id, async (control, { state, subject }) => {
      if (await control.sendEvent(event)) return;
      const accepted = control.acceptedEvents ?? [];
      const taken = accepted.length > 0 ? `it takes ${accepted.join(", ")}` : "it takes none";
      throw new NetlabError("wrong-state/event-not-taken", {
        id: subject.id,
        state,
        event: event.type,
        taken,
      });
    });
  }

  async fin(id: string): Promise<FinOutcome> {
    let isAtOnce = true;
    const connection = await this.#operate(id, async (control) => {
      isAtOnce = await control.fin();
    });
    return { connection, isAtOnce };
  }

  async rst(id: string): Promise<ConnectionDocument> {
    return this.#operate(id, (control) => control.reset());
  }

  async kick(ids: readonly string[]): Promise<ConnectionDocument[]> {
    const live = this.#live(ids).filter(({ subject }) => this.#controls.control(subject.id)?.kick);
    await Promise.all(live.map(({ subject }) => this.#controls.control(subject.id)?.kick?.()));
    return live.map((story) => this.#document(story));
  }

  async kill(ids: readonly string[]): Promise<ConnectionDocument[]> {
    const live = this.#live(ids);
    const documents = live.map((story) => this.#document(story));
    await Promise.all(live.map(({ subject }) => this.#controls.control(subject.id)?.kill()));
    return documents;
  }

  buffers(id: string, limitBytes: number): ConnectionBuffers | undefined {
    const live = this.#controls.control(id);
    if (!live) return undefined;
    const { unreadBytes, queuedBytes } = live;
    return { unread: live.unread(limitBytes), unreadBytes, queuedBytes };
  }

  overhear(id: string, listener: ByteListener): (() => void) | undefined {
    return this.#controls.control(id)?.link?.tap((event) => {
      if (event.kind === "in" || event.kind === "out") listener(event.kind, event.bytes);
    });
  }

  view(id: string): LiveView | undefined {
    const control = this.#controls.control(id);
    return control && viewOf(control, this.#clock.now());
  }

  async #operate(id: string, act: (control: Control, story: Story) => Done): Promise<ConnectionDocument> {
    const story = this.#recorder.find(id);
    if (!story) throw new NetlabError("no-such-connection/with-field", { term: id });
    const live = this.#controls.control(id);
    if (!live) throw new NetlabError("wrong-state/ended", { id, term: id });
    if (!isControl(live)) throw new NetlabError("wrong-state/of-datagrams", { id });
    await act(live, story);
    return this.#document(story);
  }

  #live(ids: readonly string[]): Story[] {
    const stories = ids.map((id) => this.#recorder.find(id));
    return stories.filter(
      (story) => story !== undefined && this.#controls.control(story.subject.id),
    ) as Story[];
  }

  #document(story: Story): ConnectionDocument {
    return connectionDocument(story, this.#judge.judged(story));
  }
}

function isControl(live: ConnectionControl): live is Control {
  return (
    live.inject !== undefined &&
    live.sendEvent !== undefined &&
    live.fin !== undefined &&
    live.reset !== undefined
  );
}
