/** Watcher of a machine that follows without a connection: one of datagrams, or a client's that has none yet. */
import type { Connection } from "../actors/connection.ts";
import type { MachineWatcher } from "../actors/run-machine.ts";
import type { Story } from "../stories/story.ts";

/** `connection`: the one that it has by now. */
export function watcherOf(
  story: Story,
  connection: () => Connection | undefined,
  crash: (error: unknown) => void,
): MachineWatcher {
  return {
    before: () => story.beginStep(),
    after: (from, to, event, answer) => {
      const own = connection();
      if (own) return own.after(from, to, event, answer);
      const moved = to !== undefined && to !== from;
      story.endStep(moved ? { from, to, event, ...(answer ? { answer } : {}) } : undefined);
      if (moved) story.state = to;
    },
    failed: crash,
    done: () => connection()?.close(),
  };
}
