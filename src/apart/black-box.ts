/**
 * Last words of a process, where they outlive it: a file without a name, in memory where the system has such a place, that the process
 * writes into and the daemon reads when the process is dead. Such a write does not wake the daemon, and costs a quarter of one into a pipe.
 */
import { closeSync, existsSync, fstatSync, openSync, readSync, unlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const IN_MEMORY = "/dev/shm";
/** The process may write there what it likes. */
const MAX_BYTES = 64 * 1_048_576;
let boxes = 0;

export class BlackBox {
  /** For the process to inherit. */
  readonly descriptor: number;

  private constructor(descriptor: number) {
    this.descriptor = descriptor;
  }

  /** Undefined where no such file can be made. */
  static make(): BlackBox | undefined {
    boxes += 1;
    const folder = existsSync(IN_MEMORY) ? IN_MEMORY : tmpdir();
    const file = path.join(folder, `netlab-apart-${process.pid}-${boxes}`);
    try {
      const descriptor = openSync(file, "wx+", 0o600);
      unlinkSync(file);
      return new BlackBox(descriptor);
    } catch {
      return undefined;
    }
  }

  /** Reads all of it, and closes it. */
  take(): Buffer {
    try {
      const bytes = Buffer.alloc(Math.min(MAX_BYTES, fstatSync(this.descriptor).size));
      return bytes.subarray(0, readSync(this.descriptor, bytes, 0, bytes.length, 0));
    } finally {
      closeSync(this.descriptor);
    }
  }
}
