/**
 * Traces that a sheet leaves in the lab where it ends before its own end: roles that it spawned are removed, and roles that it
 * stopped are started, so that the same sheet can be played again.
 */
import { wordsSoFar } from "../repl/line-words.ts";
import type { LineRunner } from "./line-runner.ts";

/** Fields of an instance's document that are wanted here. */
interface Listed {
  readonly id: string;
  readonly name: string | null;
  readonly state: string;
}

export class SheetTraces {
  readonly #runner: LineRunner;
  readonly #names = new Set<string>();
  #before: readonly Listed[] = [];

  constructor(runner: LineRunner) {
    this.#runner = runner;
  }

  async begin(): Promise<void> {
    this.#before = await this.#listed();
  }

  /** Notes a line that is run: only names that the sheet gave are the sheet's. */
  note(line: string): void {
    const [command, , name] = wordsSoFar(line).map(({ text }) => text);
    if (command === "spawn" && name && !name.startsWith("-")) this.#names.add(name);
  }

  /** Resolves to the ids of what was removed and started again. */
  async clear(): Promise<readonly string[]> {
    if (!this.#runner.client.isOpen) return [];
    const now = await this.#listed();
    const isNew = ({ id }: Listed) => !this.#before.some((one) => one.id === id);
    const spawned = now.filter((one) => one.name !== null && this.#names.has(one.name) && isNew(one));
    const wasRunning = (id: string) => this.#before.some((one) => one.id === id && one.state === "running");
    const stopped = now.filter(({ id, state }) => state === "stopped" && wasRunning(id));
    const ids = (some: readonly Listed[]) => some.map(({ id }) => id);
    if (spawned.length > 0) await this.#runner.ask(["remove", ...ids(spawned)]);
    if (stopped.length > 0) await this.#runner.ask(["start", ...ids(stopped)]);
    return ids([...spawned, ...stopped]);
  }

  async #listed(): Promise<readonly Listed[]> {
    const [list] = (await this.#runner.ask(["ls", "--json"])).documents;
    return Array.isArray(list) ? (list as Listed[]) : [];
  }
}
