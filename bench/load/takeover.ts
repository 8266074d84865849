/**
 * A room of two daemons whose owner is killed: milliseconds until the other has made it again, a newcomer has the name of a member who died
 * with the owner, and a line goes through.
 */
import type { Socket } from "node:net";
import { answer, open, options } from "./_sockets.ts";

const { pid, ports } = options<{ pid: number; ports: readonly [number, number] }>();
const AGAIN_MS = 20;

class Member {
  #heard = "";
  #socket: Socket | undefined;
  #wake: () => void = () => undefined;

  async come(port: number): Promise<this> {
    this.#socket = await open(port, (chunk) => {
      this.#heard += chunk;
      this.#wake();
    });
    await this.hears(/ig name/);
    return this;
  }

  say(line: string): void {
    this.#heard = "";
    this.#socket?.write(`${line}\n`);
  }

  /** Resolves to which of them it was. */
  async hears(...words: readonly RegExp[]): Promise<number> {
    for (;;) {
      const found = words.findIndex((word) => word.test(this.#heard));
      if (found >= 0) return found;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

const [owners, others] = ports;
const ann = await new Member().come(owners);
ann.say("ann");
await ann.hears(/:ann:ann joined/);
const bob = await new Member().come(others);
bob.say("bob");
await bob.hears(/:bob:bob joined/);
const newcomer = await new Member().come(others);

const killedAt = performance.now();
process.kill(pid, "SIGKILL");
await bob.hears(/:ann:ann left chat/);
newcomer.say("ann");
while ((await newcomer.hears(/:ann:ann joined/, /Name taken/)) === 1) {
  await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  newcomer.say("ann");
}
bob.say("through");
await newcomer.hears(/:bob:through/);
answer({ ms: performance.now() - killedAt });
