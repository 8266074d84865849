/** Hands that an operator lays on connections, by id. */
import { NetlabError } from "../errors.ts";
import type { Clock } from "../machines/_world.ts";
import type { Recorder } from "../stories/recorder.ts";
import type { Live, Story } from "../stories/story.ts";
import { type ConnectionDocument, connectionDocument } from "./documents.ts";
import type { ConnectionBuffers, ConnectionEvent, FinOutcome } from "./lab.ts";

type Control = Required<Pick<Live, "inject" | "sendEvent" | "fin" | "reset">> & Live;

export class ConnectionCommands {
  readonly #recorder: Recorder;
  readonly #clock: Clock;

  constructor(recorder: Recorder, clock: Clock) {
    this.#recorder = recorder;
    this.#clock = clock;
  }

  async send(id: string, bytes: Uint8Array): Promise<ConnectionDocument> {
    return this.#operate(id, (control) => control.inject(bytes));
  }

  async event(id: string, event: ConnectionEvent): Promise<ConnectionDocument> {
    return this.#operate(id, (control, { state, subject }) => {
      if (control.sendEvent(event)) return;
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
    const connection = this.#operate(id, (control) => {
      isAtOnce = control.fin();
    });
    return { connection, isAtOnce };
  }

  async rst(id: string): Promise<ConnectionDocument> {
    return this.#operate(id, (control) => control.reset());
  }

  async kick(ids: readonly string[]): Promise<ConnectionDocument[]> {
    const live = this.#live(ids).filter((story) => story.live?.kick);
    for (const story of live) story.live?.kick?.();
    return live.map((story) => this.#document(story));
  }

  async kill(ids: readonly string[]): Promise<ConnectionDocument[]> {
    const live = this.#live(ids);
    const documents = live.map((story) => this.#document(story));
    for (const story of live) story.live?.kill();
    return documents;
  }

  buffers(id: string, limitBytes: number): ConnectionBuffers | undefined {
    const live = this.#recorder.find(id)?.live;
    if (!live) return undefined;
    const { unreadBytes, queuedBytes } = live;
    return { unread: live.unread(limitBytes), unreadBytes, queuedBytes };
  }

  #operate(id: string, act: (control: Control, story: Story) => void): ConnectionDocument {
    const story = this.#recorder.find(id);
    if (!story) throw new NetlabError("no-such-connection/with-field", { term: id });
    const { live } = story;
    if (!live) throw new NetlabError("wrong-state/ended", { id, term: id });
    if (!isControl(live)) throw new NetlabError("wrong-state/of-datagrams", { id });
    act(live, story);
    return this.#document(story);
  }

  #live(ids: readonly string[]): Story[] {
    const stories = ids.map((id) => this.#recorder.find(id));
    return stories.filter((story) => story?.live !== undefined) as Story[];
  }

  #document(story: Story): ConnectionDocument {
    return connectionDocument(story, this.#clock.now());
  }
}

function isControl(live: Live): live is Control {
  return (
    live.inject !== undefined &&
    live.sendEvent !== undefined &&
    live.fin !== undefined &&
    live.reset !== undefined
  );
}
