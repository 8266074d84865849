/**
 * Sends a file over a link with two alternating buffers: one is read while the other is written, and neither is
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
  const size = Math.min(transfers > FEW_TRANSFERS ? SMALL_BUFFER : LARGE_BUFFER, Math.max(1, file.sizeBytes));
  let current = Buffer.allocUnsafeSlow(size);
  let other = Buffer.allocUnsafeSlow(size);
  let written: Promise<void> = Promise.resolve();
  try {
    for (let position = 0; position < file.sizeBytes; ) {
      const wanted = current.subarray(0, Math.min(size, file.sizeBytes - position));
      const count = await file.read(wanted, position);
      if (count === 0) throw NetlabError.of("peer-error", cause("file-shrank", { name: file.name }));
      position += count;
      // Before this buffer is handed over, the other one must be free to be filled.
      await written;
      written = write(link, current.subarray(0, count), onSent);
      written.catch(() => undefined); // it is awaited in the next round
      [current, other] = [other, current];
    }
    await written;
  } finally {
    transfers -= 1;
    await file.close();
  }
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
