/** Silence of a daemon that is stopped or busy: told to the user, who would take it for work. */
import type { ControlClient } from "../control/control-client.ts";

/** An answer that takes no longer needs no question whether the daemon is there. */
const ASK_MS = 1_000;
const NOTIFY_MS = 3_000;
/** Counted in parts: a machine that stood still, with the daemon and with this program, has one of them pass. */
const PART_MS = 500;

/** Tells once where the daemon says nothing, to a question that it always answers at once; returns how to stop watching. */
export function watchSilence(client: ControlClient, notify: (sentence: string) => void): () => void {
  const asking = setTimeout(() => {
    // The request itself tells where the daemon is gone.
    client.request("hello").then(stop, stop);
  }, ASK_MS);
  let parts = NOTIFY_MS / PART_MS;
  const counting = setInterval(() => {
    parts -= 1;
    if (parts > 0) return;
    clearInterval(counting);
    notify(sentence(client.path));
  }, PART_MS);
  function stop(): void {
    clearTimeout(asking);
    clearInterval(counting);
  }
  return stop;
}

const sentence = (path: string) =>
  `the daemon at ${path} has not answered for ${NOTIFY_MS / 1_000} s: it is busy, or it was stopped (Ctrl-Z); still waiting, Ctrl-C twice gives up`;
