import { createHash, timingSafeEqual } from "node:crypto";

/** [FILE-1] In constant time, whatever the lengths: how long the answer takes tells nothing about the token. */
export function isSameToken(said: string, token: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(said), digest(token));
}
