/**
 * The files that one peer's machine has open: whatever becomes of the machine, a throw between opening and sending included,
 * they can be closed. A descriptor that is not closed is gone until the garbage collector finds it.
 */
import type { FileAnswer, Files, OpenFile, PartialFile } from "../machines/_world.ts";

export class ConnectionFiles implements Files {
  readonly #files: Files;
  /** Most conversations are about no file: a set is made with the first one. */
  #held: Set<() => Promise<void>> | undefined;
  #isOver = false;

  constructor(files: Files) {
    this.#files = files;
  }

  get isHolding(): boolean {
    return this.#held !== undefined && this.#held.size > 0;
  }

  async open(root: string, name: string, extension: string | undefined): Promise<FileAnswer> {
    const answer = await this.#files.open(root, name, extension);
    if (!answer.ok) return answer;
    if (!this.#isOver) return { ok: true, file: this.#holding(answer.file) };
    await answer.file.close();
    return { ok: false, why: "the connection that wanted it has ended" };
  }

  async create(path: string, options: { overwrite: boolean }): Promise<PartialFile> {
    const file = await this.#files.create(path, options);
    if (this.#isOver) await file.discard();
    const discard = () => file.discard();
    const held = this.#hold(discard);
    return {
      path: file.path,
      write: (bytes) => file.write(bytes),
      finish: () => file.finish().finally(() => held.delete(discard)),
      discard: () => discard().finally(() => held.delete(discard)),
    };
  }

  #hold(release: () => Promise<void>): Set<() => Promise<void>> {
    this.#held ??= new Set();
    return this.#held.add(release);
  }

  #holding(file: OpenFile): OpenFile {
    const close = () => file.close();
    const held = this.#hold(close);
    return {
      name: file.name,
      sizeBytes: file.sizeBytes,
      read: (into, position) => file.read(into, position),
      close: () => close().finally(() => held.delete(close)),
    };
  }

  /** Closes what is open still or is being opened, and discards what is not whole: the end. Rejects where a disk does not even take that. */
  async closeAll(): Promise<void> {
    this.#isOver = true;
    const held = [...(this.#held ?? [])];
    this.#held?.clear();
    await Promise.all(held.map((close) => close()));
  }
}
