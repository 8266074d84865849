/**
 * Surroundings that a role's program needs beside a port, made anew for each try before it starts: files to serve, a registry to
 * register at. Its command names what it takes of them in words such as {token} or {root}; of a program that has its own, `--set` says
 * which they are.
 */
import { mkdtemp, rm } from "node:fs/promises";
import path from "node:path";
import { shellWord } from "../shell-words.ts";
import type { Chance } from "./chance.ts";
import { TestRegistry } from "./test-registry.ts";

export type Words = Readonly<Record<string, string>>;

/** Means of a role's `prepare`. */
export interface Preparing {
  readonly chance: Chance;
  /** Empty, and seen by the program at the same path. */
  readonly folder: string;
  /** Whether the command names this word. */
  names(word: string): boolean;
  /** Value that --set gives it. */
  given(word: string): string | undefined;
  /** Opens a registry of ours; answers its host:port. */
  registry(): Promise<string>;
}

export interface StageRequest {
  readonly prepare: ((preparing: Preparing) => Promise<Words>) | undefined;
  readonly chance: Chance;
  readonly command: string | undefined;
  readonly given: Words;
  /** Folder that the checker and its programs see at the same path. */
  readonly shared: string;
}

export class Stage {
  readonly words: Words;
  /** Registrations that came to the registry of ours; undefined: none was opened. */
  readonly registered: readonly string[] | undefined;
  /** Was given to one program, for one try. */
  readonly isOfOneTry: boolean;
  readonly #command: string | undefined;
  readonly #close: () => Promise<void>;

  private constructor(
    words: Words,
    command: string | undefined,
    registered: readonly string[] | undefined,
    close: () => Promise<void>,
  ) {
    this.words = words;
    this.isOfOneTry = Object.keys(words).length > 0;
    this.#command = command;
    this.registered = registered;
    this.#close = close;
  }

  /** A role without a `prepare` has a stage without words. */
  static async open({ prepare, chance, command, given, shared }: StageRequest): Promise<Stage> {
    if (!prepare) return new Stage({}, command, undefined, async () => undefined);
    const folder = await mkdtemp(path.join(shared, "netlabd-check-"));
    const registry = new TestRegistry();
    const words = await prepare({
      chance,
      folder,
      names: (word) => isNamed(command, word),
      given: (word) => given[word],
      registry: () => registry.open(),
    });
    const close = async () => {
      registry.close();
      await rm(folder, { recursive: true, force: true });
    };
    return new Stage(words, command, registry.isOpen ? registry.heard : undefined, close);
  }

  names(word: string): boolean {
    return isNamed(this.#command, word);
  }

  /** The command with its words filled in, but for {host} and {port}. */
  fill(command: string): string {
    return command.replace(/\{(\w+)\}/g, (whole, word: string) => {
      const value = this.words[word];
      return value === undefined ? whole : shellWord(value);
    });
  }

  close(): Promise<void> {
    return this.#close();
  }
}

const isNamed = (command: string | undefined, word: string) => command?.includes(`{${word}}`) ?? false;
