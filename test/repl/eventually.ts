import { vi } from "vitest";

/** Waits until the expectation holds, for as long as a slow machine may take; then fails with what it expected. */
export function eventually(expectation: () => void, timeoutMs = 30_000): Promise<void> {
  return vi.waitFor(expectation, { timeout: timeoutMs, interval: 5 });
}
