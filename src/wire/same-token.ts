import { crypto } from "../node-modules.ts";

/** [FILE-1] In constant time, whatever the lengths: how long the answer takes tells nothing about the token. */
export function isSameToken(said: string, token: string): boolean {
  const { createHash, timingSafeEqual } = crypto();
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(said), digest(token));
}
