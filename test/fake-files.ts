import type { FileAnswer, Files, OpenFile, PartialFile } from "../src/machines/_world.ts";
import { Calls } from "./pending-calls.ts";

export class FakeFile implements OpenFile {
  readonly name: string;
  readonly sizeBytes: number;
  isOpen = true;

  constructor(name: string, sizeBytes: number) {
    this.name = name;
    this.sizeBytes = sizeBytes;
  }

  async read(): Promise<number> {
    return 0;
  }

  async close(): Promise<void> {
    this.isOpen = false;
  }
}

export class FakePart implements PartialFile {
  readonly path: string;
  state: "writing" | "finished" | "discarded" = "writing";
  readonly #written: Buffer[] = [];

  constructor(path: string) {
    this.path = path;
  }

  get written(): string {
    return Buffer.concat(this.#written).toString("latin1");
  }

  write(bytes: Uint8Array): void {
    this.#written.push(Buffer.from(bytes));
  }

  async finish(): Promise<string> {
    this.state = "finished";
    return `sha256 of ${this.written}`;
  }

  async discard(): Promise<void> {
    if (this.state === "writing") this.state = "discarded";
  }
}

export class FakeFiles implements Files {
  readonly opens = new Calls<string, FileAnswer>();
  readonly creates = new Calls<{ path: string; overwrite: boolean }, PartialFile>();

  open(root: string, name: string, extension: string | undefined): Promise<FileAnswer> {
    return this.opens.call(`${root}/${name} as .${extension}`);
  }

  create(path: string, { overwrite }: { overwrite: boolean }): Promise<PartialFile> {
    return this.creates.call({ path, overwrite });
  }
}
