/** Watch of a stream: begun anew when the server is back, as what the server kept of it may be gone with the old one. */
import { setTimeout as pause } from "node:timers/promises";

const AGAIN_AFTER_MS = 500;

export interface NatsFollowing {
  /** Begins once more where it was. */
  restart(): void;
  end(): void;
}

/** `begin` goes on from what it has told; answers how to end that. */
export function natsFollowing(begin: (isCurrent: () => boolean) => Promise<() => void>): NatsFollowing {
  let turn = 0;
  let stop: () => void = () => undefined;

  async function run(own: number): Promise<void> {
    const isCurrent = () => own === turn;
    while (isCurrent()) {
      try {
        const begun = await begin(isCurrent);
        if (isCurrent()) stop = begun;
        else begun();
        return;
      } catch {
        // Asked again, as the server may be electing, or on its way back.
        await pause(AGAIN_AFTER_MS, undefined, { ref: false });
      }
    }
  }

  const restart = () => {
    turn += 1;
    stop();
    stop = () => undefined;
    void run(turn);
  };
  restart();
  return {
    restart,
    end: () => {
      turn += 1;
      stop();
    },
  };
}
