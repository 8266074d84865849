/**
 * Sends a file over a link with two alternating buffers: the next is asked for before the last is written, and neither is
 * filled again before the kernel has taken it. Back-pressure is the write callback, so memory stays two buffers.
 */
import { NetlabError } from "../errors.ts";
import type { Link } from "../link/link.ts";
import type { OpenFile } from "../machines/_world.ts";
import { cause } from "../stories/causes.ts";

/** Two large buffers move a file as fast as nginx does; many transfers at once share a bounded total. */
const LARGE_BUFFER = 1_048_576;
const SMALL_BUFFER = 131_072;
const FEW_TRANSFERS = 8;
let transfers = 0;

/** Exactly `file.sizeBytes` bytes; closes the file. Rejects when the peer goes or the file is shorter than it was. */
export async function sendFile(link: Link, file: OpenFile, onSent: (bytes: number) => void): Promise<void> {
  transfers += 1;
  const { sizeBytes } = file;
  const size = Math.min(transfers > FEW_TRANSFERS ? SMALL_BUFFER : LARGE_BUFFER, Math.max(1, sizeBytes));
  const read = (into: Buffer, position: number) =>
    handled(file.read(into.subarray(0, Math.min(size, sizeBytes - position)), position));
  let [current, other] = [Buffer.allocUnsafeSlow(size), Buffer.allocUnsafeSlow(size)];
  let written = Promise.resolve();
  let reading = sizeBytes > 0 ? read(current, 0) : undefined;
  try {
    for (let position = 0; reading; ) {
      // Ends first, whatever became of the write: a descriptor that is read from must not be closed, and be another file to the read.
      const count = await reading;
      if (count === 0) throw NetlabError.of("peer-error", cause("file-shrank", { name: file.name }));
      position += count;
      // Before the other buffer is filled again, the kernel must have taken what is in it.
      await written;
      // The system copies while we write, so the disk is asked first: else the two would never be at work at the same time.
      reading = position < sizeBytes ? read(other, position) : undefined;
      written = handled(write(link, current.subarray(0, count), onSent));
      [current, other] = [other, current];
    }
    await written;
  } finally {
    transfers -= 1;
    await file.close();
  }
}

/** The same promise, which is awaited in a later round: its error is not unhandled until then. */
function handled<Result>(promise: Promise<Result>): Promise<Result> {
  promise.catch(() => undefined);
  return promise;
}

function write(link: Link, bytes: Buffer, onSent: (bytes: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    link.write(bytes, (error) => {
      if (error) return reject(NetlabError.of("peer-gone", cause("peer-gone", {}), { cause: error }));
      onSent(bytes.length);
      resolve();
    });
  });
}
