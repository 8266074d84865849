import { vi } from "vitest";

/** Waits until this does not fail any more, for as long as a slow machine may take; then fails as it does. */
export function eventually<Answer>(attempt: () => Promise<Answer> | Answer): Promise<Answer> {
  return vi.waitFor(attempt, { timeout: 30_000, interval: 20 });
}
