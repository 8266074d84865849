/** What nodes of a lab have answered as stored, of registry and address book: all of it must be at each node in the end, and the same at all. */
import { setTimeout as delay } from "node:timers/promises";
import type { RegistrationDocument, TestDaemon } from "../e2e/daemon.ts";
import type { Random } from "./_random.ts";

/** Keys of a node: each is written again and again, by this node alone. */
const KEYS = 20;
const EVERY_MS = 50;

interface Key {
  readonly name: string;
  sent: number;
  answered: number;
}

/** Two stores of each node. */
class NodeKeys {
  readonly book: readonly Key[];
  readonly registry: readonly Key[];

  constructor(node: number) {
    const keys = (name: (at: number) => string) =>
      Array.from({ length: KEYS }, (_, at): Key => ({ name: name(at), sent: 0, answered: 0 }));
    this.book = keys((at) => `k${at}@node${node}.org`);
    this.registry = keys((at) => `10.0.${node}.1/${1_000 + at}`);
  }
}

export class LabLedger {
  answered = 0;
  refused = 0;
  readonly #keys: NodeKeys[] = [];
  readonly #random: Random;
  #isOver = false;
  #writers: Promise<void>[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  /** Writes at a node until the end. `daemon`: the one that plays it now, where one does. */
  write(node: number, daemon: () => TestDaemon | undefined): void {
    const keys = new NodeKeys(node);
    this.#keys.push(keys);
    this.#writers.push(this.#keepWriting(keys, daemon));
  }

  async #keepWriting(keys: NodeKeys, daemon: () => TestDaemon | undefined): Promise<void> {
    while (!this.#isOver) {
      await delay(EVERY_MS);
      const now = daemon();
      if (now) await this.#writeOne(keys, now).catch(() => undefined);
    }
  }

  async #writeOne({ book, registry }: NodeKeys, daemon: TestDaemon): Promise<void> {
    const isBook = this.#random.chance(0.5);
    const key = this.#random.pick(isBook ? book : registry);
    key.sent += 1;
    const version = key.sent;
    const [ip, port] = key.name.split("/");
    const line = isBook ? `book add ${key.name} v${version}` : `register ${ip} ${port} svc v${version}`;
    const answer = await daemon.plain(line);
    if (/^(?:added|replaced|registered)/.test(answer)) {
      key.answered = version;
      this.answered += 1;
    } else if (answer !== "") this.refused += 1;
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#writers);
  }

  /** Words for all that is not as it was answered, or not the same at all nodes. */
  async faults(daemons: readonly TestDaemon[]): Promise<string[]> {
    const stands = await Promise.all(daemons.map(standOf));
    const faults: string[] = [];
    for (const { name, sent, answered } of this.#keys.flatMap(({ book, registry }) => [
      ...book,
      ...registry,
    ])) {
      const versions = stands.map((stand) => stand.get(name) ?? 0);
      const isSame = new Set(versions).size === 1;
      const isRight = versions.every((version) => version >= answered && version <= sent);
      if (!isSame || !isRight)
        faults.push(`${name}: v${answered} was answered, v${sent} sent, there are ${versions.join(", ")}`);
    }
    return faults;
  }
}

async function standOf(daemon: TestDaemon): Promise<Map<string, number>> {
  const rows = await daemon.document<RegistrationDocument[]>("registry --show-tokens");
  const book = await daemon.document<{ email: string; name: string }[]>("book ls");
  return new Map([
    ...rows.map(({ ip, port, token }) => [`${ip}/${port}`, Number(token.slice(1))] as const),
    ...book.map(({ email, name }) => [email, Number(name.slice(1))] as const),
  ]);
}
