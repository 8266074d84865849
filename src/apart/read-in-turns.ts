/** A pipe of a role's process, which may say more than the daemon can hear: all others have as long a turn as each piece of it took. */
import type { Readable } from "node:stream";

/** A piece that took no longer costs less than a pause would. */
const SHORT_MS = 1;

export function readInTurns(
  pipe: Readable,
  take: (chunk: Buffer) => void,
  now: () => number = () => performance.now(),
): void {
  pipe.on("data", (chunk: Buffer) => {
    const began = now();
    take(chunk);
    const tookMs = now() - began;
    if (tookMs <= SHORT_MS) return;
    pipe.pause();
    setTimeout(() => pipe.resume(), tookMs);
  });
}
