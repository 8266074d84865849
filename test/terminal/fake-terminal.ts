/** The two streams of a terminal: keys are pushed into one, and the other draws on a model of the screen. */
import { PassThrough, Writable } from "node:stream";
import { TinyTerminal } from "./tiny-terminal.ts";

export class FakeKeyboard extends PassThrough {
  readonly isTTY = true;
  isRaw = false;

  setRawMode(isRaw: boolean): this {
    this.isRaw = isRaw;
    return this;
  }
}

export class FakeScreen extends Writable {
  readonly isTTY = true;
  readonly terminal: TinyTerminal;
  /** Everything that was written, with its escape sequences. */
  text = "";

  constructor(columns = 60, rows = 12) {
    super({ decodeStrings: false });
    this.terminal = new TinyTerminal(columns, rows);
  }

  get columns(): number {
    return this.terminal.columns;
  }

  get rows(): string[] {
    return this.terminal.screen;
  }

  resize(columns: number): void {
    this.terminal.columns = columns;
    this.emit("resize");
  }

  override _write(text: string, _encoding: BufferEncoding, done: () => void): void {
    this.text += text;
    this.terminal.write(text);
    done();
  }
}

/** A stream that keeps what was written, as a pipe or a file would get it. */
export class FakePipe extends Writable {
  text = "";
  /** Set to fail from now on, with this code. */
  failure: string | undefined;

  constructor() {
    super({ decodeStrings: false });
  }

  override _write(text: string, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    const { failure } = this;
    if (!failure) this.text += text;
    done(failure ? Object.assign(new Error(`write ${failure}`), { code: failure }) : undefined);
  }
}
