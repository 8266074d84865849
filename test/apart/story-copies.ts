/** Two recorders with the wall between them: what one keeps goes as bytes to the other. */
import { StoryMirror } from "../../src/apart/story-mirror.ts";
import { StorySender } from "../../src/apart/story-sender.ts";
import { Recorder } from "../../src/stories/recorder.ts";
import type { Story } from "../../src/stories/story.ts";
import { SimulatedClock } from "../actors/simulated-clock.ts";

const end = { address: "127.0.0.1", port: 50_000 };

/** A process with stories, and the daemon that has their copies. */
export class Wall {
  readonly clock = new SimulatedClock();
  readonly here = new Recorder(this.clock);
  readonly there = new Recorder(this.clock);
  readonly mirror = new StoryMirror(this.there);
  readonly #reader = this.mirror.readNext();
  readonly #sender: StorySender;
  /** File that outlives the process; each batch is written over the last. */
  readonly box = Buffer.alloc(200_000);
  batches = 0;
  isBoxOpen = true;
  /** Batches are lost from here on: the process is dying. */
  isCut = false;

  constructor() {
    const target = {
      send: (batch: Buffer) => {
        if (this.isCut) return;
        this.batches += 1;
        this.#reader.read(Buffer.from(batch));
      },
      keepSafe: (bytes: Buffer, from: number, to: number) => {
        if (this.isBoxOpen) bytes.copy(this.box, from, from, to);
        return this.isBoxOpen;
      },
    };
    this.#sender = new StorySender(this.here, target, () => 7);
  }

  open(number = 1): Story {
    const id = `guess-1/c${number}`;
    const subject = { id, instance: "guess-1", role: "guess", edition: 1, transport: "tcp" } as const;
    return this.here.open({ ...subject, local: end, remote: { ...end, port: 50_000 + number } }, "guessing", [
      "a secret",
    ]);
  }

  flush(): void {
    this.#sender.flush();
  }

  /** The process is dead: what it kept safe is read. */
  readBox(): void {
    this.#reader.readRest(this.box);
  }

  /** The copy of a story. */
  copyOf({ subject: { id } }: Story): Story {
    const copy = this.there.find(id);
    if (!copy) throw new Error(`no copy of ${id}`);
    return copy;
  }
}
