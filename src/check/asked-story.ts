/**
 * The story of a connection of the checker, told in the states of our own client of that role, so that the diagnoses read it as they
 * read any client's.
 */
import type { Role } from "../machines/_role.ts";
import { breakCause } from "../os/error-causes.ts";
import { editionOf } from "../stories/editions.ts";
import type { Endpoint, Story } from "../stories/story.ts";
import type { Scene } from "./scene.ts";

/** Instance of all its connections. */
const CHECKER = "check-1";

interface Ends {
  readonly local: Endpoint;
  readonly remote: Endpoint;
}

export class AskedStory {
  readonly story: Story;
  readonly #scene: Scene;
  readonly #role: Role | undefined;
  /** Bytes of a message that goes on. */
  #unfinished: Buffer[] = [];

  constructor(scene: Scene, number: number, transport: "tcp" | "udp", { local, remote }: Ends) {
    const { counterpart: role, recorder } = scene;
    this.#scene = scene;
    this.#role = role;
    const subject = {
      id: `${CHECKER}/c${number}`,
      instance: CHECKER,
      role: role?.name ?? "check",
      edition: role ? editionOf(role) : 0,
      transport,
      local,
      remote,
    };
    this.story = recorder.open(subject, "connecting");
    if (transport === "udp") this.story.framing = "datagram";
    this.#move(this.#greets ? "awaitingGreeting" : "listening", "connecting done");
  }

  /** Our client of this role waits for a greeting first. */
  get #greets(): boolean {
    return GREETED.has(this.#role?.name ?? "");
  }

  came(bytes: Buffer): void {
    // An answer to the first part of a message: the program took that for the whole.
    if (this.#unfinished.length > 0) this.said(Buffer.alloc(0), false);
    this.story.recordRead(bytes);
  }

  /** A message that goes on is one write of the story: the diagnoses take each for a question. */
  said(bytes: Buffer, isUnfinished: boolean): void {
    this.#unfinished.push(bytes);
    if (isUnfinished) return;
    if (this.story.state !== "awaitingReply") this.#move("awaitingReply", "always");
    this.story.recordWrite(Buffer.concat(this.#unfinished));
    this.#unfinished = [];
  }

  answered(sizeBytes: number): void {
    const { state } = this.story;
    if (sizeBytes === 0) return;
    const rule = this.#role?.phases[state]?.rule ?? "";
    this.story.add({ at: this.story.now(), kind: "message", size: sizeBytes, state, rule });
    this.#move("listening", "peer.message");
  }

  gaveUp(): void {
    if (this.story.state !== "listening") this.#move("failed", "after answerLimit");
  }

  broke(error: Error): void {
    this.story.fail("failed", breakCause(error));
    this.#move("failed", "peer.closed");
  }

  ended(): void {
    this.story.add({ at: this.story.now(), kind: "ended" });
  }

  fin(): void {
    this.story.add({ at: this.story.now(), kind: "fin" });
  }

  closed(by: "peer" | "us"): void {
    if (this.story.endedAt !== undefined) return;
    this.story.close(by);
    this.#scene.recorder.end(this.story);
  }

  #move(to: string, event: string): void {
    const from = this.story.state;
    if (from === to) return;
    this.story.beginStep();
    this.story.endStep({ from, to, event }, this.#role?.phases[to]?.expects);
  }
}

const GREETED: ReadonlySet<string> = new Set(["chat-client", "echo-client", "reverse-client"]);
